"""What else goes on at a Mac: others on its graphics part, its display, its power."""

import ctypes
import time
from collections.abc import Callable
from typing import Any, Protocol

from finetune_bench.mac_display import display_asleep
from finetune_bench.mac_graphics import Graphics, mac_graphics
from finetune_bench.mac_power import mac_power
from finetune_bench.nvml import Load
from finetune_bench.probe_system import System

Clock = Callable[[], float]

_FOREIGN_SHARE = 0.05
"""Of the time of the graphics part: more than drawing a desktop on which nothing moves takes."""
_MOST_ANCESTORS = 64


class _Source(Protocol):
    def sample(self) -> dict[str, Any]: ...


class Seldom:
    """A source that starts programs: asked every `least_s` at most, and less where it would take 1/200 of the time.

    In between its last answer stands.
    """

    def __init__(self, source: _Source, least_s: float, clock: Clock = time.monotonic) -> None:
        self._source = source
        self._least_s = least_s
        self._clock = clock
        self._due = float("-inf")
        self._last: dict[str, Any] = {}

    def sample(self) -> dict[str, Any]:
        began = self._clock()
        if began >= self._due:
            self._last = self._source.sample()
            ended = self._clock()
            self._due = ended + max(self._least_s, 200 * (ended - began))
        return self._last


class MacGraphicsUse:
    """`parent` is the program that started the watcher: it starts everything that is measured as well."""

    def __init__(self, system: System, parent: int, clock: Clock = time.monotonic) -> None:
        self._system = system
        self._parent = parent
        self._clock = clock
        self._before: tuple[float, Graphics] | None = None

    def sample(self) -> dict[str, Any]:
        now, seen = self._clock(), mac_graphics(self._system)
        before, self._before = self._before, None if seen is None else (now, seen)
        if seen is None:
            return {}
        found = {} if seen.busy is None else {"device_busy": seen.busy}
        if before is None or now <= before[0]:
            return found
        users = _users(before[1], seen, now - before[0])
        foreign = self._foreigners(users)
        return found if foreign is None else found | {"foreign_processes": foreign}

    def _foreigners(self, users: list[int]) -> int | None:
        """None where a process cannot be told, and no other is foreign for certain."""
        if not users:
            return 0
        parents = self._parents()
        owned = [_descends(process, self._parent, parents) for process in users]
        foreign = owned.count(False)
        return foreign if foreign > 0 or None not in owned else None

    def _parents(self) -> dict[int, int]:
        """Process → its parent."""
        lines = (self._system.text("ps", "-A", "-o", "pid=,ppid=") or "").splitlines()
        pairs = (line.split() for line in lines)
        return {int(pair[0]): int(pair[1]) for pair in pairs if len(pair) == 2 and "".join(pair).isdigit()}


def _users(before: Graphics, after: Graphics, elapsed_s: float) -> list[int]:
    """Processes that had a share of the graphics part worth telling. One that began meanwhile began with nothing."""
    least_ns = _FOREIGN_SHARE * elapsed_s * 1e9
    return [process for process, spent in after.times_ns.items() if spent - before.times_ns.get(process, 0) > least_ns]


def _descends(process: int, ancestor: int, parents: dict[int, int]) -> bool | None:
    """None for a process that has ended."""
    if process not in parents:
        return None
    current = process
    for _ in range(_MOST_ANCESTORS):
        if current == ancestor:
            return True
        if current <= 1 or current not in parents:
            return False
        current = parents[current]
    return False


class MacState:
    """What somebody may change while a job runs, and what then changes its timings."""

    def __init__(self, system: System, load: Load = ctypes.CDLL) -> None:
        self._system = system
        self._load = load

    def sample(self) -> dict[str, Any]:
        power = mac_power(self._system)
        return {
            "low_power": None if power.mode == "unknown" else power.mode == "low-power",
            "on_battery": None if power.source is None else power.source == "battery",
            "display_asleep": display_asleep(self._system, self._load),
        }
