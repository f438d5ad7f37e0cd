"""The control in MLX. Like the work it does, this file never changes (see control_work)."""

from typing import Any

import mlx.core as mx

from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.control_work import LEFT_START, RIGHT_START


class MlxControl:
    def __init__(self, work: dict[str, Any], backend: MlxBackend) -> None:
        n = work["matmul_n"]
        self._synchronise = backend.synchronise
        self._left = _matrix(n, LEFT_START)
        self._right = _matrix(n, RIGHT_START)
        self._source = mx.arange(work["copy_bytes"] // 4, dtype=mx.float32)
        self._product = self._target = mx.zeros((1,))
        mx.eval(self._left, self._right, self._source)

    def step(self) -> None:
        self._product = mx.matmul(self._left, self._right)
        mx.eval(self._product)
        self._target = mx.negative(self._source)
        mx.eval(self._target)

    def synchronise(self) -> None:
        self._synchronise()

    def results(self) -> tuple[float, bool]:
        return float(self._product[0, 0].item()), bool(mx.array_equal(-self._target, self._source).item())


def _matrix(n: int, start: int) -> mx.array:
    i = mx.arange(start, start + n * n, dtype=mx.int32)
    return mx.reshape(((i % 1009) * 7919 % 1009).astype(mx.float32) / 1009 - 0.5, (n, n))
