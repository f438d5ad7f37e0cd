"""The work of `convert-tinyllama`, and the checkpoint that is converted: a PyTorch state dict as safetensors."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from finetune_bench.canonical import sha256_of
from finetune_bench.model_shapes import LlamaShape
from finetune_bench.order import Weights
from finetune_bench.store import made_once
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.structure import to_json
from finetune_bench.weights import generator, write_streamed
from finetune_bench.workloads import llama
from finetune_bench.workloads.base import Values, Work
from finetune_bench.workloads.convert_tinyllama import PLACES, ROWS
from finetune_bench.workloads.llama_layouts import Layout, stored_name, to_layout
from finetune_bench.workloads.training_work import made_weights


@dataclass(frozen=True, kw_only=True)
class ConvertWork:
    """The work of this workload: a step is one conversion, from the file to the values in the device's memory.

    The model keeps the type of the file. Its values must be those of the file, and its logits, of these tokens and in
    float32, within `tolerance` of float64's, as a share of the largest.
    """

    workload: str
    preset: str
    size: str
    model: LlamaShape
    weights: Weights
    layout: Layout
    steps: int
    tokens: tuple[tuple[int, ...], ...]
    tolerance: float


def make_convert_work(names: dict[str, str], shape: LlamaShape, values: Values, cache: Path) -> Work:
    """`names` are workload, preset and size."""
    weights, base = made_weights("llama", shape, llama.base_tensors(shape), values["seed"], cache)
    tokens = generator(values["seed"], "train").integers(0, shape.vocab_size, (ROWS, PLACES))
    dtype, layout = values["precision"], values["layout"]
    sha256, file = weights.sha256, base
    if (dtype, layout) != (weights.dtype, "huggingface"):
        file = f"checkpoint-{sha256_of([weights.sha256, dtype, layout])[:16]}.safetensors"
        facts = made_once(cache / file, lambda path: {"sha256": _rewrite(cache / base, path, shape, dtype, layout)})
        sha256 = str(facts["sha256"])
    work = ConvertWork(
        **names,
        model=shape,
        weights=replace(weights, dtype=dtype, sha256=sha256),
        layout=layout,
        steps=values["conversions"],
        tokens=tuple(map(tuple, tokens.tolist())),
        tolerance=5e-4,
    )
    return Work(work=to_json(work), files={"weights": file})


def _rewrite(base: Path, path: Path, shape: LlamaShape, dtype: str, layout: Layout) -> str:
    """The same weights in another type and layout. Returns the file's sha256."""
    stored, shapes = StoredTensors([base], "weights"), dict(llama.base_tensors(shape))

    def values() -> Iterator[np.ndarray]:
        for name, size in shapes.items():
            yield to_layout(name, stored.float32(name).reshape(size), shape, layout)

    return write_streamed(path, {stored_name(name, layout): size for name, size in shapes.items()}, values(), dtype)
