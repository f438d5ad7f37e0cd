"""Training as a task, without a framework: which rows go into which step, what is counted, what is checked."""

import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from finetune_bench.errors import BadInput, CheckFailed
from finetune_bench.events import Metric
from finetune_bench.order import trainable_hash
from finetune_bench.tasks import Concluded, Conclusion, Preparation, StepNumbers
from finetune_bench.weights import file_sha256
from finetune_bench.workloads.training_work import TrainingWork

FINGERPRINT_VALUES = 65_536


@dataclass(frozen=True)
class Batch:
    """One micro-batch in memory.

    `targets` are int32 [rows] for a classifier or [rows, places] for a language model, whose logits may have more
    places than there are targets; `mask`, float32 of the same shape, says which of them count.
    """

    inputs: tuple[np.ndarray, ...]
    targets: np.ndarray
    mask: np.ndarray
    samples: int
    padded: int
    real: int

    @property
    def loss_tokens(self) -> int:
        return int(self.mask.sum())

    @property
    def length(self) -> int:
        """Places of a row, padding included."""
        return self.inputs[0].shape[1]


TrainFlop = Callable[[Batch], float]
"""Model FLOPs of one micro-batch trained: forward, the gradients of activations and of weights, padding included.

What a model computes twice to save memory counts once, and attention in full, not causally halved.
"""


class BatchSource(Protocol):
    """The rows of a workload. `sha256` is of their file, `shape` what decides a batch besides its rows."""

    sha256: str
    shape: Sequence[int]

    def load(self) -> None: ...

    def batch(self, split: str, rows: Sequence[int]) -> Batch: ...


@dataclass(frozen=True)
class StepData:
    """The micro-batches of one step, on the device, and their counts."""

    batches: Sequence[Any]
    samples: int
    padded: int
    real: int
    loss: int
    model_flop: float


class TrainedModel(Protocol):
    """What a framework does for this task. Names and shapes are the work order's; adapters as PEFT stores them."""

    warnings: Sequence[str]
    compiles_validation: bool
    """Whether the first batch of a shape is compiled before it is evaluated."""

    def build(self) -> None: ...

    def load_weights(self) -> None: ...

    def set_up(self) -> None:
        """Adds adapters where there are any, freezes what does not train, makes the optimiser."""

    def place(self, batch: Batch) -> Any:
        """The batch on the device."""

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float | None]:
        """One optimiser step: loss in nats per loss token, and gradient norm before clipping, where it clips."""

    def evaluation_mode(self) -> None:
        """From now on nothing is dropped."""

    def evaluate(self, batch: Any) -> tuple[float, int | None]:
        """The sum of the losses of a batch, without gradients; of a classifier also how many rows it got right."""

    def parameters(self) -> Mapping[str, tuple[tuple[int, ...], bool]]:
        """Every tensor: its shape and whether it trains."""

    def trained(self) -> Mapping[str, np.ndarray]:
        """The values of the tensors that train."""

    def values(self, name: str, limit: int | None = None) -> np.ndarray:
        """The values of one tensor, or the first `limit` of them; float32 or float64."""

    def logits(self, batch: Any) -> np.ndarray: ...

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        """Loss of a step and its gradients before clipping; changes nothing."""


class TrainingTask:
    """`set_up_phase` names the phase that makes the model ready to train; `then` comes after the validation."""

    def __init__(
        self,
        work: TrainingWork,
        model: TrainedModel,
        rows: BatchSource,
        train_flop: TrainFlop,
        set_up_phase: str = "optimiser",
        then: Conclusion = (),
    ) -> None:
        self.work = work
        self.model = model
        self.rows = rows
        self.steps = work.steps
        self.dtype = work.precision.compute
        self.warnings = model.warnings
        self._train_flop = train_flop
        self._set_up_phase = set_up_phase
        self._then = then
        self._fingerprints: dict[str, int] | None = None

    def preparation(self) -> Preparation:
        return (
            ("build", self.model.build),
            ("load_weights", self.model.load_weights),
            (self._set_up_phase, self._set_up),
            ("data", self.rows.load),
        )

    def _set_up(self) -> None:
        self.model.set_up()
        shapes = {name: shape for name, (shape, trains) in self.model.parameters().items() if trains}
        if trainable_hash(shapes) != self.work.trainable.hash:
            count = sum(int(np.prod(shape)) for shape in shapes.values())
            raise CheckFailed(
                f"the model trains {count:,} parameters in {len(shapes)} tensors, the work order "
                f"{self.work.trainable.parameters:,}: not the same work"
            )
        self._fingerprints = self._fingerprint()

    def micro_batches(self, index: int) -> list[Batch]:
        """The micro-batches of a step, in memory."""
        return [self.rows.batch("train", rows) for rows in self.work.micro_batches(index)]

    def fetch(self, index: int) -> StepData:
        batches = self.micro_batches(index)
        return StepData(
            batches=[self.model.place(batch) for batch in batches],
            samples=sum(batch.samples for batch in batches),
            padded=sum(batch.padded for batch in batches),
            real=sum(batch.real for batch in batches),
            loss=sum(batch.loss_tokens for batch in batches),
            model_flop=sum(self._train_flop(batch) for batch in batches),
        )

    def step(self, index: int, data: StepData) -> StepNumbers:
        learning_rate = self.work.optimiser.learning_rates[index]
        loss, norm = self.model.step(data.batches, data.loss, learning_rate)
        return StepNumbers(
            samples=data.samples,
            tokens_padded=data.padded,
            tokens_real=data.real,
            tokens_loss=data.loss,
            loss=loss,
            grad_norm=norm,
            learning_rate=learning_rate,
            model_flop=data.model_flop,
        )

    def check(self, index: int) -> None:
        """After the first step that has a learning rate every tensor must have moved: else the optimiser does not."""
        learning_rate = self.work.optimiser.learning_rates[index]
        if self._fingerprints is None or learning_rate == 0:
            return
        before, self._fingerprints = self._fingerprints, None
        after = self._fingerprint()
        still = [name for name, mark in before.items() if after[name] == mark]
        if still:
            raise CheckFailed(
                f"the first step, with a learning rate of {learning_rate:g}, left {len(still)} of {len(before)} "
                f"tensors as they were, {still[0]} among them"
            )

    def _fingerprint(self) -> dict[str, int]:
        """A checksum of the first values of every tensor that the first step must move.

        The A of an adapter has no gradient while its B is zero, and in bfloat16 a step is lost on a gain of 1.
        """
        rounds = self.work.precision.compute == "bfloat16"
        names = [
            name
            for name, (shape, trains) in self.model.parameters().items()
            if trains and not name.endswith("lora_A") and not (rounds and len(shape) == 1)
        ]
        return {name: zlib.crc32(np.ascontiguousarray(self.model.values(name, FINGERPRINT_VALUES))) for name in names}

    def conclusion(self) -> Conclusion:
        compiling = (("compile_validation", self._compile_validation),) if self.model.compiles_validation else ()
        return (*compiling, ("evaluate", self._evaluate), *self._then)

    def _validation_batches(self) -> list[Batch]:
        return [self.rows.batch("validation", rows) for rows in self.work.validation_batches]

    def _compile_validation(self) -> Concluded:
        """One batch of every shape: no compiler shall run in the clock of the validation."""
        self.model.evaluation_mode()
        for batch in {batch.inputs[0].shape: batch for batch in self._validation_batches()}.values():
            self.model.evaluate(self.model.place(batch))
        return Concluded()

    def _evaluate(self) -> Concluded:
        """The whole validation split, in evaluation mode."""
        self.model.evaluation_mode()
        batches = self._validation_batches()
        answers = [self.model.evaluate(self.model.place(batch)) for batch in batches]
        samples = sum(batch.samples for batch in batches)
        loss = sum(loss for loss, _ in answers) / sum(batch.loss_tokens for batch in batches)
        right = [hits for _, hits in answers if hits is not None]
        metrics = [Metric(name="validation_loss", value=loss, unit="nat", direction="lower", class_="loss")]
        if right:
            metrics.append(Metric(name="validation_accuracy", value=sum(right) / samples, unit="", direction="higher"))
        return Concluded(
            metrics=metrics,
            samples=samples,
            tokens_padded=sum(batch.padded for batch in batches),
            tokens_real=sum(batch.real for batch in batches),
        )

    def weights_sha256(self) -> str:
        """sha256 over the names and float32 bytes of every tensor of the base as the model holds it."""
        digest = hashlib.sha256()
        for name in sorted(name for name in self.model.parameters() if ".lora_" not in name):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(self.model.values(name), dtype=np.float32).data)
        return digest.hexdigest()


def checked_file(path: Path, sha256: str) -> Path:
    """The path of a file of the work order; BadInput when its bytes are others."""
    if file_sha256(path) != sha256:
        raise BadInput(f"{path} is not the file of the work order: delete it and prepare again")
    return path
