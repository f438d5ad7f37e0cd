"""The conversion as a task, without a framework: what is timed, and the proof that nothing was lost."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from finetune_bench.errors import CheckFailed
from finetune_bench.events import Metric
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.tasks import Concluded, Conclusion, Preparation, StepNumbers
from finetune_bench.workloads import llama
from finetune_bench.workloads.convert_work import ConvertWork
from finetune_bench.workloads.llama_layouts import from_layout, stored_name
from finetune_bench.workloads.llama_numpy import Reference
from finetune_bench.workloads.training_task import checked_file


class Conversion(Protocol):
    """What a framework does for this task. Names are those of Hugging Face's layout."""

    def build(self) -> None: ...

    def convert(self) -> None:
        """From the file to a whole model in the device's memory."""

    def types(self) -> set[str]: ...

    def values(self, name: str) -> np.ndarray: ...

    def logits(self, tokens: Sequence[Sequence[int]]) -> np.ndarray: ...


class ConvertTask:
    def __init__(self, work: ConvertWork, conversion: Conversion, checkpoint: Path) -> None:
        self.steps = work.steps
        self.dtype = None
        self.warnings: Sequence[str] = ()
        self._work = work
        self._conversion = conversion
        self._checkpoint = checkpoint
        self._bytes = 0

    def preparation(self) -> Preparation:
        return (("data", self._read),)

    def _read(self) -> None:
        """The bytes of the file, once: they must be those of the order, and lie in memory when the clock starts."""
        checked_file(self._checkpoint, self._work.weights.sha256)
        self._stored = StoredTensors([self._checkpoint], "checkpoint")
        self._bytes = self._stored.bytes

    def fetch(self, _index: int) -> None:
        self._conversion.build()

    def step(self, _index: int, _data: None) -> StepNumbers:
        self._conversion.convert()
        return StepNumbers(bytes=self._bytes)

    def check(self, _index: int) -> None:
        """Nothing: every conversion makes the same model, and the last one is proven."""

    def conclusion(self) -> Conclusion:
        return (("check", self._prove),)

    def _prove(self) -> Concluded:
        weights, logits = self._weight_difference(), self._logits_difference()
        metrics = {"weight_difference": weights, "logits_difference": logits}
        return Concluded(
            metrics=[Metric(name=name, value=value, unit="", direction="lower") for name, value in metrics.items()]
        )

    def _weight_difference(self) -> float:
        """The largest; anything but zero is a conversion that changes the model."""
        work = self._work
        types = self._conversion.types()
        if types != {work.weights.dtype}:
            raise CheckFailed(f"the model is in {', '.join(sorted(types))}, its checkpoint in {work.weights.dtype}")
        for name, shape in llama.base_tensors(work.model):
            stored = self._stored.float32(stored_name(name, work.layout)).reshape(shape)
            expected = from_layout(name, stored, work.model, work.layout)
            actual = self._conversion.values(name)
            if not np.array_equal(actual, expected):
                off = float(np.abs(actual - expected).max()) if actual.shape == expected.shape else np.inf
                raise CheckFailed(f"{name} was not converted exactly: a value is off by {off:.3g}")
        return 0.0

    def _logits_difference(self) -> float:
        """The largest, of all tokens: a tensor in another's place and rows in another order show here."""
        work = self._work
        expected = Reference(self._stored, work.model, work.layout).logits(work.tokens)
        largest = float(np.abs(self._conversion.logits(work.tokens) - expected).max())
        allowed = work.tolerance * float(np.abs(expected).max())
        if not largest <= allowed:
            raise CheckFailed(f"the converted model's logits are off by {largest:.3g}; allowed: {allowed:.3g}")
        return largest
