"""Training in MLX: loss, accumulation, clipping, AdamW and validation, for every model alike."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.workloads.training_task import Batch
from finetune_bench.workloads.training_work import TUNED, TrainingWork, check_precision, not_compiled

try:
    import mlx.core as mx
    import mlx.nn as nn
    from mlx.utils import tree_flatten, tree_map

    from finetune_bench.workloads.optimiser_mlx import AdamW, clipped
except ImportError as error:
    raise BackendUnavailable(f"training on mlx needs mlx: {error}") from error


DTYPES = {"float32": mx.float32, "bfloat16": mx.bfloat16}


def _as_it_is(value: Any) -> Any:
    return value


def _value_as_it_is(_name: str, value: Any) -> Any:
    return value


@dataclass(frozen=True, kw_only=True)
class MlxModel:
    """A model for MLX to train: how it is built, filled and named."""

    build: Callable[[], Any]
    weights: Path
    adapt: Callable[[dict[str, mx.array]], dict[str, mx.array]] = _as_it_is
    """What is loaded, made of the tensors of the file."""
    choose: Callable[[Any], None] = lambda _module: None
    """Adds adapters where there are any, and freezes the rest."""
    trains: Collection[str] | None = None
    """The names of the parameters that train; None: those that `choose` left."""
    name: Callable[[str], str] = _as_it_is
    """The name of a parameter in the work order."""
    value: Callable[[str, mx.array], mx.array] = _value_as_it_is
    """The value of a parameter (under MLX's name) in the orientation of the work order."""


class MlxTraining:
    def __init__(self, work: TrainingWork, backend: MlxBackend, model: MlxModel) -> None:
        check_precision(work, DTYPES, "mlx")
        self.work = work
        self.warnings: Sequence[str] = (
            not_compiled(backend.name) if work.preset == TUNED and not backend.compiles else ()
        )
        self._compute = DTYPES[work.precision.compute]
        self.compiles = backend.compiles
        self.compiles_validation = False
        self._model = model
        self.module: Any = None

    def build(self) -> None:
        self.module = self._model.build()

    def load_weights(self) -> None:
        state = self._model.adapt(mx.load(str(self._model.weights)))
        self.module.load_weights([(name, value.astype(self._compute)) for name, value in state.items()], strict=True)
        mx.eval(self.module.parameters())

    def set_up(self) -> None:
        self._model.choose(self.module)
        if self._model.trains is not None:
            self.module.freeze()
        modules = dict(self.module.named_modules())
        for name in (*(self._model.trains or ()), *self.work.trainable.also):
            module, tensor = name.rsplit(".", 1)
            modules[module].unfreeze(recurse=False, keys=[tensor])
        optimiser = self.work.optimiser
        self._optimiser = AdamW(
            learning_rate=0.0,
            betas=[optimiser.beta1, optimiser.beta2],
            eps=optimiser.eps,
            weight_decay=optimiser.weight_decay,
            bias_correction=optimiser.bias_correction,
        )
        # What the optimiser moves: the parameters, or float32 masters of parameters that compute in less.
        # The masters lie in a container, so that a compiled step can replace them.
        parameters = self.module.trainable_parameters()
        weights = DTYPES[self.work.precision.weights]
        self._keeps_masters = any(value.dtype != weights for _, value in tree_flatten(parameters))
        self._masters = {"weights": self._cast(parameters, mx.float32)} if self._keeps_masters else {}
        self._optimiser.init(self._masters.get("weights", parameters))
        self.module.train()
        mx.random.seed(self.work.weights.recipe.seed)  # of what is dropped
        self._make_functions()
        mx.eval(self.module.parameters(), self._optimiser.state, self._masters)

    def _cast(self, tree: Any, dtype: Any) -> Any:
        return tree_map(lambda value: value.astype(dtype), tree)

    def _make_functions(self) -> None:
        """The two halves of a step, compiled where the backend compiles."""
        value_and_gradient = nn.value_and_grad(self.module, self._loss_share)
        self._state = state = [self.module.state, self._optimiser.state, self._masters, mx.random.state]

        def accumulate(batch: Any, loss_tokens: mx.array, so_far: Any) -> Any:
            loss, gradients = value_and_gradient(self.module, batch, loss_tokens)
            loss_and_gradients = loss, self._cast(gradients, mx.float32) if self._keeps_masters else gradients
            return loss_and_gradients if so_far is None else tree_map(mx.add, so_far, loss_and_gradients)

        def update(gradients: Any) -> mx.array | None:
            clip, norm = self.work.optimiser.clip, None
            if clip is not None:
                gradients, norm = clipped(gradients, clip)
            if self._keeps_masters:
                self._masters["weights"] = self._optimiser.apply_gradients(gradients, self._masters["weights"])
                self.module.update(self._cast(self._masters["weights"], self._compute))
            else:
                self._optimiser.update(self.module, gradients)
            return norm

        if self.compiles:
            accumulate = partial(mx.compile, inputs=state, outputs=state)(accumulate)
            update = partial(mx.compile, inputs=state, outputs=state)(update)
        self._accumulate_one, self._update = accumulate, update

    def place(self, batch: Batch) -> tuple[tuple[mx.array, ...], mx.array, mx.array]:
        inputs = tuple(mx.array(array) for array in batch.inputs)
        placed = inputs, mx.array(batch.targets), mx.array(batch.mask)
        mx.eval(placed)
        return placed

    def _loss_sum(self, module: Any, batch: Any) -> tuple[mx.array, mx.array]:
        """The sum of the losses that count, and the logits."""
        inputs, targets, mask = batch
        logits = module(*inputs).astype(mx.float32)
        wanted = logits if targets.ndim == 1 else logits[:, : targets.shape[1]]
        losses = nn.losses.cross_entropy(wanted, targets, reduction="none")
        return (losses * mask).sum(), logits

    def _loss_share(self, module: Any, batch: Any, loss_tokens: mx.array) -> mx.array:
        """A micro-batch's share of the step's mean loss."""
        return self._loss_sum(module, batch)[0] / loss_tokens

    def _accumulate(self, batches: Sequence[Any], loss_tokens: int) -> tuple[mx.array, Any]:
        """The mean loss of a step and its gradients; the last micro-batch is left to be evaluated."""
        total, so_far = mx.array(float(loss_tokens)), None
        for batch in batches:
            mx.eval(so_far)  # one micro-batch in memory at a time, as on torch
            so_far = self._accumulate_one(batch, total, so_far)
        return so_far

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float | None]:
        loss, gradients = self._accumulate(batches, loss_tokens)
        self._optimiser.learning_rate = learning_rate
        norm = self._update(gradients)
        del gradients  # each is given back as soon as its parameter has moved
        mx.eval(loss, norm, self._state)
        return loss.item(), None if norm is None else norm.item()

    def evaluation_mode(self) -> None:
        self.module.eval()

    def evaluate(self, batch: Any) -> tuple[float, int | None]:
        loss, logits = self._loss_sum(self.module, batch)
        targets = batch[1]
        return loss.item(), (mx.argmax(logits, axis=-1) == targets).sum().item() if targets.ndim == 1 else None

    def parameters(self) -> Mapping[str, tuple[tuple[int, ...], bool]]:
        trained = {name for name, _ in tree_flatten(self.module.trainable_parameters())}
        return {
            self._model.name(name): (tuple(self._model.value(name, value).shape), name in trained)
            for name, value in tree_flatten(self.module.parameters())
        }

    def trained(self) -> Mapping[str, np.ndarray]:
        return self._canonical(self.module.trainable_parameters())

    def values(self, name: str, limit: int | None = None) -> np.ndarray:
        found = {self._model.name(key): (key, value) for key, value in tree_flatten(self.module.parameters())}
        value = self._model.value(*found[name])
        return _numpy(value if limit is None else value.flatten()[:limit])

    def logits(self, batch: Any) -> np.ndarray:
        return _numpy(self.module(*batch[0]))

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        loss, gradients = self._accumulate(batches, loss_tokens)
        return loss.item(), self._canonical(gradients)

    def _canonical(self, tree: Any) -> dict[str, np.ndarray]:
        """Names and orientation of the work order."""
        return {self._model.name(name): _numpy(self._model.value(name, value)) for name, value in tree_flatten(tree)}


def _numpy(value: mx.array) -> np.ndarray:
    """A copy for numpy, which has no bfloat16."""
    return np.array(value.astype(mx.float32))
