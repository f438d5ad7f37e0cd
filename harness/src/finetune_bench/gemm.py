"""The GEMM probe: how fast this device multiplies two large matrices, before anything is timed on it.

What a vendor prints is never reached. The probe says what is, in the type that the workload computes in.
"""

from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter_ns

from finetune_bench.backends import Backend, is_cpu
from finetune_bench.events import Gemm

LEAST_PRODUCTS = 3
"""The first one chooses and loads kernels: it is not measured."""
SECONDS = 2.0
MOST_LOOKS_AGAIN = 4


def probe_seconds(backend: str, size: object) -> float:
    """How long to multiply; 0: not at all. A processor runs tiny sizes in less time than a probe takes."""
    return 0.0 if is_cpu(backend) and size != "real" else SECONDS


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


def rate(gemm: Gemm) -> float:
    """FLOP/s of its fastest product."""
    return gemm.flop / gemm.fastest_s


def look_again(first: Gemm, fastest_step: float, probe_once: Callable[[], Gemm]) -> Iterator[Gemm]:
    """More probes, as long as a step did more arithmetic a second than any of them: others may have disturbed those."""
    best = rate(first)
    for _ in range(MOST_LOOKS_AGAIN):
        if fastest_step <= best:
            return
        gemm = probe_once()
        best = max(best, rate(gemm))
        yield gemm


def _timed(backend: Backend, work: Callable[[], None]) -> float:
    backend.synchronise()
    start = perf_counter_ns()
    work()
    backend.synchronise()
    return (perf_counter_ns() - start) / 1e9
