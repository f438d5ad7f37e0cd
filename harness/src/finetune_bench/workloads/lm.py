"""A language model with pre-norm blocks, free of any framework: its tensors, its positions and its arithmetic."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from finetune_bench.model_shapes import LmShape

if TYPE_CHECKING:
    import numpy as np


def tensors(shape: LmShape) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and shape ([out, in]) of every tensor. Attention has no biases."""
    hidden, inner = shape.hidden_size, shape.intermediate_size
    yield "embedding.weight", (shape.vocab_size, hidden)
    for layer in range(shape.layers):
        prefix = f"layers.{layer}"
        for name in ("weight", "bias"):
            yield f"{prefix}.attention_norm.{name}", (hidden,)
        for name in ("query", "key", "value", "output"):
            yield f"{prefix}.attention.{name}.weight", (hidden, hidden)
        for name in ("weight", "bias"):
            yield f"{prefix}.feed_forward_norm.{name}", (hidden,)
        yield f"{prefix}.inner.weight", (inner, hidden)
        yield f"{prefix}.inner.bias", (inner,)
        yield f"{prefix}.outer.weight", (hidden, inner)
        yield f"{prefix}.outer.bias", (hidden,)
    for name in ("weight", "bias"):
        yield f"norm.{name}", (hidden,)
    yield "head.weight", (shape.vocab_size, hidden)
    yield "head.bias", (shape.vocab_size,)


def positions(length: int, hidden: int) -> "np.ndarray":
    """float64 [length, hidden]: sines, then cosines, of frequencies from 1 down to 1e-4, scaled by sqrt(2 / hidden)."""
    import numpy as np

    frequencies = np.exp(np.linspace(0.0, math.log(1e-4), hidden // 2))
    angles = np.arange(length)[:, None] * frequencies
    return math.sqrt(2 / hidden) * np.concatenate([np.sin(angles), np.cos(angles)], axis=-1)


def forward_flop_per_token(shape: LmShape, context: int) -> float:
    """Model FLOPs of one token read: twice the matrices with the head, and attention in full, not causally halved."""
    block = 4 * shape.hidden_size**2 + 2 * shape.hidden_size * shape.intermediate_size
    matrices = shape.layers * block + shape.vocab_size * shape.hidden_size
    return 2 * matrices + 4 * shape.layers * shape.hidden_size * context


def saved_values_per_token(shape: LmShape, context: int) -> int:
    """Values kept for the backward pass: inputs of norms and projections, and the attention's rows."""
    block = 9 * shape.hidden_size + 2 * shape.intermediate_size + 2 * shape.heads * context
    return shape.layers * block + 2 * shape.hidden_size
