"""One process, one run of one benchmark: from the work order to the last event."""

import gc
import os
from pathlib import Path
from time import perf_counter_ns

from finetune_bench.backends import framework_of, make_backend
from finetune_bench.errors import BadInput
from finetune_bench.events import EventLog, Gemm, Phase, Start, WarningEvent
from finetune_bench.gemm import look_again, probe, probe_seconds
from finetune_bench.machine import reset_rss_peak
from finetune_bench.measure import PhaseClock, measure, memory_event
from finetune_bench.order import Order, read_order
from finetune_bench.outcome import recorded
from finetune_bench.process import unheeded_warnings
from finetune_bench.slowdown import read_slowdown, slowdown_warning
from finetune_bench.software import environment_event
from finetune_bench.workloads import find_workload


def run(order_path: Path, backend_name: str, events: Path, cache: Path, benchmark: str) -> int:
    """Runs an order and writes its events. Returns the exit code, which agrees with the last event."""

    def work(log: EventLog) -> int:
        order = read_order(order_path)
        log.write(Start(benchmark=benchmark, work_hash=order.work_hash, backend=backend_name))
        return _run_order(order, backend_name, log, cache)

    return recorded(events, work)


def _run_order(order: Order, backend_name: str, log: EventLog, cache: Path) -> int:
    slowdown = read_slowdown(os.environ)
    workload = find_workload(order.workload)
    size = order.work.get("size")
    if size not in workload.backends.get(backend_name, ()):
        raise BadInput(f"{workload.name} is not offered in size {size!r} on {backend_name}")
    backend = make_backend(backend_name)
    rss = reset_rss_peak()
    start = perf_counter_ns()
    task = workload.open_task(order.on(framework_of(backend_name)), backend, cache)
    log.write(Phase(name="import", duration_s=(perf_counter_ns() - start) / 1e9))
    log.write(environment_event(backend, workload.packages[framework_of(backend_name)]))
    log.write(memory_event("import", backend, rss))
    for message in (*task.warnings, *unheeded_warnings(), *([slowdown_warning(slowdown)] if slowdown > 0 else ())):
        log.write(WarningEvent(message=message))
    seconds = probe_seconds(backend_name, size)
    if task.dtype is None or seconds == 0:
        measure(task, backend, log, slowdown)
        return task.steps
    dtype, steps = task.dtype, task.steps

    def probe_once() -> Gemm:
        gemm = PhaseClock(backend, log).run("gemm_probe", lambda: probe(backend, dtype, seconds))
        log.write(gemm)
        return gemm

    first = probe_once()
    fastest = measure(task, backend, log, slowdown)
    del task  # another probe may need its memory
    gc.collect()
    for _ in look_again(first, fastest, probe_once):
        pass
    return steps
