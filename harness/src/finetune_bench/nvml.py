"""NVIDIA's management library (NVML), asked through ctypes for what a watcher wants to know.

Every question may go unanswered: an old driver lacks the function, a container or a virtual board refuses it, a board
falls off its bus. Then the answer is None, and the next question is asked all the same. Constants and layouts are those
of nvml.h. Never run on a board by this project: its tests answer in the driver's place.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from finetune_bench.probe_system import System

Load = Callable[[str], Any]
"""Path or name of a shared library → the library, its functions as attributes. OSError where there is none."""
Device = ctypes.c_void_p
"""A board, or an instance of a divided board (MIG)."""

_SUCCESS = 0
_INSUFFICIENT_SIZE = 7
_SM_CLOCK = 1
_DIE_SENSOR = 0
_UUID_LENGTH = 96
_MOST_PROCESSES = 4096
# nvmlProcessInfo_t has grown and shrunk under one name: its sizes in drivers of the last ten years, bytes.
_PROCESS_SIZES = (16, 24, 32)
# Its size by the function that fills it in. The second version never changed it; the others did in some drivers, so the
# size is read off what was written where that tells it.
_PROCESS_LISTS = {
    "nvmlDeviceGetComputeRunningProcesses_v2": 24,
    "nvmlDeviceGetComputeRunningProcesses_v3": 24,
    "nvmlDeviceGetComputeRunningProcesses": 16,
}
_UNTOUCHED = 0xA5


class _Utilization(ctypes.Structure):
    _fields_ = (("gpu", ctypes.c_uint), ("memory", ctypes.c_uint))


class _Memory(ctypes.Structure):
    _fields_ = (("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong))


class _Temperature(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint), ("sensor", ctypes.c_uint), ("celsius", ctypes.c_int))


@contextmanager
def open_nvml(system: System, load: Load = ctypes.CDLL) -> Iterator["Nvml | None"]:
    """NVML while the block runs; None where there is no driver, or it does not start."""
    library = _library(system, load)
    nvml = None if library is None else Nvml(library)
    if nvml is None or not nvml.start():
        yield None
        return
    try:
        yield nvml
    finally:
        nvml.stop()


def _library(system: System, load: Load) -> Any:
    if system.platform == "win32":
        programs = system.environ.get("PROGRAMFILES", r"C:\Program Files")
        names = ["nvml.dll", rf"{programs}\NVIDIA Corporation\NVSMI\nvml.dll"]
    else:
        names = ["libnvidia-ml.so.1", str(system.root / "usr/lib/wsl/lib/libnvidia-ml.so.1")]
    for name in names:
        try:
            return load(name)
        except OSError:
            continue
    return None


class Nvml:
    def __init__(self, library: Any) -> None:
        self._library = library

    def start(self) -> bool:
        return self._ask(("nvmlInit_v2", "nvmlInit"))

    def stop(self) -> None:
        self._ask(("nvmlShutdown",))

    def boards(self) -> list[Device | None]:
        """In the order of the PCI bus; None in the place of one that this process may not use."""
        count = ctypes.c_uint()
        if not self._ask(("nvmlDeviceGetCount_v2", "nvmlDeviceGetCount"), ctypes.byref(count)):
            return []
        names = ("nvmlDeviceGetHandleByIndex_v2", "nvmlDeviceGetHandleByIndex")
        return [self._device(names, ctypes.c_uint(index)) for index in range(count.value)]

    def instances(self, board: Device) -> list[Device]:
        """Of a board that is divided (MIG); none where it is not."""
        most = ctypes.c_uint()
        if not self._ask(("nvmlDeviceGetMaxMigDeviceCount",), board, ctypes.byref(most)):
            return []
        name = ("nvmlDeviceGetMigDeviceHandleByIndex",)
        found = (self._device(name, board, ctypes.c_uint(index)) for index in range(most.value))
        return [device for device in found if device is not None]

    def uuid(self, device: Device) -> str | None:
        text = ctypes.create_string_buffer(_UUID_LENGTH)
        known = self._ask(("nvmlDeviceGetUUID",), device, text, ctypes.c_uint(_UUID_LENGTH))
        return text.value.decode("ascii", "replace") if known else None

    def clock_mhz(self, board: Device) -> float | None:
        return self._number(("nvmlDeviceGetClockInfo",), board, ctypes.c_int(_SM_CLOCK))

    def temperature_c(self, board: Device) -> float | None:
        celsius = self._number(("nvmlDeviceGetTemperature",), board, ctypes.c_int(_DIE_SENSOR))
        if celsius is not None:
            return celsius
        newer = _Temperature(version=ctypes.sizeof(_Temperature) | 1 << 24, sensor=_DIE_SENSOR)
        known = self._ask(("nvmlDeviceGetTemperatureV",), board, ctypes.byref(newer))
        return float(newer.celsius) if known else None

    def power_w(self, board: Device) -> float | None:
        milliwatts = self._number(("nvmlDeviceGetPowerUsage",), board)
        return None if milliwatts is None else milliwatts / 1000

    def energy_j(self, board: Device) -> float | None:
        """Since the driver was loaded: Volta and newer, and refused on some virtual boards."""
        millijoules = ctypes.c_ulonglong()
        known = self._ask(("nvmlDeviceGetTotalEnergyConsumption",), board, ctypes.byref(millijoules))
        return millijoules.value / 1000 if known else None

    def memory_used_bytes(self, device: Device) -> int | None:
        """By all programs; in this version of the call the driver's own share counts as used."""
        memory = _Memory()
        return int(memory.used) if self._ask(("nvmlDeviceGetMemoryInfo",), device, ctypes.byref(memory)) else None

    def clock_reasons(self, board: Device) -> int | None:
        """The bit mask of why the clocks are where they are."""
        mask = ctypes.c_ulonglong()
        # Drivers before 535 know the older name alone.
        names = ("nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons")
        return mask.value if self._ask(names, board, ctypes.byref(mask)) else None

    def busy(self, board: Device) -> tuple[float, float] | None:
        """Shares of the driver's last sampling period, at most a second: of computing, and of moving memory."""
        shares = _Utilization()
        known = self._ask(("nvmlDeviceGetUtilizationRates",), board, ctypes.byref(shares))
        return (min(shares.gpu / 100, 1.0), min(shares.memory / 100, 1.0)) if known else None

    def processes(self, device: Device) -> list[int] | None:
        """Ids of the processes that compute on a device."""
        for name, usual_size in _PROCESS_LISTS.items():
            status, ids = self._processes_by(name, usual_size, device)
            if status in (_SUCCESS, _INSUFFICIENT_SIZE):
                return ids
        return None

    def _processes_by(self, name: str, usual_size: int, device: Device) -> tuple[int | None, list[int] | None]:
        room = 64
        status = None
        while room <= _MOST_PROCESSES:
            count = ctypes.c_uint(room)
            buffer = (ctypes.c_ubyte * (room * max(_PROCESS_SIZES)))()
            ctypes.memset(buffer, _UNTOUCHED, len(buffer))
            status = self._status((name,), device, ctypes.byref(count), buffer)
            if status == _SUCCESS:
                written = bytes(buffer).rstrip(bytes([_UNTOUCHED]))
                size = _entry_size(len(written), count.value, room * usual_size) or usual_size
                starts = range(0, count.value * size, size)
                return status, [int.from_bytes(written[start : start + 4], "little") for start in starts]
            if status != _INSUFFICIENT_SIZE:
                break
            room = max(2 * room, count.value)
        return status, None

    def _device(self, names: tuple[str, ...], *arguments: Any) -> Device | None:
        device = Device()
        return device if self._ask(names, *arguments, ctypes.byref(device)) else None

    def _number(self, names: tuple[str, ...], *arguments: Any) -> float | None:
        value = ctypes.c_uint()
        return float(value.value) if self._ask(names, *arguments, ctypes.byref(value)) else None

    def _ask(self, names: tuple[str, ...], *arguments: Any) -> bool:
        return self._status(names, *arguments) == _SUCCESS

    def _status(self, names: tuple[str, ...], *arguments: Any) -> int | None:
        """Calls the functions of these names until one succeeds: the last one's status, None where there is none."""
        status = None
        for name in names:
            function = getattr(self._library, name, None)
            if function is None:
                continue
            status = function(*arguments)
            if status in (_SUCCESS, _INSUFFICIENT_SIZE):
                break
        return status


def _entry_size(written: int, count: int, whole_room: int) -> int | None:
    """What was written tells the size of an entry; None where it does not, and where the whole room was written."""
    if count == 0 or written == whole_room:
        return None
    size, rest = divmod(written, count)
    return size if rest == 0 and size in _PROCESS_SIZES else None
