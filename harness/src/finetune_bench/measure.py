"""The measuring loop, written once: it knows clocks and events, and no framework."""

import gc
import math
from collections.abc import Callable
from functools import partial
from time import perf_counter_ns, time
from typing import TypeVar

from finetune_bench.backends import Backend
from finetune_bench.errors import NotFinite
from finetune_bench.events import Event, EventLog, Memory, Phase, Step
from finetune_bench.machine import reset_rss_peak, rss_peak_since, swap_used_bytes
from finetune_bench.slowdown import spend
from finetune_bench.tasks import Concluded, StepNumbers, Task

T = TypeVar("T")

MINIMUM_WARMUP = 3
MINIMUM_WARMUP_CUDA = 10  # kernels are chosen, compiled and captured over the first steps there


def warmup_steps(backend: str, steps: int) -> int:
    """The least number of steps to tag as warm-up; the rest may be extended from the outside."""
    least = MINIMUM_WARMUP_CUDA if backend.endswith("-cuda") else MINIMUM_WARMUP
    return min(least, steps // 2)


class PhaseClock:
    """Runs phases one after the other and writes the duration and the memory peaks of each."""

    def __init__(self, backend: Backend, log: EventLog) -> None:
        self._backend = backend
        self._log = log

    def run(self, name: str, work: Callable[[], T]) -> T:
        self._backend.reset_peaks()
        rss, swap = reset_rss_peak(), swap_used_bytes()
        start_s, start = time(), perf_counter_ns()
        result = work()
        self._backend.synchronise()
        duration_s = _seconds_since(start)
        counts = result if isinstance(result, Concluded) else Concluded()
        self._log.write(
            Phase(
                name=name,
                duration_s=duration_s,
                start_s=start_s,
                samples=counts.samples,
                tokens_padded=counts.tokens_padded,
                tokens_real=counts.tokens_real,
            )
        )
        self._log.write(memory_event(name, self._backend, rss, swap))
        return result


def memory_event(phase: str, backend: Backend, rss_standing: int | None, swap_before: int | None = None) -> Memory:
    """What the phase took beside what `reset_rss_peak` and `swap_used_bytes` said when it began."""
    peaks, swap = backend.peaks(), swap_used_bytes()
    return Memory(
        phase=phase,
        alloc_peak_bytes=peaks.allocated,
        reserved_peak_bytes=peaks.reserved,
        rss_peak_bytes=rss_peak_since(rss_standing),
        swap_delta_bytes=None if swap is None or swap_before is None else swap - swap_before,
    )


def measure(task: Task, backend: Backend, log: EventLog, slowdown: float = 0.0) -> float:
    """Prepares, warms up, times and concludes one task. Raises what the task raises, and NotFinite.

    Returns the most model FLOPs a second that a timed step did; 0 where steps do not tell.

    `slowdown` is the share of its own duration that every step is made to take longer.
    """
    phases = PhaseClock(backend, log)
    for name, work in task.preparation():
        phases.run(name, work)
    warmup = warmup_steps(backend.name, task.steps)
    steps = partial(_steps, task, backend, log, slowdown)
    gc.collect()
    gc.freeze()
    gc.disable()  # a collection in the middle of a step would be counted as the step
    try:
        if warmup > 0:
            phases.run("warmup", lambda: steps("warmup", range(warmup)))
        fastest = phases.run("timed", lambda: steps("timed", range(warmup, task.steps)))
    finally:
        gc.enable()
        gc.unfreeze()
    for name, conclude in task.conclusion():
        for metric in phases.run(name, conclude).metrics:
            _require_finite(metric.name, metric.value)
            log.write(metric)
    return fastest


def _steps(task: Task, backend: Backend, log: EventLog, slowdown: float, phase: str, indices: range) -> float:
    fastest = 0.0
    for index in indices:
        fetch_start = perf_counter_ns()
        data = task.fetch(index)
        backend.synchronise()
        data_s = _seconds_since(fetch_start)
        start = perf_counter_ns()
        numbers = task.step(index, data)
        backend.synchronise()
        if slowdown > 0:
            spend(start, slowdown)
        duration_s = _seconds_since(start)
        fastest = max(fastest, (numbers.model_flop or 0.0) / duration_s)
        log.write(_step_event(index, phase, duration_s, data_s, numbers))
        task.check(index)
    return fastest


def _step_event(index: int, phase: str, duration_s: float, data_s: float, numbers: StepNumbers) -> Event:
    for name in ("loss", "grad_norm"):
        value = getattr(numbers, name)
        if value is not None:
            _require_finite(f"{name} of step {index}", value)
    return Step(index=index, phase=phase, duration_s=duration_s, data_s=data_s, **vars(numbers))


def _require_finite(what: str, value: float) -> None:
    if not math.isfinite(value):
        raise NotFinite(f"{what} is {value}: the computation diverged or overflowed")


def _seconds_since(start_ns: int) -> float:
    return (perf_counter_ns() - start_ns) / 1e9
