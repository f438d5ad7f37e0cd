"""Samples of the NVIDIA boards that this process may use: the slowest clock, the hottest die, all their power.

Several boards are one device here, because a benchmark that uses several waits for the slowest of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from finetune_bench.nvml import Device, Nvml

# Bits of nvmlClocksEventReasons, named as nvidia-smi names them. gpu_idle (0x1) is no reason to be slow under load.
REASONS = {
    0x2: "applications_clocks_setting",
    0x4: "sw_power_cap",
    0x8: "hw_slowdown",
    0x10: "sync_boost",
    0x20: "sw_thermal_slowdown",
    0x40: "hw_thermal_slowdown",
    0x80: "hw_power_brake_slowdown",
    0x100: "display_clock_setting",
}
_IDLE = 0x1


@dataclass(frozen=True)
class Visible:
    """What CUDA offers: clocks, heat and power belong to the board, processes to the part of it."""

    board: Device
    part: Device


def visible_devices(nvml: Nvml, wanted: str | None) -> list[Visible]:
    """In the order of CUDA_VISIBLE_DEVICES, whose numbers are those of the PCI bus; an unknown name ends the list."""
    boards = nvml.boards()
    divided = {index: nvml.instances(board) for index, board in enumerate(boards) if board is not None}
    whole = {
        index: Visible(board, divided[index][0] if divided[index] else board)
        for index, board in enumerate(boards)
        if board is not None
    }
    if wanted is None:
        # Of divided boards CUDA offers a single instance, the first.
        return [whole[index] for index, parts in divided.items() if parts][:1] or list(whole.values())
    named = [(nvml.uuid(device.board), device) for device in whole.values()]
    named += [
        (nvml.uuid(part), Visible(whole[index].board, part)) for index, parts in divided.items() for part in parts
    ]
    return list(_chosen(wanted, whole, named))


def _chosen(wanted: str, by_index: dict[int, Visible], named: list[tuple[str | None, Visible]]) -> Iterator[Visible]:
    for name in (part.strip() for part in wanted.split(",")):
        if name.isdigit():
            match = by_index.get(int(name))
        else:
            known = name.startswith(("GPU-", "MIG-"))
            match = next((device for uuid, device in named if known and uuid and uuid.startswith(name)), None)
        if match is None:
            return
        yield match


class NvidiaSource:
    """`is_ours` tells whose a process is; None where this system cannot tell at all."""

    def __init__(self, nvml: Nvml, wanted: str | None, is_ours: Callable[[int], bool | None] | None) -> None:
        self._nvml = nvml
        self._is_ours = is_ours
        visible = visible_devices(nvml, wanted)
        self._boards = list({device.board.value: device.board for device in visible}.values())
        self._parts = list({device.part.value: device.part for device in visible}.values())

    def sample(self) -> dict[str, Any]:
        nvml, boards = self._nvml, self._boards
        busy = _known(map(nvml.busy, boards))
        return {
            "clock_mhz": min(_known(map(nvml.clock_mhz, boards)), default=None),
            "temperature_c": max(_known(map(nvml.temperature_c, boards)), default=None),
            "power_w": _sum(map(nvml.power_w, boards)),
            "energy_j": _sum(map(nvml.energy_j, boards)),
            "memory_used_bytes": _sum(map(nvml.memory_used_bytes, self._parts)),
            "throttle": _reasons(_known(map(nvml.clock_reasons, boards))),
            "device_busy": max((computing for computing, _ in busy), default=None),
            "memory_busy": max((moving for _, moving in busy), default=None),
            "foreign_processes": self._foreigners(),
        }

    def _foreigners(self) -> int | None:
        """None where a process cannot be told, and no other is foreign for certain."""
        lists = [self._nvml.processes(part) for part in self._parts]
        if self._is_ours is None or not lists or None in lists:
            return None
        owned = [self._is_ours(process) for process in {process for one in _known(lists) for process in one}]
        foreign = owned.count(False)
        return foreign if foreign > 0 or None not in owned else None


def _reasons(masks: list[int]) -> tuple[str, ...] | None:
    if not masks:
        return None
    bits = {bit for bit in (1 << place for place in range(64)) for mask in masks if mask & bit and bit != _IDLE}
    return tuple(REASONS.get(bit, f"reason_{bit:#x}") for bit in sorted(bits))


def _sum(values: Iterable[Any]) -> Any:
    """None unless all are known: a part of a sum tells nothing."""
    every = list(values)
    return None if not every or None in every else sum(every)


def _known(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not None]
