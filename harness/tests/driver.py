"""A driver in place of NVIDIA's: C functions with the prototypes of nvml.h, over boards that a test describes.

They are called through C's own calling convention and write into memory as C does, so a wrong constant, argument or
layout in the caller shows here as it would on a board.
"""

import ctypes
import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SUCCESS, UNINITIALIZED, INVALID_ARGUMENT, NOT_SUPPORTED, NO_PERMISSION = range(5)
NOT_FOUND, INSUFFICIENT_SIZE, DRIVER_NOT_LOADED, FUNCTION_NOT_FOUND, GPU_IS_LOST = 6, 7, 9, 13, 15

_POINTER, _UNSIGNED, _ENUM = ctypes.c_void_p, ctypes.c_uint, ctypes.c_int
_PROTOTYPES: dict[str, tuple[Any, ...]] = {
    "nvmlInit_v2": (),
    "nvmlInit": (),
    "nvmlShutdown": (),
    "nvmlDeviceGetCount_v2": (_POINTER,),
    "nvmlDeviceGetCount": (_POINTER,),
    "nvmlDeviceGetHandleByIndex_v2": (_UNSIGNED, _POINTER),
    "nvmlDeviceGetHandleByIndex": (_UNSIGNED, _POINTER),
    "nvmlDeviceGetMaxMigDeviceCount": (_POINTER, _POINTER),
    "nvmlDeviceGetMigDeviceHandleByIndex": (_POINTER, _UNSIGNED, _POINTER),
    "nvmlDeviceGetUUID": (_POINTER, _POINTER, _UNSIGNED),
    "nvmlDeviceGetClockInfo": (_POINTER, _ENUM, _POINTER),
    "nvmlDeviceGetTemperature": (_POINTER, _ENUM, _POINTER),
    "nvmlDeviceGetTemperatureV": (_POINTER, _POINTER),
    "nvmlDeviceGetPowerUsage": (_POINTER, _POINTER),
    "nvmlDeviceGetTotalEnergyConsumption": (_POINTER, _POINTER),
    "nvmlDeviceGetMemoryInfo": (_POINTER, _POINTER),
    "nvmlDeviceGetCurrentClocksEventReasons": (_POINTER, _POINTER),
    "nvmlDeviceGetCurrentClocksThrottleReasons": (_POINTER, _POINTER),
    "nvmlDeviceGetUtilizationRates": (_POINTER, _POINTER),
    "nvmlDeviceGetComputeRunningProcesses": (_POINTER, _POINTER, _POINTER),
    "nvmlDeviceGetComputeRunningProcesses_v2": (_POINTER, _POINTER, _POINTER),
    "nvmlDeviceGetComputeRunningProcesses_v3": (_POINTER, _POINTER, _POINTER),
}
# The entry of a process list by its size; instance ids are all ones on a board that is not divided.
_ENTRIES = {16: "<IxxxxQ", 24: "<IxxxxQII", 32: "<IxxxxQIIQ"}
_NO_INSTANCE = 0xFFFFFFFF
_MEMORY = 6 * 2**30


@dataclass
class Instance:
    uuid: str
    processes: Sequence[int] = ()
    used_bytes: int = 2**30


@dataclass
class Board:
    uuid: str
    clock_mhz: int = 1980
    temperature_c: int = 45
    milliwatts: int = 300_000
    reasons: int = 0
    busy_percent: int = 0
    memory_percent: int = 0
    millijoules: int = 7_000_000_000_500
    used_bytes: int = 5 * 2**30
    processes: Sequence[int] = ()
    instances: Sequence[Instance] = ()
    accessible: bool = True


@dataclass
class Driver:
    """`missing`: functions that the library lacks; `refused`: function → the status it answers with."""

    boards: Sequence[Board]
    missing: Collection[str] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    entry_size: int = 24
    fills_the_room: bool = False
    """The whole room for a process list is written, as where the kernel's answer is copied as it is."""
    running: bool = False

    def __post_init__(self) -> None:
        self._devices: dict[int, Any] = {}
        for place, board in enumerate(self.boards):
            self._devices[0x10000 * (place + 1)] = board
            for slot, instance in enumerate(board.instances):
                self._devices[0x10000 * (place + 1) + slot + 1] = instance
        self._functions: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in self.missing or name not in _PROTOTYPES:
            raise AttributeError(name)
        if name not in self._functions:
            prototype = ctypes.CFUNCTYPE(ctypes.c_int, *_PROTOTYPES[name])
            self._functions[name] = prototype(lambda *arguments: self._answer(name, arguments))
        return self._functions[name]

    def _answer(self, name: str, arguments: tuple[Any, ...]) -> int:
        if name in self.refused:
            return self.refused[name]
        if name.startswith("nvmlInit"):
            self.running = True
            return SUCCESS
        if not self.running:
            return UNINITIALIZED
        plain = name.removesuffix("_v2").removesuffix("_v3")
        return getattr(self, f"_{plain}")(*arguments)

    def _nvmlShutdown(self) -> int:  # noqa: N802
        self.running = False
        return SUCCESS

    def _nvmlDeviceGetCount(self, out: int) -> int:  # noqa: N802
        return _write(out, "<I", len(self.boards))

    def _nvmlDeviceGetHandleByIndex(self, index: int, out: int) -> int:  # noqa: N802
        if index >= len(self.boards):
            return INVALID_ARGUMENT
        return _write(out, "<Q", 0x10000 * (index + 1)) if self.boards[index].accessible else NO_PERMISSION

    def _nvmlDeviceGetMaxMigDeviceCount(self, device: int, out: int) -> int:  # noqa: N802
        return _write(out, "<I", 7 if self._devices[device].instances else 0)

    def _nvmlDeviceGetMigDeviceHandleByIndex(self, device: int, index: int, out: int) -> int:  # noqa: N802
        if index >= len(self._devices[device].instances):
            return NOT_FOUND
        return _write(out, "<Q", device + index + 1)

    def _nvmlDeviceGetUUID(self, device: int, out: int, length: int) -> int:  # noqa: N802
        text = self._devices[device].uuid.encode() + b"\0"
        if len(text) > length:
            return INSUFFICIENT_SIZE
        ctypes.memmove(out, text, len(text))
        return SUCCESS

    def _nvmlDeviceGetClockInfo(self, device: int, kind: int, out: int) -> int:  # noqa: N802
        # The clocks of graphics, multiprocessors, memory and video: only the second is asked for.
        return self._of_board(device, out, "<I", lambda board: [board.clock_mhz - 7, board.clock_mhz, 3201, 1500][kind])

    def _nvmlDeviceGetTemperature(self, device: int, sensor: int, out: int) -> int:  # noqa: N802
        return self._of_board(device, out, "<I", lambda board: board.temperature_c) if sensor == 0 else INVALID_ARGUMENT

    def _nvmlDeviceGetTemperatureV(self, device: int, out: int) -> int:  # noqa: N802
        version, sensor = struct.unpack("<II", ctypes.string_at(out, 8))
        if version != 12 | 1 << 24 or sensor != 0:
            return INVALID_ARGUMENT
        return self._of_board(device, out + 8, "<i", lambda board: board.temperature_c)

    def _nvmlDeviceGetPowerUsage(self, device: int, out: int) -> int:  # noqa: N802
        return self._of_board(device, out, "<I", lambda board: board.milliwatts)

    def _nvmlDeviceGetTotalEnergyConsumption(self, device: int, out: int) -> int:  # noqa: N802
        return self._of_board(device, out, "<Q", lambda board: board.millijoules)

    def _nvmlDeviceGetMemoryInfo(self, device: int, out: int) -> int:  # noqa: N802
        used = self._devices[device].used_bytes
        return _write(out, "<QQQ", 80 * 2**30, 80 * 2**30 - used, used)

    def _nvmlDeviceGetCurrentClocksEventReasons(self, device: int, out: int) -> int:  # noqa: N802
        return self._of_board(device, out, "<Q", lambda board: board.reasons)

    _nvmlDeviceGetCurrentClocksThrottleReasons = _nvmlDeviceGetCurrentClocksEventReasons  # noqa: N815

    def _nvmlDeviceGetUtilizationRates(self, device: int, out: int) -> int:  # noqa: N802
        if getattr(self._devices[device], "instances", True):
            return NOT_SUPPORTED  # of a divided board, and of its instances
        return _write(out, "<II", self._devices[device].busy_percent, self._devices[device].memory_percent)

    def _nvmlDeviceGetComputeRunningProcesses(self, device: int, count: int, out: int) -> int:  # noqa: N802
        (room,) = struct.unpack("<I", ctypes.string_at(count, 4))
        processes = self._devices[device].processes
        _write(count, "<I", len(processes))
        if room < len(processes):
            return INSUFFICIENT_SIZE
        if self.fills_the_room:
            ctypes.memset(out, 0, room * self.entry_size)
        for place, process in enumerate(processes):
            rest = (_NO_INSTANCE, _NO_INSTANCE, 0)[: {16: 0, 24: 2, 32: 3}[self.entry_size]]
            _write(out + place * self.entry_size, _ENTRIES[self.entry_size], process, _MEMORY, *rest)
        return SUCCESS

    def _of_board(self, device: int, out: int, layout: str, read: Any) -> int:
        """Instances have no clocks, heat and power of their own."""
        found = self._devices[device]
        return _write(out, layout, read(found)) if isinstance(found, Board) else NOT_SUPPORTED


def _write(address: int, layout: str, *values: int) -> int:
    data = struct.pack(layout, *values)
    ctypes.memmove(address, data, len(data))
    return SUCCESS
