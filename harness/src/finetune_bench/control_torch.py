"""The control in PyTorch. Like the work it does, this file never changes (see control_work)."""

from typing import Any

import torch

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.control_work import LEFT_START, RIGHT_START


class TorchControl:
    def __init__(self, work: dict[str, Any], backend: TorchBackend) -> None:
        n = work["matmul_n"]
        self._synchronise = backend.synchronise
        self._left = _matrix(n, LEFT_START).to(backend.device)
        self._right = _matrix(n, RIGHT_START).to(backend.device)
        self._product = torch.empty_like(self._left)
        self._source = torch.arange(work["copy_bytes"] // 4, dtype=torch.float32, device=backend.device)
        self._target = torch.zeros_like(self._source)

    def step(self) -> None:
        torch.mm(self._left, self._right, out=self._product)
        self._target.copy_(self._source)

    def synchronise(self) -> None:
        self._synchronise()

    def results(self) -> tuple[float, bool]:
        return float(self._product[0, 0]), bool(torch.equal(self._target, self._source))


def _matrix(n: int, start: int) -> torch.Tensor:
    i = torch.arange(start, start + n * n, dtype=torch.int64)
    values = ((i % 1009) * 7919 % 1009).to(torch.float64) / 1009 - 0.5
    return values.to(torch.float32).reshape(n, n)
