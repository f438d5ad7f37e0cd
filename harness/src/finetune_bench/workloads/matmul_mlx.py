"""The products in MLX: both halves see the same unified memory, and only the stream changes."""

from collections.abc import Sequence
from typing import Any

import mlx.core as mx
import numpy as np

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.workloads.matmul_task import Triple


class MlxProducts:
    def __init__(self, backend: MlxBackend) -> None:
        self._accelerator = backend.device

    def load(self, arrays: Sequence[np.ndarray]) -> Triple:
        a, b, c = (mx.array(array) for array in arrays)
        mx.eval(a, b, c)
        return a, b, c

    def to_accelerator(self, triple: Triple) -> Triple:
        return triple

    def to_processor(self, triple: Triple) -> Triple:
        return triple

    def half_on_accelerator(self, triple: Triple) -> Triple:
        return _half(triple, self._accelerator)

    def half_on_processor(self, triple: Triple) -> Triple:
        return _half(triple, mx.cpu)

    def values(self, matrix: mx.array) -> np.ndarray:
        return np.array(matrix)


def _half(triple: Triple, device: Any) -> Triple:
    a, b, c = triple
    pairs = ((a, b), (b, c), (c, a))
    first, second, third = (_scaled(mx.matmul(x, y, stream=device), device) for x, y in pairs)
    mx.eval(first, second, third)
    mx.synchronize(mx.default_stream(device))
    return first, second, third


def _scaled(product: mx.array, device: Any) -> mx.array:
    largest = mx.max(product, axis=0, keepdims=True, stream=device)
    return mx.divide(product, largest, stream=device)
