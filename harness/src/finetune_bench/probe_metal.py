"""Asks Metal which graphics devices this session may use; prints `{"default": true, "devices": 1}`.

    python -I -S probe_metal.py ROOT

A process of its own, because Metal may hang, or end whoever asks it, where nobody is logged in. Both frameworks ask
MTLCopyAllDevices; MTLCreateSystemDefaultDevice alone is also nil in sessions where they work. Written from Apple's
headers, never run on a Mac by this project.
"""

import ctypes
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # as a program it stands alone
    from finetune_bench.probe_system import System

_FRAMEWORKS = "System/Library/Frameworks"
_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Metal:
    """What Metal offers: a default device, and how many devices in all."""

    default: bool
    devices: int


def metal(system: "System") -> Metal | str:
    """The answer of Metal, or why there is none."""
    program = [sys.executable, "-I", "-S", __file__, str(system.root)]
    answer = system.run(program, timeout_s=_TIMEOUT_S)
    if not answer.ok:
        lines = answer.stderr.strip().splitlines()
        return lines[-1][:200] if lines else f"it ended with {answer.code}"
    facts = json.loads(answer.stdout)
    return Metal(default=facts["default"], devices=facts["devices"])


def _ask(root: Path) -> dict[str, bool | int]:
    frameworks = root / _FRAMEWORKS
    # A program gets a default device only where this one is loaded too, says Apple's documentation.
    ctypes.CDLL(str(frameworks / "CoreGraphics.framework" / "CoreGraphics"))
    library = ctypes.CDLL(str(frameworks / "Metal.framework" / "Metal"))
    foundation = ctypes.CDLL(str(frameworks / "CoreFoundation.framework" / "CoreFoundation"))
    library.MTLCreateSystemDefaultDevice.restype = ctypes.c_void_p
    library.MTLCopyAllDevices.restype = ctypes.c_void_p
    foundation.CFArrayGetCount.argtypes = [ctypes.c_void_p]
    foundation.CFArrayGetCount.restype = ctypes.c_long
    devices = library.MTLCopyAllDevices()  # an NSArray, which is a CFArray
    return {
        "default": library.MTLCreateSystemDefaultDevice() is not None,
        "devices": 0 if devices is None else foundation.CFArrayGetCount(devices),
    }


if __name__ == "__main__":
    try:
        print(json.dumps(_ask(Path(sys.argv[1]))))
    except (OSError, AttributeError) as error:
        sys.exit(str(error))
