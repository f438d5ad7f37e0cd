"""LoRA training as a task, without a framework: which rows go into which step, what is counted, what is checked."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from finetune_bench.backends import Backend, framework_of
from finetune_bench.errors import BadInput, CheckFailed
from finetune_bench.events import Metric
from finetune_bench.generate import TokenRows, read_token_file
from finetune_bench.order import Loss, Order, trainable_hash
from finetune_bench.structure import from_json
from finetune_bench.tasks import Conclusion, Preparation, StepNumbers
from finetune_bench.weights import file_sha256
from finetune_bench.workloads.base import needed_files
from finetune_bench.workloads.lora_work import LoraWork


@dataclass(frozen=True)
class TokenBatch:
    """One micro-batch: ids int32 [rows, length], and which targets count, float32 [rows, length - shift]."""

    ids: np.ndarray
    mask: np.ndarray
    real_tokens: int

    @property
    def loss_tokens(self) -> int:
        return int(self.mask.sum())


@dataclass(frozen=True)
class StepData:
    """The micro-batches of one step, on the device, and their counts."""

    batches: Sequence[Any]
    samples: int
    padded: int
    real: int
    loss: int


class LanguageModel(Protocol):
    """What a framework does for this task. Names and shapes are those of `llama`: adapters as PEFT stores them."""

    def build(self) -> None: ...

    def load_weights(self) -> None: ...

    def add_adapter(self) -> None:
        """Adds the adapters with their initial values, freezes the rest, makes the optimiser."""

    def place(self, batch: TokenBatch) -> Any:
        """The batch on the device."""

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float]:
        """One optimiser step: loss in nats per loss token, and gradient norm before clipping."""

    def evaluate(self, batch: Any) -> float:
        """The sum of the losses of a batch's tokens, without gradients."""

    def parameters(self) -> Mapping[str, tuple[tuple[int, ...], bool]]:
        """Every tensor: its shape and whether it trains."""

    def trained(self) -> Mapping[str, np.ndarray]:
        """The values of the tensors that train."""

    def base_values(self, name: str) -> np.ndarray:
        """The values of one frozen tensor."""

    def logits(self, batch: Any) -> np.ndarray:
        """[rows, length, vocabulary]"""

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        """Loss of a step and its gradients before clipping; changes nothing."""


class LoraTask:
    def __init__(self, work: LoraWork, model: LanguageModel, tokens_path: Path) -> None:
        self.work = work
        self.model = model
        self.steps = work.steps
        self.warnings: Sequence[str] = ()
        self._tokens_path = tokens_path
        self._tokens: dict[str, TokenRows] = {}

    def preparation(self) -> Preparation:
        return (
            ("build", self.model.build),
            ("load_weights", self.model.load_weights),
            ("adapter", self._add_adapter),
            ("data", self._load_tokens),
        )

    def _add_adapter(self) -> None:
        self.model.add_adapter()
        shapes = {name: shape for name, (shape, trains) in self.model.parameters().items() if trains}
        if trainable_hash(shapes) != self.work.trainable.hash:
            count = sum(int(np.prod(shape)) for shape in shapes.values())
            raise CheckFailed(
                f"the model trains {count:,} parameters in {len(shapes)} tensors, the work order "
                f"{self.work.trainable.parameters:,}: not the same work"
            )

    def _load_tokens(self) -> None:
        actual = file_sha256(self._tokens_path)
        if actual != self.work.data.sha256:
            raise BadInput(f"{self._tokens_path} is not the token file of the work order: delete it and prepare again")
        self._tokens = read_token_file(self._tokens_path)

    def micro_batches(self, index: int) -> list[TokenBatch]:
        """The micro-batches of a step, in memory."""
        first = index * self.work.accumulation
        plan = self.work.batches[first : first + self.work.accumulation]
        return [self.batch("train", rows) for rows in plan]

    def batch(self, split: str, rows: Sequence[int]) -> TokenBatch:
        tokens = self._tokens[split]
        lengths = tokens.lengths[list(rows)]
        mask = target_mask(lengths, self.work.pad_length, self.work.loss)
        return TokenBatch(tokens.padded(rows, self.work.pad_length), mask, int(lengths.sum()))

    def fetch(self, index: int) -> StepData:
        batches = self.micro_batches(index)
        return StepData(
            batches=[self.model.place(batch) for batch in batches],
            samples=sum(len(batch.ids) for batch in batches),
            padded=sum(batch.ids.size for batch in batches),
            real=sum(batch.real_tokens for batch in batches),
            loss=sum(batch.loss_tokens for batch in batches),
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
        )

    def check(self, index: int) -> None:
        """After the first step every B must have left zero: an optimiser that does not step is found here."""
        if index != 0 or self.work.optimiser.learning_rates[0] == 0:
            return
        still = [name for name, value in self.model.trained().items() if name.endswith("lora_B") and not value.any()]
        if still:
            raise CheckFailed(f"the first step left {len(still)} adapters at zero, {still[0]} among them")

    def conclusion(self) -> Conclusion:
        return (("evaluate", self._evaluate),)

    def _evaluate(self) -> Sequence[Metric]:
        total, tokens = 0.0, 0
        for rows in self.work.validation_batches:
            batch = self.batch("validation", rows)
            total += self.model.evaluate(self.model.place(batch))
            tokens += batch.loss_tokens
        value = total / tokens
        return [Metric(name="validation_loss", value=value, unit="nat", direction="lower", class_="loss")]

    def base_sha256(self) -> str:
        """sha256 over the names and float32 bytes of every base tensor as the model holds them."""
        digest = hashlib.sha256()
        for name in sorted(name for name in self.model.parameters() if ".lora_" not in name):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(self.model.base_values(name), dtype=np.float32).data)
        return digest.hexdigest()


def target_mask(lengths: np.ndarray, pad_length: int, loss: Loss) -> np.ndarray:
    """float32 [rows, pad_length - shift]: 1 where the token `shift` places on is a target."""
    positions = np.arange(loss.shift, pad_length)
    counted = positions[None, :] < lengths[:, None]
    return (counted if loss.mask == "attended" else np.ones_like(counted)).astype(np.float32)


def open_lora_task(order: Order, backend: Backend, cache: Path) -> LoraTask:
    work = from_json(LoraWork, order.work, "work")
    files = needed_files(order, cache)
    backend.open()
    if framework_of(backend.name) == "torch":
        from finetune_bench.workloads.lora_torch import TorchLlama as Llama
    else:
        from finetune_bench.workloads.lora_mlx import MlxLlama as Llama
    return LoraTask(work, Llama(work, backend, files["weights"], files["adapter"]), files["data"])
