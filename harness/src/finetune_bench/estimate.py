"""What one run will take, before it starts: honest to a factor of two on a processor, and said to be no more."""

import os
from typing import NamedTuple

from finetune_bench.backends import framework_of, is_cpu
from finetune_bench.blas import wanted_openblas
from finetune_bench.gemm import probe_seconds
from finetune_bench.request import Request


class Rate(NamedTuple):
    """FLOP/s to hope for in float32: in small steps of a training, in large ones, and in bare large products."""

    small_steps: float
    large_steps: float
    products: float
    source: str


LARGE_STEP = 1e11
"""FLOPs. Steps of real size have more, and spend nearly all their time in large products."""

# An accelerator's rate differs tenfold between models: its row is a small one of its family, so that a plan made from
# it errs on the long side. What was measured is one processor thread with AVX-512; products reach 110e9 there.
RATES = {
    "torch-cpu": Rate(60e9, 65e9, 90e9, "measured: 25 to 70 in small steps, 65 in large ones"),
    "mlx-cpu": Rate(4.5e9, 4.5e9, 6e9, "measured: the reference BLAS in the wheel, 1.6 to 8 by processor and layout"),
    "mlx-cpu+openblas": Rate(30e9, 65e9, 90e9, "measured: OpenBLAS 0.3.21, 20 to 45 in small steps, 100 in large ones"),
    "mlx-metal": Rate(1.5e12, 1.5e12, 4e12, "vendor: M1 Pro 5.3e12, of which training reaches about 30 %"),
    "torch-mps": Rate(1.5e12, 1.5e12, 4e12, "vendor: M1 Pro 5.3e12, of which training reaches about 30 %"),
    "mlx-cuda": Rate(4e12, 4e12, 10e12, "vendor: RTX 3060 12.7e12, of which training reaches about 30 %"),
    "torch-cuda": Rate(4e12, 4e12, 10e12, "vendor: RTX 3060 12.7e12, of which training reaches about 30 %"),
}
START_S = {"torch": {"torch": 2.5, "transformers": 2.0}, "mlx": {"mlx": 0.4, "mlx-lm": 0.8}}
"""By framework, of each package that a workload uses: the process, imports and first uses; measured, files cached."""
STEP_OVERHEAD_S = 0.01
CACHED_BYTES_PER_S = 1e9
BASE_MEMORY = {"torch": 800 * 2**20, "mlx": 120 * 2**20}
"""A process with its libraries imported; measured."""
DISK_BYTES_PER_S = 500e6


PROCESSOR_CORE = 50e9
"""FLOP/s of one core, of several that multiply together beside an accelerator."""
TRAINING_SHARE, PRODUCTS_SHARE = 0.3, 0.8
"""Of what a large float32 product reaches on an accelerator: what is hoped for of training, and of bare products."""


def estimate(request: Request, backend: str, reached: float | None = None) -> dict[str, object]:
    """Seconds, FLOPs and bytes of one run. What is downloaded is counted as if nothing were in the cache.

    `reached`: FLOP/s of a large float32 product on this accelerator, where that is known already.
    """
    framework = framework_of(backend)
    values = request.values_on(framework)
    cost = request.workload.cost(request.size, values)
    speed = rate(backend, str(values.get("precision", "float32")))
    if reached is not None:
        training, products = TRAINING_SHARE * reached, PRODUCTS_SHARE * reached
        speed = Rate(training, training, products, "measured: a large product on this device")
    flop = cost.steps * cost.step_flop + cost.other_flop
    seconds = sum(START_S[framework].get(package, 0.0) for package in request.workload.packages[framework])
    seconds += cost.disk_bytes / DISK_BYTES_PER_S + cost.steps * STEP_OVERHEAD_S
    seconds += cost.steps * cost.step_bytes / CACHED_BYTES_PER_S
    if cost.products:
        on_processor = 0.0 if is_cpu(backend) else cost.steps * cost.processor_flop
        seconds += (flop - on_processor) / speed.products + on_processor / (PROCESSOR_CORE * _cores())
    else:
        large = cost.step_flop > LARGE_STEP
        seconds += probe_seconds(backend, request.size) + flop / (speed.large_steps if large else speed.small_steps)
    return {
        "seconds": round(seconds, 1),
        "flop": flop,
        "download_bytes": cost.download_bytes,
        "disk_bytes": cost.disk_bytes,
        "memory_bytes": cost.memory_bytes + BASE_MEMORY[framework],
    }


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def rate(backend: str, precision: str) -> Rate:
    """What is assumed of a backend on this machine; MLX has no BLAS for other types than float32."""
    if is_cpu(backend) and framework_of(backend) == "mlx" and precision == "float32":
        return RATES["mlx-cpu" if wanted_openblas(dict(os.environ)) is None else "mlx-cpu+openblas"]
    return RATES[backend]
