"""The products in PyTorch: the accelerator has memory of its own, and the matrices are copied to and fro."""

from collections.abc import Sequence

import numpy as np
import torch

from finetune_bench.backends.torch_backend import TorchBackend
from finetune_bench.workloads.matmul_task import Triple


class TorchProducts:
    def __init__(self, backend: TorchBackend) -> None:
        self._backend = backend

    def load(self, arrays: Sequence[np.ndarray]) -> Triple:
        a, b, c = (torch.from_numpy(array.copy()) for array in arrays)
        return a, b, c

    def to_accelerator(self, triple: Triple) -> Triple:
        return self._move(triple, self._backend.device)

    def to_processor(self, triple: Triple) -> Triple:
        return self._move(triple, torch.device("cpu"))

    def _move(self, triple: Triple, device: torch.device) -> Triple:
        a, b, c = (matrix.to(device) for matrix in triple)
        self._backend.synchronise()
        return a, b, c

    def half_on_accelerator(self, triple: Triple) -> Triple:
        result = _half(triple)
        self._backend.synchronise()
        return result

    def half_on_processor(self, triple: Triple) -> Triple:
        return _half(triple)

    def values(self, matrix: torch.Tensor) -> np.ndarray:
        return matrix.cpu().numpy()


@torch.no_grad()
def _half(triple: Triple) -> Triple:
    a, b, c = triple
    return _scaled(a @ b), _scaled(b @ c), _scaled(c @ a)


def _scaled(product: torch.Tensor) -> torch.Tensor:
    return product / product.amax(dim=0, keepdim=True)
