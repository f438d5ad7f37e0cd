"""Training in PyTorch: loss, accumulation, clipping, AdamW and validation, for every model alike."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.backends.torch_compiler import trouble_compiling
from finetune_bench.errors import BackendUnavailable, BadInput
from finetune_bench.workloads.training_task import Batch
from finetune_bench.workloads.training_work import TUNED, TrainingWork, check_precision, not_compiled

try:
    import torch
    from safetensors import safe_open
    from torch.nn import functional
except ImportError as error:
    raise BackendUnavailable(f"training on torch needs torch and safetensors: {error}") from error

DTYPES = {"float32": torch.float32, "float64": torch.float64, "bfloat16": torch.bfloat16}

FUSED_OPTIMISER = ("cuda", "mps", "cpu")
"""Devices on which AdamW moves all parameters in one kernel, in every precision used here."""

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
    adapt: Callable[[dict[str, torch.Tensor]], dict[str, torch.Tensor]] = _as_it_is
    """What is loaded, made of the tensors of the file."""
    complete: Callable[[Any, Place], None] = lambda _module, _place: None
    """Makes what is no weight and was built without memory too."""
    choose: Callable[[Any, Place], Any] = lambda module, _place: module
    """Adds adapters where there are any, and freezes the rest; gives the module to call."""
    trains: Collection[str] | None = None
    """The names of the parameters that train; None: those that `choose` left."""
    logits: Callable[[Any, tuple[torch.Tensor, ...]], torch.Tensor] = lambda module, inputs: module(*inputs)
    name: Callable[[str], str] = _as_it_is
    """The name of a parameter in the work order."""


class TorchTraining:
    def __init__(self, work: TrainingWork, backend: TorchBackend, model: TorchModel) -> None:
        check_precision(work, DTYPES, "torch")
        if not work.optimiser.bias_correction:
            raise BadInput("torch.optim.AdamW always corrects the bias: this order cannot run on torch")
        self.work = work
        tuned = work.preset == TUNED
        self._fuses = tuned and backend.device_type in FUSED_OPTIMISER
        obstacle = trouble_compiling(backend.device) if tuned and backend.device_type == "cuda" else None
        compiles = self.compiles_validation = tuned and backend.device_type == "cuda" and obstacle is None
        backend.knobs |= {"compile": compiles, "fused_optimiser": self._fuses}
        self.warnings: Sequence[str] = not_compiled(backend.name, obstacle) if tuned and not compiles else ()
        self.place_of_weights = backend.device, DTYPES[work.precision.compute]
        self._loss_dtype = torch.float64 if work.precision.compute == "float64" else torch.float32
        self._model = model
        self.compile_with(torch.compile if compiles else _as_it_is)
        self.module: Any = None

    def compile_with(self, compiler: Callable[[Any], Any]) -> None:
        """The functions that a compiler gets: with the loss in them, logits are never written in float32."""
        self._loss, self._judgement = compiler(self._loss_sum), compiler(self._judge)

    def build(self) -> None:
        with torch.device("meta"):
            self.module = self._model.build()

    def load_weights(self) -> None:
        state = self._model.adapt(read_tensors(self._model.weights, self.place_of_weights))
        self.module.load_state_dict(state, strict=True, assign=True)
        self._model.complete(self.module, self.place_of_weights)
        self.module.requires_grad_(True).train()

    def set_up(self) -> None:
        self.module = self._model.choose(self.module, self.place_of_weights)
        self._named = {self._model.name(name): value for name, value in self.module.named_parameters()}
        if self._model.trains is not None:
            for name, value in self._named.items():
                value.requires_grad_(name in self._model.trains)
        for name in self.work.trainable.also:
            self._named[name].requires_grad_(True)
        self._trained = {name: value for name, value in self._named.items() if value.requires_grad}
        # What the optimiser moves: the parameters, or float32 masters of parameters that compute in less.
        weights = DTYPES[self.work.precision.weights]
        self._keeps_masters = any(value.dtype != weights for value in self._trained.values())
        self._moved = [value.detach().float() if self._keeps_masters else value for value in self._trained.values()]
        optimiser = self.work.optimiser
        torch.manual_seed(self.work.weights.recipe.seed)  # of what is dropped
        self._optimiser = torch.optim.AdamW(
            self._moved,
            betas=(optimiser.beta1, optimiser.beta2),
            eps=optimiser.eps,
            weight_decay=optimiser.weight_decay,
            fused=self._fuses or None,
        )

    def place(self, batch: Batch) -> tuple[tuple[torch.Tensor, ...], torch.Tensor, torch.Tensor]:
        device, _ = self.place_of_weights
        inputs = tuple(self._place_input(array) for array in batch.inputs)
        targets = torch.from_numpy(np.ascontiguousarray(batch.targets)).to(device, torch.int64)
        return inputs, targets, torch.from_numpy(batch.mask).to(device, self._loss_dtype)

    def _place_input(self, array: np.ndarray) -> torch.Tensor:
        """Ids become int64; masks of attention stay what they are."""
        tensor = torch.from_numpy(np.ascontiguousarray(array)).to(self.place_of_weights[0])
        return tensor.to(torch.int64) if array.dtype == np.int32 else tensor

    def _loss_sum(self, module: Any, batch: Any) -> torch.Tensor:
        return self._losses(module, batch)[0]

    def _judge(self, module: Any, batch: Any) -> tuple[torch.Tensor, torch.Tensor | None]:
        """The sum of the losses that count, and of a classifier how many rows it got right."""
        loss, logits = self._losses(module, batch)
        targets = batch[1]
        return loss, (logits.argmax(-1) == targets).sum() if targets.ndim == 1 else None

    def _losses(self, module: Any, batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        """The sum of the losses that count, and the logits."""
        inputs, targets, mask = batch
        logits = self._model.logits(module, inputs).to(self._loss_dtype)
        wanted = logits if targets.ndim == 1 else logits[:, : targets.shape[1]].flatten(0, 1)
        losses = functional.cross_entropy(wanted, targets.flatten(), reduction="none")
        return (losses * mask.flatten()).sum(), logits

    def _accumulate(self, batches: Sequence[Any], loss_tokens: int) -> torch.Tensor:
        """Sums gradients of the step's mean loss into the `.grad` of what the optimiser moves; the mean loss."""
        self._optimiser.zero_grad(set_to_none=True)
        total = torch.zeros((), device=self.place_of_weights[0], dtype=self._loss_dtype)
        for batch in batches:
            loss = self._loss(self.module, batch) / loss_tokens
            loss.backward()
            if self._keeps_masters:
                self._collect()
            total += loss.detach()
        return total

    def _collect(self) -> None:
        """Adds a micro-batch's gradients to those of the masters."""
        for master, value in zip(self._moved, self._trained.values(), strict=True):
            gradient = value.grad.float()
            master.grad = gradient if master.grad is None else master.grad.add_(gradient)
            value.grad = None

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float | None]:
        loss = self._accumulate(batches, loss_tokens)
        clip = self.work.optimiser.clip
        norm = None if clip is None else torch.nn.utils.clip_grad_norm_(self._moved, clip)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate
        self._optimiser.step()
        if self._keeps_masters:
            with torch.no_grad():
                for master, value in zip(self._moved, self._trained.values(), strict=True):
                    value.copy_(master)
        return float(loss), None if norm is None else float(norm)

    def evaluation_mode(self) -> None:
        self.module.eval()

    @torch.no_grad()
    def evaluate(self, batch: Any) -> tuple[float, int | None]:
        loss, right = self._judgement(self.module, batch)
        return float(loss), None if right is None else int(right)

    def parameters(self) -> Mapping[str, tuple[tuple[int, ...], bool]]:
        return {name: (tuple(value.shape), value.requires_grad) for name, value in self._named.items()}

    def trained(self) -> Mapping[str, np.ndarray]:
        return {name: _numpy(value) for name, value in self._trained.items()}

    def values(self, name: str, limit: int | None = None) -> np.ndarray:
        value = self._named[name]
        return _numpy(value if limit is None else value.flatten()[:limit])

    @torch.no_grad()
    def logits(self, batch: Any) -> np.ndarray:
        return _numpy(self._model.logits(self.module, batch[0]))

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        loss = self._accumulate(batches, loss_tokens)
        gradients = (_numpy(value.grad) for value in self._moved)
        return float(loss), dict(zip(self._trained, gradients, strict=True))


def _numpy(value: torch.Tensor) -> np.ndarray:
    """A copy on the host; numpy has no bfloat16."""
    value = value.detach()
    return (value.float() if value.dtype == torch.bfloat16 else value).cpu().numpy().copy()


def read_tensors(path: Path, place: Place) -> dict[str, torch.Tensor]:
    """Copies of the file's tensors: mapped ones would be read from disk during the first steps."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name).to(*place, copy=True) for name in file.keys()}  # noqa: SIM118
