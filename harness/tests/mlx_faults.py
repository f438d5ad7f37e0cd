"""Faults of code that no work order can ask for, put into MLX while a trace is recorded."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest.mock import patch

import mlx.core as mx
import mlx.nn as nn
from mlx import optimizers
from mlx.utils import tree_map

from dropped_by_place import kept
from finetune_bench.workloads import optimiser_mlx, training_mlx
from finetune_bench.workloads.training_mlx import MlxTraining

Fault = AbstractContextManager[Any]


def _attention() -> Fault:
    """A scale that is a tenth too small."""
    sound = mx.fast.scaled_dot_product_attention

    def scaled(*tensors: mx.array, scale: float, **options: Any) -> mx.array:
        return sound(*tensors, scale=0.9 * scale, **options)

    return patch.object(mx.fast, "scaled_dot_product_attention", scaled)


def _heads() -> Fault:
    """The heads of queries share those of keys and values in turn, not side by side."""
    sound = mx.fast.scaled_dot_product_attention

    def shared(queries: mx.array, keys: mx.array, values: mx.array, **options: Any) -> mx.array:
        times = queries.shape[1] // keys.shape[1]
        return sound(queries, *(mx.concatenate([one] * times, axis=1) for one in (keys, values)), **options)

    return patch.object(mx.fast, "scaled_dot_product_attention", shared)


def _rope() -> Fault:
    """Neighbouring values are turned together, not those of the two halves."""
    sound = mx.fast.rope
    return patch.object(mx.fast, "rope", lambda *given, **options: sound(*given, **(options | {"traditional": True})))


def _epsilon() -> Fault:
    """The second norm that is made does not read the model's epsilon."""
    sound = nn.LayerNorm.__init__
    made: list[nn.LayerNorm] = []

    def make(self: nn.LayerNorm, size: int, eps: float) -> None:
        made.append(self)
        sound(self, size, **({} if len(made) == 2 else {"eps": eps}))

    return patch.object(nn.LayerNorm, "__init__", make)


def _loss(change: Callable[..., mx.array]) -> Fault:
    return patch.object(nn.losses, "cross_entropy", partial(change, nn.losses.cross_entropy))


def _smoothed(sound: Any, logits: mx.array, targets: mx.array, **options: Any) -> mx.array:
    return sound(logits, targets, label_smoothing=0.1, **options)


def _rounded(sound: Any, logits: mx.array, targets: mx.array, **options: Any) -> mx.array:
    return sound(logits.astype(mx.bfloat16).astype(mx.float32), targets, **options)


def _padding() -> Fault:
    """Every place has a target."""
    sound = MlxTraining.place

    def place(self: MlxTraining, batch: Any) -> Any:
        inputs, targets, mask = sound(self, batch)
        return inputs, targets, mx.ones_like(mask)

    return patch.object(MlxTraining, "place", place)


def _accumulation() -> Fault:
    """The last micro-batch of a step alone."""
    sound = MlxTraining._accumulate

    def last(self: MlxTraining, batches: Sequence[Any], loss_tokens: int) -> Any:
        return sound(self, batches[-1:], loss_tokens)

    return patch.object(MlxTraining, "_accumulate", last)


def _gradients() -> Fault:
    """The loss of the whole step, and gradients of its last micro-batch."""
    sound = MlxTraining._accumulate

    def last(self: MlxTraining, batches: Sequence[Any], loss_tokens: int) -> Any:
        return sound(self, batches, loss_tokens)[0], sound(self, batches[-1:], loss_tokens)[1]

    return patch.object(MlxTraining, "_accumulate", last)


def _scale() -> Fault:
    """alpha for alpha / rank, which is what mlx-lm's scale is not divided by."""
    from finetune_bench.workloads import lora_mlx

    sound = lora_mlx._lora_parameters
    return patch.object(
        lora_mlx, "_lora_parameters", lambda work: sound(work) | {"scale": work.lora.scale * work.lora.rank}
    )


def _adapters() -> Fault:
    """The adapters' file is read under names that the model does not have."""
    from finetune_bench.workloads import lora_mlx

    return patch.object(lora_mlx, "_mlx_name", lambda name: name)


def _optimiser(apply: Callable[..., mx.array]) -> Fault:
    return patch.object(optimiser_mlx.AdamW, "apply_single", apply)


_apply = optimiser_mlx.AdamW.apply_single


def _matrices(self: Any, gradient: mx.array, parameter: mx.array, state: Any) -> mx.array:
    """Norms and biases do not decay, as many recipes have it."""
    before, self.weight_decay = self.weight_decay, self.weight_decay if parameter.ndim > 1 else 0.0
    after = _apply(self, gradient, parameter, state)
    self.weight_decay = before
    return after


def _root(self: Any, gradient: mx.array, parameter: mx.array, state: Any) -> mx.array:
    """An epsilon inside the root, and corrections that are sound."""
    _apply(self, gradient, parameter, state)
    first, second = (1 - beta ** self.step.item() for beta in self.betas)
    moved = state["m"] / first / mx.sqrt(state["v"] / second + self.eps)
    return parameter * (1 - self.learning_rate * self.weight_decay) - self.learning_rate * moved


def _rate() -> Fault:
    """The first step has none, every other that of the one before."""

    def late(self: Any, rate: float) -> None:
        self.state["learning_rate"] = mx.array(getattr(self, "_next", 0.0))
        self._next = rate

    sound = optimizers.Optimizer.learning_rate
    return patch.object(optimizers.Optimizer, "learning_rate", property(sound.fget, late))


def _clip() -> Fault:
    """Gradients shorter than the clip are made as long as it."""

    def scaled(gradients: Any, largest: float) -> tuple[Any, mx.array]:
        norm = sound(gradients, largest)[1]
        return tree_map(lambda value: value * (largest / norm), gradients), norm

    sound = optimiser_mlx.clipped
    return patch.object(training_mlx, "clipped", scaled)


def _dropout(drops_all: bool = True) -> Fault:
    """No fault, but what makes it possible to compare two frameworks that drop values; one module may drop none."""
    called: list[nn.Dropout] = []

    def dropped(self: nn.Dropout, values: mx.array) -> mx.array:
        called.append(self)
        drops = drops_all or self is not called[0]
        return values * mx.array(kept(values.shape, 1 - self._p_1)) if drops else values

    return patch.object(nn.Dropout, "__call__", dropped)


FAULTS: dict[str, Callable[[], Fault]] = {
    "attention-scale": _attention,
    "heads-in-turn": _heads,
    "rope-of-neighbours": _rope,
    "default-epsilon": _epsilon,
    "tanh-gelu": lambda: patch.object(nn, "gelu", nn.gelu_approx),
    "smoothed-labels": lambda: _loss(_smoothed),
    "rounded-logits": lambda: _loss(_rounded),
    "padding-in-the-loss": _padding,
    "last-micro-batch": _accumulation,
    "gradients-of-the-last-micro-batch": _gradients,
    "scale-not-divided": _scale,
    "adapters-as-mlx-draws-them": _adapters,
    "decay-of-matrices-alone": lambda: _optimiser(_matrices),
    "epsilon-inside-the-root": lambda: _optimiser(_root),
    "rate-of-the-step-before": _rate,
    "clip-that-scales-up": _clip,
    "dropped-by-place": _dropout,
    "one-module-drops-nothing": lambda: _dropout(drops_all=False),
}
