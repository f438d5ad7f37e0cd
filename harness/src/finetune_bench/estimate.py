"""What one run will take, before it starts: honest to a factor of two or so, and said to be no more."""

import os

from finetune_bench.backends import framework_of, is_cpu
from finetune_bench.blas import wanted_openblas
from finetune_bench.request import Request

# FLOP/s that this harness may hope for in float32, by backend. An accelerator's rate differs tenfold between
# models: its row is a small one of its family, so that a plan made from it errs on the long side.
RATES = {
    "torch-cpu": (60e9, "measured: one thread at 2.5 GHz with AVX-512, 25 in small steps to 90 in large ones"),
    "mlx-cpu": (2e9, "measured: the reference BLAS in the wheel, 1.6 to 4.5 with the processor and the layout"),
    "mlx-cpu+openblas": (30e9, "measured: OpenBLAS 0.3.21, 100 in products, less in whole steps"),
    "mlx-metal": (1.5e12, "vendor: M1 Pro 5.3e12, of which training reaches about 30 %"),
    "torch-mps": (1.5e12, "vendor: M1 Pro 5.3e12, of which training reaches about 30 %"),
    "mlx-cuda": (4e12, "vendor: RTX 3060 12.7e12, of which training reaches about 30 %"),
    "torch-cuda": (4e12, "vendor: RTX 3060 12.7e12, of which training reaches about 30 %"),
}
START_S = {"torch": 6.0, "mlx": 3.0}
"""Process start and imports; measured on two cores: torch with transformers and peft 4-6, mlx with mlx-lm 2-3."""
STEP_OVERHEAD_S = 0.02
BASE_MEMORY = {"torch": 800 * 2**20, "mlx": 120 * 2**20}
"""A process with its libraries imported; measured."""
DISK_BYTES_PER_S = 500e6


def estimate(request: Request, backend: str) -> dict[str, object]:
    """Seconds, FLOPs and bytes of one run. What is downloaded is counted as if nothing were in the cache."""
    framework = framework_of(backend)
    cost = request.workload.cost(request.size, request.values_on(framework))
    flop = cost.steps * cost.step_flop + cost.other_flop
    seconds = START_S[framework] + cost.disk_bytes / DISK_BYTES_PER_S
    seconds += cost.steps * STEP_OVERHEAD_S + flop / rate(backend)
    return {
        "seconds": round(seconds, 1),
        "flop": flop,
        "download_bytes": cost.download_bytes,
        "disk_bytes": cost.disk_bytes,
        "memory_bytes": cost.memory_bytes + BASE_MEMORY[framework],
    }


def rate(backend: str) -> float:
    """The assumed FLOP/s of a backend on this machine."""
    if is_cpu(backend) and framework_of(backend) == "mlx" and wanted_openblas(dict(os.environ)) is not None:
        return RATES["mlx-cpu+openblas"][0]
    return RATES[backend][0]
