"""Rows packed behind one another in MLX: each attends itself alone."""

from typing import Any

from finetune_bench.workloads.training_mlx import mx


def same_row(starts: mx.array, places: int) -> mx.array:
    """bool [places, places]: true where a place may attend another, of its own row and not after it."""
    numbers = mx.arange(places)
    rows = (starts[None, 1:] <= numbers[:, None]).sum(-1)
    return (rows[:, None] == rows[None]) & (numbers[:, None] >= numbers[None])


class RowMask:
    """Stands where mlx-lm's models take a cache of keys: it keeps none, but it is the cache that says the mask."""

    offset = 0

    def __init__(self, mask: mx.array) -> None:
        self._mask = mask

    def make_mask(self, *_: Any, **_options: Any) -> mx.array:
        return self._mask

    def update_and_fetch(self, keys: mx.array, values: mx.array) -> tuple[mx.array, mx.array]:
        return keys, values
