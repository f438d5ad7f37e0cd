"""A checkpoint becomes mlx-lm's Llama."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.workloads.convert_work import ConvertWork
from finetune_bench.workloads.llama_layouts import from_layout, stored_name
from finetune_bench.workloads.llama_mlx import build_llama

try:
    import mlx.core as mx
    from mlx.utils import tree_flatten
except ImportError as error:
    raise BackendUnavailable(f"this workload needs mlx: {error}") from error


class MlxConversion:
    def __init__(self, work: ConvertWork, backend: MlxBackend, checkpoint: Path) -> None:
        self._work = work
        self._backend = backend
        self._checkpoint = checkpoint
        self._module: Any = None

    def build(self) -> None:
        """A model without weights; those of the one before are given back to the system."""
        self._module = None
        self._backend.release()
        self._module = build_llama(self._work.model)

    def convert(self) -> None:
        work = self._work
        stored = mx.load(str(self._checkpoint))
        names = [name for name, _ in tree_flatten(self._module.parameters())]
        values = (from_layout(name, stored[stored_name(name, work.layout)], work.model, work.layout) for name in names)
        self._module.load_weights(list(zip(names, values, strict=True)), strict=True)
        mx.eval(self._module.parameters())

    def types(self) -> set[str]:
        return {str(value.dtype).split(".")[-1] for _, value in tree_flatten(self._module.parameters())}

    def values(self, name: str) -> np.ndarray:
        """float32, which holds every type here exactly."""
        found = dict(tree_flatten(self._module.parameters()))
        return np.array(found[name].astype(mx.float32))

    def logits(self, tokens: Sequence[Sequence[int]]) -> np.ndarray:
        """Of the model widened to float32, so that no rounding hides a difference. The last that is asked of it."""
        self._module.set_dtype(mx.float32)
        return np.array(self._module(mx.array(tokens)))
