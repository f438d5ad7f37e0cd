"""Faults of code that no work order can ask for, put into PyTorch while a trace is recorded."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest.mock import patch

import torch
from torch import nn
from torch.nn import functional

from dropped_by_place import kept
from finetune_bench.workloads.training_torch import TorchTraining


def _attention() -> AbstractContextManager[Any]:
    """A scale that is a tenth too small."""
    sound = functional.scaled_dot_product_attention

    def scaled(query: Any, *others: Any, scale: float | None = None, **options: Any) -> Any:
        return sound(query, *others, scale=0.9 * (query.shape[-1] ** -0.5 if scale is None else scale), **options)

    return patch.object(functional, "scaled_dot_product_attention", scaled)


def _gelu() -> AbstractContextManager[Any]:
    """The approximation by tanh, for the exact function."""
    return patch.object(functional, "gelu", partial(functional.gelu, approximate="tanh"))


def _accumulation() -> AbstractContextManager[Any]:
    """The last micro-batch of a step alone."""
    sound = TorchTraining._accumulate

    def last(self: TorchTraining, batches: Sequence[Any], loss_tokens: int) -> Any:
        return sound(self, batches[-1:], loss_tokens)

    return patch.object(TorchTraining, "_accumulate", last)


def _dropout() -> AbstractContextManager[Any]:
    """No fault, but what makes it possible to compare two frameworks that drop values."""

    def dropped(self: nn.Dropout, values: torch.Tensor) -> torch.Tensor:
        return values * torch.from_numpy(kept(tuple(values.shape), self.p))

    return patch.object(nn.Dropout, "forward", dropped)


FAULTS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "attention-scale": _attention,
    "tanh-gelu": _gelu,
    "last-micro-batch": _accumulation,
    "dropped-by-place": _dropout,
}
