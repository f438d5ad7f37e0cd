"""Training in MLX: loss, accumulation, clipping, AdamW and validation, for every model alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.errors import BackendUnavailable, BadInput
from finetune_bench.workloads.training_task import Batch
from finetune_bench.workloads.training_work import TrainingWork

try:
    import mlx.core as mx
    import mlx.nn as nn
    import mlx.optimizers as optimizers
    from mlx.utils import tree_flatten, tree_map
except ImportError as error:
    raise BackendUnavailable(f"training on mlx needs mlx: {error}") from error


def _as_it_is(value: Any) -> Any:
    return value


def _value_as_it_is(_name: str, value: Any) -> Any:
    return value


@dataclass(frozen=True, kw_only=True)
class MlxModel:
    """A model for MLX to train: how it is built, filled and named."""

    build: Callable[[], Any]
    weights: Path
    choose: Callable[[Any], None] = lambda _module: None
    """Adds adapters where there are any and freezes what does not train."""
    name: Callable[[str], str] = _as_it_is
    """The name of a parameter in the work order."""
    value: Callable[[str, mx.array], mx.array] = _value_as_it_is
    """The value of a parameter (under MLX's name) in the orientation of the work order."""


class MlxTraining:
    def __init__(self, work: TrainingWork, backend: MlxBackend, model: MlxModel) -> None:
        if work.precision.weights != "float32" or work.precision.compute != "float32":
            raise BadInput(f"mlx trains this workload in float32, not {work.precision.weights}")
        self.work = work
        self.compiles = backend.compiles
        self._model = model
        self.module: Any = None

    def build(self) -> None:
        self.module = self._model.build()

    def load_weights(self) -> None:
        self.module.load_weights(list(mx.load(str(self._model.weights)).items()), strict=True)
        mx.eval(self.module.parameters())

    def set_up(self) -> None:
        self._model.choose(self.module)
        for name in self.work.trainable.also:
            module, tensor = name.rsplit(".", 1)
            dict(self.module.named_modules())[module].unfreeze(recurse=False, keys=[tensor])
        optimiser = self.work.optimiser
        self._optimiser = optimizers.AdamW(
            learning_rate=0.0,
            betas=[optimiser.beta1, optimiser.beta2],
            eps=optimiser.eps,
            weight_decay=optimiser.weight_decay,
            bias_correction=optimiser.bias_correction,
        )
        self._optimiser.init(self.module.trainable_parameters())
        self.module.train()
        self._make_functions()
        mx.eval(self.module.parameters(), self._optimiser.state)

    def _make_functions(self) -> None:
        """The two halves of a step, compiled where the backend compiles."""
        value_and_gradient = nn.value_and_grad(self.module, self._loss_share)
        state = [self.module.state, self._optimiser.state]

        def accumulate(batch: Any, loss_tokens: mx.array, so_far: Any) -> Any:
            loss_and_gradients = value_and_gradient(self.module, batch, loss_tokens)
            return loss_and_gradients if so_far is None else tree_map(mx.add, so_far, loss_and_gradients)

        def update(gradients: Any) -> mx.array:
            clip = self.work.optimiser.clip
            limit = float("inf") if clip is None else clip
            gradients, norm = optimizers.clip_grad_norm(gradients, limit)
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
        logits = module(*inputs)
        wanted = logits if targets.ndim == 1 else logits[:, : targets.shape[1]]
        losses = nn.losses.cross_entropy(wanted, targets, reduction="none")
        return (losses * mask).sum(), logits

    def _loss_share(self, module: Any, batch: Any, loss_tokens: mx.array) -> mx.array:
        """A micro-batch's share of the step's mean loss."""
        return self._loss_sum(module, batch)[0] / loss_tokens

    def _accumulate(self, batches: Sequence[Any], loss_tokens: int) -> tuple[mx.array, Any]:
        total, so_far = mx.array(float(loss_tokens)), None
        for batch in batches:
            so_far = self._accumulate_one(batch, total, so_far)
            mx.eval(so_far)  # one micro-batch in memory at a time, as on torch
        return so_far

    def step(self, batches: Sequence[Any], loss_tokens: int, learning_rate: float) -> tuple[float, float]:
        loss, gradients = self._accumulate(batches, loss_tokens)
        self._optimiser.learning_rate = learning_rate
        norm = self._update(gradients)
        mx.eval(self.module.trainable_parameters(), self._optimiser.state, norm)
        return loss.item(), norm.item()

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
        return np.array(value if limit is None else value.flatten()[:limit])

    def logits(self, batch: Any) -> np.ndarray:
        return np.array(self.module(*batch[0]))

    def gradients(self, batches: Sequence[Any], loss_tokens: int) -> tuple[float, Mapping[str, np.ndarray]]:
        loss, gradients = self._accumulate(batches, loss_tokens)
        return loss.item(), self._canonical(gradients)

    def _canonical(self, tree: Any) -> dict[str, np.ndarray]:
        """Names and orientation of the work order."""
        return {self._model.name(name): np.array(self._model.value(name, value)) for name, value in tree_flatten(tree)}
