"""The GEMM probe: how fast this device multiplies two large matrices, before anything is timed on it.

What a vendor prints is never reached. The probe says what is, in the type that the workload computes in.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter_ns

from finetune_bench.backends import Backend, is_cpu
from finetune_bench.events import Gemm

LEAST_PRODUCTS = 3
"""The first one chooses and loads kernels: it is not measured."""


def probe_seconds(backend: str, size: object) -> float:
    """How long to multiply; 0: not at all. A processor runs tiny sizes in less time than a probe takes."""
    if is_cpu(backend):
        return 0.5 if size == "real" else 0.0
    return 2.0


def matrix_size(backend: str) -> int:
    """Rows of a square matrix: enough to fill the device, few enough for some products a second."""
    if is_cpu(backend):
        return 1024
    return 8192 if backend.endswith("-cuda") else 4096


def probe(backend: Backend, dtype: str, seconds: float) -> Gemm:
    """Multiplies for so many seconds, one product in a window."""
    n = matrix_size(backend.name)
    multiply = backend.product(n, dtype)
    _timed(backend, multiply)
    durations: list[float] = []
    end = perf_counter_ns() + int(seconds * 1e9)
    while len(durations) < LEAST_PRODUCTS or perf_counter_ns() < end:
        durations.append(_timed(backend, multiply))
    del multiply
    backend.release()
    return Gemm(
        dtype=dtype,
        n=n,
        flop=2.0 * n**3,
        products=len(durations),
        fastest_s=min(durations),
        median_s=median(durations),
    )


def _timed(backend: Backend, work: Callable[[], None]) -> float:
    backend.synchronise()
    start = perf_counter_ns()
    work()
    backend.synchronise()
    return (perf_counter_ns() - start) / 1e9
