"""One step under PyTorch's profiler: which operators and kernels it takes, and how much of it the device is busy.

A process of its own, so that no measured step is a profiled one. What the profiler itself takes is in its table; beside
it stands what steps take without it.
"""

from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import perf_counter_ns
from typing import Any

from finetune_bench.backends import Backend, framework_of, make_backend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.measure import warmup_steps
from finetune_bench.order import read_order
from finetune_bench.tasks import Task
from finetune_bench.workloads import find_workload

PROFILED = ("torch-cuda", "torch-cpu")
LEAST_CLOCKED = 3
ROWS = 60


def profile(order_path: Path, backend_name: str, cache: Path, out: Path) -> None:
    """Writes the table. BackendUnavailable where PyTorch's profiler does not see the device."""
    if backend_name not in PROFILED:
        raise BackendUnavailable(f"PyTorch's profiler sees {' and '.join(PROFILED)} alone, not {backend_name}")
    order = read_order(order_path)
    backend = make_backend(backend_name)
    task = find_workload(order.workload).open_task(order.on(framework_of(backend_name)), backend, cache)
    for _, work in task.preparation():
        work()
    warmup = warmup_steps(backend_name, task.steps)
    last = min(task.steps, warmup + LEAST_CLOCKED + 1) - 1
    clocked = [_step(task, backend, index) for index in range(last)][warmup:]
    events, profiled_s = _profiled(task, backend, last)
    busy_us = kernels_us(events)
    # The profiler slows the processor down, not the kernels: they are compared with steps that ran without it.
    usual_s = median(clocked) if clocked else None
    lines = [f"{order.workload} on {backend_name}: step {last} of {task.steps}, work {order.work_hash}"]
    lines.append("steps without the profiler, ms: " + " ".join(f"{seconds * 1e3:.3f}" for seconds in clocked))
    lines.append(f"the step under the profiler, ms: {profiled_s * 1e3:.3f}")
    if busy_us > 0:
        share = "" if usual_s is None else f", {busy_us / 1e6 / usual_s:.1%} of a step without the profiler"
        lines.append(f"its kernels together, ms: {busy_us / 1e3:.3f}{share}")
    sort = "self_device_time_total" if busy_us > 0 else "self_cpu_time_total"
    table = events.table(sort_by=sort, row_limit=ROWS, max_name_column_width=90)
    out.write_text("\n".join(lines) + f"\n\n{table}\n", encoding="utf-8")


def kernels_us(events: Iterable[Any]) -> float:
    """What the device computed and copied. Names that a program gives to stretches of it hold the same time again."""
    return sum(
        event.self_device_time_total
        for event in events
        if event.device_type.name == "CUDA" and not event.is_user_annotation
    )


def _profiled(task: Task, backend: Backend, index: int) -> tuple[Any, float]:
    from torch.profiler import ProfilerActivity, profile

    activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if backend.name == "torch-cuda" else [])]
    data = task.fetch(index)
    with profile(activities=activities) as profiler:
        seconds = _clocked(task, backend, index, data)
    return profiler.key_averages(), seconds


def _step(task: Task, backend: Backend, index: int) -> float:
    seconds = _clocked(task, backend, index, task.fetch(index))
    task.check(index)
    return seconds


def _clocked(task: Task, backend: Backend, index: int, data: Any) -> float:
    backend.synchronise()
    start = perf_counter_ns()
    task.step(index, data)
    backend.synchronise()
    return (perf_counter_ns() - start) / 1e9
