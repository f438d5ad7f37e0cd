"""How busy the graphics part of a Mac is, and with whose work: from the registry of its drivers, which needs no rights.

The entries have no documentation. Their names are those that public programs read: `Device Utilization %` of the
accelerator, and below it one entry for every program that computes or draws, with its `accumulatedGPUTime` in
nanoseconds. Never run on a Mac by this project.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from finetune_bench.probe_system import System

_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Graphics:
    """`busy` is a share, 0 to 1; `times_ns` the time that each process has had on the device since it began."""

    busy: float | None
    times_ns: Mapping[int, int]


def mac_graphics(system: System) -> Graphics | None:
    """None where the registry shows no accelerator."""
    text = system.text("ioreg", "-r", "-l", "-w", "0", "-c", "IOAccelerator", timeout_s=_TIMEOUT_S)
    if text is None:
        return None
    shares = [int(share) for share in re.findall(r'"Device Utilization %"=(\d+)', text)]
    times: dict[int, int] = {}
    for entry in text.split("+-o "):
        creator = re.search(r'"IOUserClientCreator" = "pid (\d+),', entry)
        if creator is not None:
            spent = sum(int(time) for time in re.findall(r'"accumulatedGPUTime"\s*=\s*(\d+)', entry))
            times[int(creator.group(1))] = times.get(int(creator.group(1)), 0) + spent
    return Graphics(busy=min(max(shares) / 100, 1.0) if shares else None, times_ns=times)
