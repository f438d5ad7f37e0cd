"""The control's work: what one step is, and how it is timed. IT NEVER CHANGES.

A control value says how fast the machine is today, so it may be compared with every control value before it. That
holds as long as sizes, values, operations and clock stay exactly as they are; a better control is another control:
CONTROL_VERSION goes up, the work hash changes with it, and every machine begins a new history.
"""

import gc
from collections.abc import Callable
from time import perf_counter_ns
from typing import Any, Protocol

from finetune_bench.backends import framework_of, is_cpu
from finetune_bench.canonical import sha256_of

CONTROL_VERSION = 1
STDLIB = "stdlib"

TIMED_STEPS = 20
# 5 to 20 ms a step on one processor core; some milliseconds on a large GPU, tens on a small one.
CPU_SIZES = {"matmul_n": 512, "copy_bytes": 16 * 2**20}
GPU_SIZES = {"matmul_n": 4096, "copy_bytes": 256 * 2**20}
STDLIB_SIZES = {"matmul_n": 48, "copy_bytes": 16 * 2**20}
# What stands for a plain copy: MLX shares memory instead of copying, so it negates, which moves the same bytes.
COPIES = {"torch": "copy", "mlx": "negate", STDLIB: "copy"}

LEFT_START = 0
RIGHT_START = 500


class Control(Protocol):
    """One kind of the control, its matrices and buffers in place."""

    def step(self) -> None:
        """The product, then the copy. May return before the device has done them."""

    def synchronise(self) -> None:
        """Returns when the device is idle."""

    def results(self) -> tuple[float, bool]:
        """Row 0, column 0 of the last product; whether the last copy is a faithful one."""


def kind_of_control(backend: str, stdlib: bool) -> str:
    return STDLIB if stdlib else framework_of(backend)


def control_work(backend: str, stdlib: bool = False) -> dict[str, Any]:
    """The work of a control, as it enters the hash."""
    kind = kind_of_control(backend, stdlib)
    on_cpu = stdlib or is_cpu(backend)
    sizes = STDLIB_SIZES if stdlib else CPU_SIZES if on_cpu else GPU_SIZES
    return {
        "control": CONTROL_VERSION,
        "kind": kind,
        "device": "cpu" if on_cpu else "gpu",
        **sizes,
        "copy": COPIES[kind],
        "precision": "float64" if stdlib else "float32",
        "values": "((i mod 1009) * 7919 mod 1009) / 1009 - 0.5, from i = 0 and from i = 500, rows first",
        "warmup_steps": 10 if not stdlib and backend.endswith("-cuda") else 3,
        "timed_steps": TIMED_STEPS,
    }


def control_hash(backend: str, stdlib: bool = False) -> str:
    return sha256_of(control_work(backend, stdlib))


def value(i: int) -> float:
    """Element i of a matrix. Never all alike: a GPU draws less power, and runs faster, on constant data."""
    return (i % 1009) * 7919 % 1009 / 1009 - 0.5


def expected_corner(n: int) -> float:
    """Row 0, column 0 of the product of the two matrices."""
    return sum(value(LEFT_START + k) * value(RIGHT_START + k * n) for k in range(n))


def timed(control: Control, steps: int, write: Callable[[int, float], None]) -> None:
    """Runs the steps and hands each index and duration in seconds to `write`, outside the window."""
    gc.collect()
    gc.disable()
    try:
        for index in range(steps):
            control.synchronise()
            start = perf_counter_ns()
            control.step()
            control.synchronise()
            write(index, (perf_counter_ns() - start) / 1e9)
    finally:
        gc.enable()
