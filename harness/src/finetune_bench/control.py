"""The control workload: a fixed product and a fixed copy that tell how fast the machine itself is today.

python -m finetune_bench control --backend B --events FILE [--stdlib]
"""

import platform
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from finetune_bench.backends import framework_of, make_backend
from finetune_bench.control_work import Control, control_hash, control_work, expected_corner, timed
from finetune_bench.errors import CheckFailed
from finetune_bench.events import Environment, EventLog, Phase, Start, Step
from finetune_bench.machine import processor_name
from finetune_bench.outcome import recorded
from finetune_bench.software import environment_event

# No others: the control uses none of them, and their updates must not cut its history.
PACKAGES = {"torch": ("torch",), "mlx": ("mlx", "mlx-cpu", "mlx-metal", "mlx-cuda-12", "mlx-cuda-13")}
# Of the sum behind the corner element, for each of its n products: far above float32's rounding, far below TF32's.
TOLERANCE = 1e-6


def control(backend: str, events: Path, stdlib: bool) -> int:
    """Runs the control and writes its events. Returns the exit code, which agrees with the last event."""

    def work(log: EventLog) -> int:
        log.write(Start(benchmark=f"control.{backend}", work_hash=control_hash(backend, stdlib), backend=backend))
        return _run(control_work(backend, stdlib), backend, stdlib, log)

    return recorded(events, work)


def _run(work: dict[str, Any], backend: str, stdlib: bool, log: EventLog) -> int:
    start = perf_counter_ns()
    opened, environment = _open_stdlib(work) if stdlib else _open_framework(work, backend)
    _phase(log, "import", start)
    log.write(environment)
    warmup = work["warmup_steps"]
    steps = warmup + work["timed_steps"]

    def write(index: int, duration_s: float) -> None:
        log.write(Step(index=index, phase="warmup" if index < warmup else "timed", duration_s=duration_s))

    start = perf_counter_ns()
    timed(opened, steps, write)
    _phase(log, "steps", start)
    check(opened, work["matmul_n"])
    return steps


def _phase(log: EventLog, name: str, start_ns: int) -> None:
    log.write(Phase(name=name, duration_s=(perf_counter_ns() - start_ns) / 1e9))


def _open_stdlib(work: dict[str, Any]) -> tuple[Control, Environment]:
    from finetune_bench.control_stdlib import StdlibControl

    environment = Environment(
        python=platform.python_version(), device=processor_name(), packages={}, wheel_tags={}, knobs={}, threads=1
    )
    return StdlibControl(work), environment


def _open_framework(work: dict[str, Any], name: str) -> tuple[Control, Environment]:
    backend: Any = make_backend(name)
    backend.open()
    framework = framework_of(name)
    if framework == "torch":
        from finetune_bench.control_torch import TorchControl as FrameworkControl
    else:
        from finetune_bench.control_mlx import MlxControl as FrameworkControl
    return FrameworkControl(work, backend), environment_event(backend, PACKAGES[framework], common=())


def check(done: Control, n: int) -> None:
    """CheckFailed after a device that computes wrongly or skips its work: it tells nothing about its speed."""
    corner, copied = done.results()
    wanted = expected_corner(n)
    if not abs(corner - wanted) <= TOLERANCE * n:
        raise CheckFailed(f"the control's product is {corner:.9g} in its first element instead of {wanted:.9g}")
    if not copied:
        raise CheckFailed("the control's copy differs from its source")
