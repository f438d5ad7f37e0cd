"""Training in PyTorch: loss, accumulation, clipping, AdamW and validation, for every model alike."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.errors import BackendUnavailable, BadInput
from finetune_bench.workloads.training_task import Batch
from finetune_bench.workloads.training_work import TrainingWork

try:
    import torch
    from safetensors import safe_open
    from torch.nn import functional
except ImportError as error:
    raise BackendUnavailable(f"training on torch needs torch and safetensors: {error}") from error

DTYPES = {"float32": torch.float32, "float64": torch.float64}

Place = tuple[torch.device, torch.dtype]
"""Where parameters lie, and in which type."""


def _as_it_is(value: Any) -> Any:
    return value


@dataclass(frozen=True, kw_only=True)
class TorchModel:
    """A model for PyTorch to train: how it is built, filled and named."""

    build: Callable[[], Any]
    """The architecture without memory: weights come from the file, never from the library's initialiser."""
    weights: Path
    complete: Callable[[Any, Place], None] = lambda _module, _place: None
    """Makes what is no weight and was built without memory too."""
    choose: Callable[[Any, Place], Any] = lambda module, _place: module
    """Adds adapters where there are any and freezes what does not train; gives the module to call."""
    logits: Callable[[Any, tuple[torch.Tensor, ...]], torch.Tensor] = lambda module, inputs: module(*inputs)
    name: Callable[[str], str] = _as_it_is
    """The name of a parameter in the work order."""


class TorchTraining:
    def __init__(self, work: TrainingWork, backend: TorchBackend, model: TorchModel) -> None:
        if work.precision.weights not in DTYPES or work.precision.compute != work.precision.weights:
            raise BadInput(f"torch trains this workload in {' or '.join(DTYPES)}, not {work.precision.weights}")
        if not work.optimiser.bias_correction:
            raise BadInput("torch.optim.AdamW always corrects the bias: this order cannot run on torch")
        self.work = work
        self.place_of_weights = backend.device, DTYPES[work.precision.weights]
        self._model = model
        self.module: Any = None

    def build(self) -> None:
        with torch.device("meta"):
            self.module = self._model.build()

    def load_weights(self) -> None:
        self.module.load_state_dict(read_tensors(self._model.weights, self.place_of_weights), strict=True, assign=True)
        self._model.complete(self.module, self.place_of_weights)
        self.module.requires_grad_(True).train()

    def set_up(self) -> None:
        self.module = self._model.choose(self.module, self.place_of_weights)
        self._named = {self._model.name(name): value for name, value in self.module.named_parameters()}
        for name in self.work.trainable.also:
            self._named[name].requires_grad_(True)
        self._trained = {name: value for name, value in self._named.items() if value.requires_grad}
        optimiser = self.work.optimiser
        self._optimiser = torch.optim.AdamW(
            self._trained.values(),
            betas=(optimiser.beta1, optimiser.beta2),
            eps=optimiser.eps,
            weight_decay=optimiser.weight_decay,
        )

    def place(self, batch: Batch) -> tuple[tuple[torch.Tensor, ...], torch.Tensor, torch.Tensor]:
        device, dtype = self.place_of_weights
        inputs = tuple(self._place_input(array) for array in batch.inputs)
        targets = torch.from_numpy(np.ascontiguousarray(batch.targets)).to(device, torch.int64)
        return inputs, targets, torch.from_numpy(batch.mask).to(device, dtype)

    def _place_input(self, array: np.ndarray) -> torch.Tensor:
        """Ids become int64; masks of attention stay what they are."""
        tensor = torch.from_numpy(np.ascontiguousarray(array)).to(self.place_of_weights[0])
        return tensor.to(torch.int64) if array.dtype == np.int32 else tensor

    def _loss_sum(self, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """The sum of the losses that count, and the logits."""
        inputs, targets, mask = batch
        logits = self._model.logits(self.module, inputs)
        wanted = logits if targets.ndim == 1 else logits[:, : targets.shape[1]].flatten(0, 1)
        losses = functional.cross_entropy(wanted, targets.flatten(), reduction="none")
        return (losses * mask.flatten()).sum(), logits

    def _accumulate(self, batches: Sequence[Any], loss_tokens: int) -> torch.Tensor:
        """Sums gradients of the step's mean loss into `.grad`; the mean loss."""
        device, dtype = self.place_of_weights
        self._optimiser.zero_grad(set_to_none=True)
        total = torch.zeros((), device=device, dtype=dtype)
        for batch in batches:
            loss = self._loss_sum(batch)[0] / loss_tokens
            loss.backward()
            total += loss.detach()
        return total

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float]:
        loss = self._accumulate(batches, loss_tokens)
        clip = self.work.optimiser.clip
        norm = torch.nn.utils.clip_grad_norm_(self._trained.values(), math.inf if clip is None else clip)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        self._optimiser.step()
        return float(loss), float(norm)

    def evaluation_mode(self) -> None:
        self.module.eval()

    @torch.no_grad()
    def evaluate(self, batch: Any) -> tuple[float, int | None]:
        loss, logits = self._loss_sum(batch)
        targets = batch[1]
        return float(loss), int((logits.argmax(-1) == targets).sum()) if targets.ndim == 1 else None

    def parameters(self) -> Mapping[str, tuple[tuple[int, ...], bool]]:
        return {name: (tuple(value.shape), value.requires_grad) for name, value in self._named.items()}

    def trained(self) -> Mapping[str, np.ndarray]:
        return {name: value.detach().cpu().numpy().copy() for name, value in self._trained.items()}

    def values(self, name: str, limit: int | None = None) -> np.ndarray:
        value = self._named[name].detach()
        return (value if limit is None else value.flatten()[:limit]).cpu().numpy()

    @torch.no_grad()
    def logits(self, batch: Any) -> np.ndarray:
        return self._model.logits(self.module, batch[0]).cpu().numpy()

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        loss = self._accumulate(batches, loss_tokens)
        gradients = {name: value.grad.cpu().numpy().copy() for name, value in self._trained.items()}
        return float(loss), gradients


def read_tensors(path: Path, place: Place) -> dict[str, torch.Tensor]:
    """Copies of the file's tensors: mapped ones would be read from disk during the first steps."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name).to(*place, copy=True) for name in file.keys()}  # noqa: SIM118
