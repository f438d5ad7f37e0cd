"""Watches the machine while something is measured on it: one `device` event a line on stdout.

    python -m finetune_bench watch [--interval SECONDS] [--once]

Standard library only: it runs under any Python from 3.11 on, before there is an environment. It ends when its stdin is
closed, so that it cannot outlive whoever started it, or by SIGINT or SIGTERM. It takes well below 1 % of one core.
"""

import ctypes
import json
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, Protocol

from finetune_bench.errors import EXIT_OK
from finetune_bench.events import Device, to_json
from finetune_bench.nvml import Load, open_nvml
from finetune_bench.probe_system import System, this_system
from finetune_bench.watch_apple_energy import open_apple_energy
from finetune_bench.watch_energy import LinuxEnergy
from finetune_bench.watch_mac import MacGraphicsUse, MacState, Seldom
from finetune_bench.watch_nvidia import NvidiaSource
from finetune_bench.watch_pressure import MacPressure
from finetune_bench.watch_processes import Processes
from finetune_bench.watch_processor import LinuxProcessor, MacProcessor, WindowsProcessor

_GRAPHICS_EVERY_S = 5.0
_STATE_EVERY_S = 10.0
ONCE_S = 0.2
"""Seconds between the two looks of --once: shares of time need two."""


class Source(Protocol):
    def sample(self) -> dict[str, Any]:
        """Fields of the `device` event; None or absent where the machine does not tell."""


@contextmanager
def open_sources(system: System, parent: int, load: Load = ctypes.CDLL) -> Iterator[Sequence[Source]]:
    """Everything that can be asked on this system. `parent` is the process that starts what is measured."""
    if system.platform == "darwin":
        graphics = Seldom(MacGraphicsUse(system, parent), _GRAPHICS_EVERY_S)
        state = Seldom(MacState(system, load), _STATE_EVERY_S)
        with open_apple_energy(system) as energy:
            yield (MacProcessor(load), MacPressure(load), graphics, state, *([] if energy is None else [energy]))
        return
    linux = system.platform == "linux"
    processor: tuple[Source, ...] = (
        (LinuxProcessor(system), LinuxEnergy(system)) if linux else (WindowsProcessor(load),)
    )
    with open_nvml(system, load) as nvml:
        if nvml is None:
            yield processor
            return
        is_ours = Processes(system, parent).is_ours if linux else None
        yield (*processor, NvidiaSource(nvml, system.environ.get("CUDA_VISIBLE_DEVICES"), is_ours))


def sample(sources: Sequence[Source]) -> Device:
    fields: dict[str, Any] = {}
    for source in sources:
        fields |= source.sample()
    return Device(time_s=time.time(), **fields)


def watch(interval_s: float, once: bool) -> int:
    """Prints samples until stdin is closed or a signal comes; the first at once. Returns the exit code."""
    over = threading.Event()
    _end_by_signal(over)
    with open_sources(this_system(), os.getppid()) as sources:
        if once:
            sample(sources)
            over.wait(ONCE_S)
            _print(sample(sources), over)
            return EXIT_OK
        threading.Thread(target=_end_with_stdin, args=(over,), name="stdin", daemon=True).start()
        due = time.monotonic()
        while True:
            _print(sample(sources), over)
            # Kept to the clock, so that samples do not drift; none is made up for after the machine has slept.
            due = max(due + interval_s, time.monotonic())
            if over.wait(due - time.monotonic()):
                return EXIT_OK


def _end_by_signal(over: threading.Event) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        over.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def _end_with_stdin(over: threading.Event) -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError:  # there is none
        pass
    over.set()


def _print(device: Device, over: threading.Event) -> None:
    """One write a line, past Python's buffer. Where nobody reads any more it is over, and that is no error."""
    line = json.dumps(to_json(device), allow_nan=False) + "\n"
    try:
        os.write(1, line.encode())
    except OSError:
        over.set()
