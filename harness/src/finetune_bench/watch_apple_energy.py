"""Energy of Apple's chips without root: zeus-apple-silicon where the watcher's Python has it, else an installed macmon.

Both read the system's own counters (IOReport). Written from their documentation, never run on a Mac by this project:
the tests answer in their place.
"""

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from finetune_bench.probe_system import System

_FRESH_S = 5.0
Clock = Callable[[], float]


class Energies(Protocol):
    """Millijoules of one window; None where the chip does not tell."""

    gpu_mj: int | None
    cpu_total_mj: int | None


class Monitor(Protocol):
    """zeus_apple_silicon.AppleEnergyMonitor"""

    def begin_window(self, key: str) -> None: ...

    def end_window(self, key: str) -> Energies: ...


def zeus_monitor() -> Monitor | None:
    try:
        from zeus_apple_silicon import AppleEnergyMonitor

        return AppleEnergyMonitor()
    except Exception:  # not installed, or the chip or the system does not let it
        return None


class ZeusEnergy:
    """Counters made of windows without a gap: each begins before the one before it ends."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._number = 0
        self._spent_mj = {"energy_j": 0, "cpu_energy_j": 0}
        monitor.begin_window("0")

    def sample(self) -> dict[str, Any]:
        before, self._number = str(self._number), self._number + 1
        self._monitor.begin_window(str(self._number))
        window = self._monitor.end_window(before)
        found: dict[str, Any] = {}
        for name, spent in (("energy_j", window.gpu_mj), ("cpu_energy_j", window.cpu_total_mj)):
            if spent is not None:
                self._spent_mj[name] += spent
                found[name] = self._spent_mj[name] / 1000
        return found


class Macmon:
    """The newest line of `macmon pipe`, while it is fresh."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._last: tuple[float, dict[str, Any]] | None = None

    def read(self, line: str) -> None:
        found = macmon_sample(line)
        if found:
            self._last = self._clock(), found

    def sample(self) -> dict[str, Any]:
        if self._last is None or self._clock() - self._last[0] > _FRESH_S:
            return {}
        return self._last[1]


def macmon_sample(line: str) -> dict[str, Any]:
    """Power in watts and temperature of the graphics part; what is no such number is left out."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(told, dict):
        return {}
    heat = told.get("temp")
    numbers = {
        "power_w": told.get("gpu_power"),
        "temperature_c": heat.get("gpu_temp_avg") if isinstance(heat, dict) else None,
    }
    return {name: value for name, value in numbers.items() if type(value) in (int, float) and 0 <= value < 1e6}


@contextmanager
def open_apple_energy(
    system: System, monitor: Callable[[], Monitor | None] = zeus_monitor
) -> Iterator["ZeusEnergy | Macmon | None"]:
    found = monitor()
    program = None if found is not None else system.which("macmon")
    if found is not None or program is None:
        yield None if found is None else ZeusEnergy(found)
        return
    macmon = Macmon()
    try:
        child = subprocess.Popen(
            [program, "pipe", "-i", "1000"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
        )
    except OSError:
        yield None
        return
    with child:
        reader = threading.Thread(target=lambda: [macmon.read(line) for line in child.stdout or ()], daemon=True)
        reader.start()
        try:
            yield macmon
        finally:
            child.kill()
            reader.join()
