"""Conversions with a defect each, and what is said of them.

python convert_defects.py CACHE ORDER.json      prints an object: of every defect the refusal, or null
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends import make_backend
from finetune_bench.errors import CheckFailed
from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.structure import from_json
from finetune_bench.workloads.convert_work import ConvertWork
from finetune_bench.workloads.llama_layouts import from_layout

ensure_environment("mlx-cpu")
cache, order = Path(sys.argv[1]), read_order(Path(sys.argv[2]))
work = from_json(ConvertWork, order.work, "work")
backend = make_backend("mlx-cpu")
backend.open()

import mlx.core as mx  # noqa: E402

from finetune_bench.workloads.convert_mlx import MlxConversion  # noqa: E402
from finetune_bench.workloads.convert_task import ConvertTask  # noqa: E402

Q = "model.layers.1.self_attn.q_proj.weight"


class Defective(MlxConversion):
    def __init__(self, spoil: Callable[[Any], None]) -> None:
        super().__init__(work, backend, cache / order.files["weights"])
        self._spoil = spoil

    def convert(self) -> None:
        super().convert()
        self._spoil(self._module)


def attention(module: Any) -> Any:
    return module.model.layers[1].self_attn


def nothing(_module: Any) -> None:
    pass


def one_bit(module: Any) -> None:
    bits = np.array(attention(module).q_proj.weight).view(np.uint32)
    bits[5, 7] ^= 1
    attention(module).q_proj.weight = mx.array(bits.view(np.float32))


def exchanged(module: Any) -> None:
    """Two tensors of one shape, each in the other's place."""
    mlp = module.model.layers[0].mlp
    mlp.gate_proj.weight, mlp.up_proj.weight = mlp.up_proj.weight, mlp.gate_proj.weight


def in_meta_s_order(module: Any) -> None:
    weight = attention(module).q_proj.weight
    attention(module).q_proj.weight = from_layout(Q, weight, work.model, "meta")


class ProvenByItself(Defective):
    """Takes the values of the file for those of the model, so that its logits alone can tell."""

    def values(self, name: str) -> np.ndarray:
        return np.array(mx.load(str(self._checkpoint))[name])


class OtherTheta(Defective):
    def build(self) -> None:
        self._work = replace(work, model=replace(work.model, rope_theta=10_000.0))
        super().build()


DEFECTS = {
    "none": Defective(nothing),
    "one bit": Defective(one_bit),
    "rounded": Defective(lambda module: module.set_dtype(mx.bfloat16)),
    "exchanged": Defective(exchanged),
    "rows in Meta's order": Defective(in_meta_s_order),
    "exchanged, logits alone": ProvenByItself(exchanged),
    "rows in Meta's order, logits alone": ProvenByItself(in_meta_s_order),
    "default theta": OtherTheta(nothing),
}


def said(conversion: MlxConversion) -> str | None:
    task = ConvertTask(work, conversion, cache / order.files["weights"])
    ((_, read),) = task.preparation()
    read()
    task.step(0, task.fetch(0))
    ((_, prove),) = task.conclusion()
    try:
        prove()
    except CheckFailed as refusal:
        return str(refusal)
    return None


print(json.dumps({name: said(conversion) for name, conversion in DEFECTS.items()}))
