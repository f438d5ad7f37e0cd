"""MLX on Apple's GPU (metal), on CUDA or on the processor."""

import os
from collections.abc import Callable
from typing import Any

from finetune_bench.backends import AllocatorPeaks, DeviceFacts, is_cpu, no_device, not_imported
from finetune_bench.blas import mlx_blas
from finetune_bench.errors import BackendUnavailable
from finetune_bench.machine import processor_name


class MlxBackend:
    def __init__(self, name: str) -> None:
        self.name = name
        self.mx: Any = None
        self._standing = 0
        # On the processor a first compilation runs a C++ compiler for many seconds and gains little.
        self.compiles = not is_cpu(name) and "MLX_DISABLE_COMPILE" not in os.environ

    def open(self) -> None:
        try:
            import mlx.core as mx
        except Exception as error:
            raise not_imported("mlx", error) from error
        self.mx = mx
        missing = {
            "mlx-metal": lambda: not mx.metal.is_available(),
            "mlx-cuda": lambda: not mx.cuda.is_available(),
            "mlx-cpu": lambda: False,
        }[self.name]()
        if missing:
            raise BackendUnavailable(no_device(f"mlx {mx.__version__}", self.name))
        self.device = mx.cpu if is_cpu(self.name) else mx.gpu
        mx.set_default_device(self.device)
        if self.name == "mlx-metal":
            mx.set_wired_limit(int(mx.device_info()["max_recommended_working_set_size"]))
        if not self.compiles:
            mx.disable_compile()

    def synchronise(self) -> None:
        self.mx.synchronize()

    def reset_peaks(self) -> None:
        self.mx.reset_peak_memory()
        self._standing = self.mx.get_active_memory()

    def peaks(self) -> AllocatorPeaks:
        # After a reset MLX counts from the next allocation on: what is held meanwhile it does not see.
        return AllocatorPeaks(allocated=max(self._standing, self.mx.get_peak_memory()))

    def facts(self) -> DeviceFacts:
        on_cpu = is_cpu(self.name)
        device = processor_name() if on_cpu else str(self.mx.device_info().get("device_name", "unknown GPU"))
        knobs: dict[str, str | float | bool] = {
            "tf32": os.environ.get("MLX_ENABLE_TF32") != "0",
            "compile": self.compiles,
        }
        return DeviceFacts(device=device, threads=1 if on_cpu else None, blas=mlx_blas(), knobs=knobs)

    def product(self, size: int, dtype: str) -> Callable[[], None]:
        mx = self.mx
        keys = mx.random.split(mx.random.key(0))
        a, b = (mx.random.normal((size, size), key=key).astype(getattr(mx, dtype)) for key in keys)
        mx.eval(a, b)
        return lambda: mx.async_eval(a @ b)

    def release(self) -> None:
        self.mx.clear_cache()

    def multiply(self, size: int) -> float:
        ones = self.mx.ones((size, size))
        return float((ones @ ones)[-1, -1].item())
