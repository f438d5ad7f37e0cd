"""Thermal pressure of a Mac, from the notification that carries it. Needs no rights.

Written from Apple's headers (notify.h, OSThermalNotification.h), never run on a Mac by this project.
"""

import ctypes
from typing import Any

from finetune_bench.nvml import Load

_NAME = b"com.apple.system.thermalpressurelevel"
# nominal, moderate, heavy, trapping, sleeping: in the words of ProcessInfo.thermalState, which people know.
_WORDS = ("nominal", "fair", "serious", "critical", "critical")


class MacPressure:
    def __init__(self, load: Load = ctypes.CDLL) -> None:
        self._library = load("/usr/lib/libSystem.B.dylib")
        token = ctypes.c_int()
        registered = self._library.notify_register_check(ctypes.c_char_p(_NAME), ctypes.byref(token)) == 0
        self._token = token if registered else None

    def sample(self) -> dict[str, Any]:
        level = ctypes.c_uint64()
        if self._token is None or self._library.notify_get_state(self._token, ctypes.byref(level)) != 0:
            return {}
        return {"pressure": _WORDS[level.value]} if level.value < len(_WORDS) else {}
