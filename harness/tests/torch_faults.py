"""Faults of code that no work order can ask for, put into PyTorch while a trace is recorded."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest.mock import patch

from torch.nn import functional

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


FAULTS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "attention-scale": _attention,
    "tanh-gelu": _gelu,
    "last-micro-batch": _accumulation,
}
