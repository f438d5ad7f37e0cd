"""The events of one run: one frozen dataclass each, appended to the events file a line at a time."""

import json
import math
import os
import re
import threading
from dataclasses import dataclass, fields
from pathlib import Path
from typing import ClassVar, Literal

from finetune_bench import PROTOCOL_VERSION
from finetune_bench.errors import HarnessError

MAX_TEXT = 2000
MAX_ERROR_TEXT = 8000


@dataclass(frozen=True, kw_only=True)
class Start:
    event: ClassVar[str] = "start"
    benchmark: str
    work_hash: str
    backend: str
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What the process itself sees of its software and device."""

    event: ClassVar[str] = "environment"
    python: str
    device: str
    packages: dict[str, str]
    wheel_tags: dict[str, str]
    knobs: dict[str, str | float | bool]
    blas: str | None = None
    threads: int | None = None


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A named phase; the counts are of the rows that it worked on, where it is one that does."""

    event: ClassVar[str] = "phase"
    name: str
    duration_s: float
    start_s: float | None = None  # Unix time
    samples: int | None = None
    tokens_padded: int | None = None
    tokens_real: int | None = None


@dataclass(frozen=True, kw_only=True)
class Gemm:
    """Square products on the device, one in a window: their size, the arithmetic of one, and how long they took."""

    event: ClassVar[str] = "gemm"
    dtype: str
    n: int
    flop: float
    products: int
    fastest_s: float
    median_s: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """One optimiser step, or one iteration of a workload that has none."""

    event: ClassVar[str] = "step"
    index: int
    phase: Literal["warmup", "timed"]
    duration_s: float
    data_s: float | None = None
    samples: int | None = None
    tokens_padded: int | None = None
    tokens_real: int | None = None
    tokens_loss: int | None = None
    loss: float | None = None
    grad_norm: float | None = None
    learning_rate: float | None = None
    model_flop: float | None = None
    accelerator_s: float | None = None
    cpu_s: float | None = None
    accelerator_flop: float | None = None
    cpu_flop: float | None = None
    bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Peaks since the start of the named phase; None where the framework or system cannot tell."""

    event: ClassVar[str] = "memory"
    phase: str
    alloc_peak_bytes: int | None = None
    reserved_peak_bytes: int | None = None
    rss_peak_bytes: int | None = None
    swap_delta_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Device:
    """State of the machine at a moment, as the watcher sees it; None where it cannot be told.

    Shares of time are of that since the sample before, 0 to 1.
    """

    event: ClassVar[str] = "device"
    time_s: float  # Unix time
    temperature_c: float | None = None
    clock_mhz: float | None = None
    power_w: float | None = None
    energy_j: float | None = None
    cpu_energy_j: float | None = None
    memory_used_bytes: int | None = None
    memory_busy: float | None = None
    throttle: tuple[str, ...] | None = None
    pressure: str | None = None
    foreign_processes: int | None = None
    device_busy: float | None = None
    cpu_busy: float | None = None
    cpu_stolen: float | None = None
    low_power: bool | None = None
    on_battery: bool | None = None
    display_asleep: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Metric:
    event: ClassVar[str] = "metric"
    name: str
    value: float
    unit: str
    direction: Literal["higher", "lower"]
    class_: Literal["throughput", "memory", "loss", "info"] = "info"


@dataclass(frozen=True, kw_only=True)
class WarningEvent:
    event: ClassVar[str] = "warning"
    message: str


@dataclass(frozen=True, kw_only=True)
class End:
    event: ClassVar[str] = "end"
    duration_s: float
    steps: int


@dataclass(frozen=True, kw_only=True)
class Error:
    event: ClassVar[str] = "error"
    kind: str
    message: str


Event = Start | Environment | Phase | Gemm | Step | Memory | Device | Metric | WarningEvent | End | Error
EVENT_TYPES: tuple[type[Event], ...] = (
    Start,
    Environment,
    Phase,
    Gemm,
    Step,
    Memory,
    Device,
    Metric,
    WarningEvent,
    End,
    Error,
)


def to_json(event: Event) -> dict[str, object]:
    """The JSON object of an event: its name first, absent fields left out, a trailing underscore dropped."""
    line: dict[str, object] = {"event": event.event}
    for field in fields(event):
        value = getattr(event, field.name)
        if value is None:
            continue
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"event {event.event}: {field.name} is {value}, and events hold finite numbers only")
        limit = MAX_ERROR_TEXT if isinstance(event, Error) else MAX_TEXT
        line[field.name.rstrip("_")] = without_home(value)[:limit] if isinstance(value, str) else value
    return line


def without_home(text: str) -> str:
    """The user's home folder as `~`: its path holds the user's name, and events are published."""
    home = os.path.expanduser("~")
    return re.sub(rf"{re.escape(home)}(?![\w.-])", "~", text) if len(home) > 1 and home in text else text


class EventLog:
    """The events file. A line is one write, so a killed process leaves whole lines, the last one at most cut.

    After `end` or `error` nothing more is written: a signal may arrive while the main thread still works. Nor is it
    after a write that failed, and may have left half a line. HarnessError where the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._path = path
        try:
            self._file = os.open(path, flags, 0o644)
        except OSError as error:
            raise self._unwritten(error) from error
        self._lock = threading.Lock()
        self._finished = False

    def write(self, event: Event) -> None:
        line = json.dumps(to_json(event), ensure_ascii=False, allow_nan=False) + "\n"
        with self._lock:
            if self._finished:
                return
            self._finished = isinstance(event, End | Error)
            # A path or a library may hold what is no text: half a surrogate must not cost the event.
            rest = line.encode("utf-8", "replace")
            try:
                while rest:  # a full disk takes a part first, and says so of the rest
                    rest = rest[os.write(self._file, rest) :]
            except OSError as error:
                self._finished = True
                raise self._unwritten(error) from error

    def _unwritten(self, error: OSError) -> HarnessError:
        return HarnessError(f"cannot write the events to {self._path}: {error.strerror}")

    @property
    def finished(self) -> bool:
        return self._finished

    def close(self) -> None:
        os.close(self._file)
