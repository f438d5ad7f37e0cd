"""Whether the main display of a Mac sleeps, from CoreGraphics.

Written from Apple's headers (CGDirectDisplay.h), never run on a Mac by this project.
"""

import ctypes

from finetune_bench.nvml import Load
from finetune_bench.probe_system import System

_LIBRARY = "System/Library/Frameworks/CoreGraphics.framework/CoreGraphics"


def display_asleep(system: System, load: Load = ctypes.CDLL) -> bool | None:
    """None where there is no display, or nobody is logged in."""
    try:
        library = load(str(system.root / _LIBRARY))
    except OSError:
        return None
    display = library.CGMainDisplayID()
    return None if display == 0 else library.CGDisplayIsAsleep(ctypes.c_uint32(display)) != 0
