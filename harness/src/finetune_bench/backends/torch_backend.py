"""PyTorch on CUDA, on Apple's GPU (mps) or on one processor thread."""

from collections.abc import Callable
from typing import Any

from finetune_bench.backends import AllocatorPeaks, DeviceFacts, is_cpu, no_device, not_imported
from finetune_bench.backends.mps_peaks import MpsPeaks
from finetune_bench.blas import torch_blas
from finetune_bench.errors import BackendUnavailable
from finetune_bench.machine import processor_name


class TorchBackend:
    def __init__(self, name: str) -> None:
        self.name = name
        self.device_type = name.split("-")[1]
        self.torch: Any = None
        self.knobs: dict[str, str | float | bool] = {"compile": False}
        self._mps_peaks: MpsPeaks | None = None

    def open(self) -> None:
        try:
            import torch
        except Exception as error:
            raise not_imported("torch", error) from error
        self.torch = torch
        available = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
        if self.device_type in available and not available[self.device_type]():
            raise BackendUnavailable(no_device(f"torch {torch.__version__}", self.name))
        if is_cpu(self.name):
            torch.set_num_threads(1)
            if torch.get_num_interop_threads() != 1:  # may be set once in a process
                torch.set_num_interop_threads(1)
        torch.set_float32_matmul_precision("highest")
        torch.backends.cudnn.allow_tf32 = False
        self.device = torch.device(self.device_type)
        self._mps_peaks = MpsPeaks(torch.mps) if self.device_type == "mps" else None

    def synchronise(self) -> None:
        if self.device_type == "cuda":
            self.torch.cuda.synchronize()
        elif self.device_type == "mps":
            self.torch.mps.synchronize()

    def reset_peaks(self) -> None:
        if self.device_type == "cuda":
            self.torch.cuda.reset_peak_memory_stats()
        if self._mps_peaks is not None:
            self._mps_peaks.reset()

    def peaks(self) -> AllocatorPeaks:
        if self.device_type == "cuda":
            cuda = self.torch.cuda
            return AllocatorPeaks(allocated=cuda.max_memory_allocated(), reserved=cuda.max_memory_reserved())
        return AllocatorPeaks() if self._mps_peaks is None else self._mps_peaks.peaks()

    def facts(self) -> DeviceFacts:
        torch = self.torch
        device = torch.cuda.get_device_name() if self.device_type == "cuda" else processor_name()
        knobs: dict[str, str | float | bool] = {
            "tf32": torch.backends.cuda.matmul.allow_tf32,
            **self.knobs,
        }
        if self.device_type == "cuda":
            knobs["cuda"] = str(torch.version.cuda)
            knobs["cudnn"] = str(torch.backends.cudnn.version())
        return DeviceFacts(device=device, threads=torch.get_num_threads(), blas=torch_blas(torch), knobs=knobs)

    def product(self, size: int, dtype: str) -> Callable[[], None]:
        torch = self.torch
        # A generator of its own: what a workload draws later must not depend on the probe.
        generator = torch.Generator(self.device).manual_seed(0)
        options = {"generator": generator, "device": self.device, "dtype": getattr(torch, dtype)}
        a, b = (torch.randn(size, size, **options) for _ in range(2))
        result = torch.empty_like(a)

        def multiply() -> None:
            torch.matmul(a, b, out=result)

        return multiply

    def release(self) -> None:
        if not is_cpu(self.name):
            getattr(self.torch, self.device_type).empty_cache()

    def multiply(self, size: int) -> float:
        ones = self.torch.ones(size, size, device=self.device)
        return float((ones @ ones)[-1, -1])
