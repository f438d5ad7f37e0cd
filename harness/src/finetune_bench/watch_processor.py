"""How busy the processor's cores are, from counters of the system: shares of the time since the sample before.

The clock of a processor is not sampled: each core has its own, and none of them tells about the core that trains.
Windows and macOS: written from their documentation, never run on such a machine by this project.
"""

import ctypes
from typing import Any

from finetune_bench.nvml import Load
from finetune_bench.probe_system import System

_HOST_CPU_LOAD_INFO = 3
_MAC_STATES = 4  # user, system, idle, nice; ticks in 32 bits, which overflow within weeks


class LinuxProcessor:
    """/proc/stat counts for the whole machine, also inside a container."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._before: list[int] | None = None

    def sample(self) -> dict[str, Any]:
        now = self._read()
        before, self._before = self._before, now
        if now is None or before is None or len(now) != len(before):
            return {}
        # Waiting for a disk may count backwards, as the kernel's documentation says.
        spent = [max(0, after - earlier) for after, earlier in zip(now, before, strict=True)]
        total = sum(spent)
        if total == 0:
            return {}
        _, _, _, idle, waiting, *more = spent
        stolen = more[2] if len(more) > 2 else None  # after interrupts and soft interrupts
        shares = {"cpu_busy": (total - idle - waiting - (stolen or 0)) / total}
        return shares if stolen is None else shares | {"cpu_stolen": stolen / total}

    def _read(self) -> list[int] | None:
        """Ticks: user, nice, system, idle, iowait, irq, softirq, steal. What guests take stands in user and nice."""
        first, *_ = (self._system.read("proc/stat") or "").splitlines() or [""]
        name, *fields = first.split() or [""]
        if name != "cpu" or len(fields) < 5 or not all(field.isdigit() for field in fields):
            return None
        return [int(field) for field in fields[:8]]


class MacProcessor:
    def __init__(self, load: Load = ctypes.CDLL) -> None:
        self._library = load("/usr/lib/libSystem.B.dylib")
        self._host = self._library.mach_host_self()
        self._before: list[int] | None = None

    def sample(self) -> dict[str, Any]:
        ticks = (ctypes.c_uint * _MAC_STATES)()
        count = ctypes.c_uint(_MAC_STATES)
        host = ctypes.c_uint(self._host)
        status = self._library.host_statistics(host, ctypes.c_int(_HOST_CPU_LOAD_INFO), ticks, ctypes.byref(count))
        now = list(ticks) if status == 0 else None
        before, self._before = self._before, now
        if now is None or before is None:
            return {}
        spent = [(after - earlier) % 2**32 for after, earlier in zip(now, before, strict=True)]
        total = sum(spent)
        return {"cpu_busy": (total - spent[2]) / total} if total > 0 else {}


class WindowsProcessor:
    def __init__(self, load: Load = ctypes.CDLL) -> None:
        self._library = load("kernel32")
        self._before: tuple[int, int] | None = None

    def sample(self) -> dict[str, Any]:
        idle, kernel, user = ctypes.c_ulonglong(), ctypes.c_ulonglong(), ctypes.c_ulonglong()
        known = self._library.GetSystemTimes(ctypes.byref(idle), ctypes.byref(kernel), ctypes.byref(user))
        now = (idle.value, kernel.value + user.value) if known else None  # the kernel's time holds the idle one
        before, self._before = self._before, now
        if now is None or before is None or now[1] <= before[1]:
            return {}
        idle_share = (now[0] - before[0]) / (now[1] - before[1])
        return {"cpu_busy": min(1.0, max(0.0, 1 - idle_share))}
