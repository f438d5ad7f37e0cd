"""Peak memory of PyTorch on Apple's GPU, which remembers none: the largest of what a thread sees all the while.

Between two steps only what outlives a step would be seen, and of a validation nothing but its end. Written from
PyTorch's documentation, never run on a Mac by this project: a test answers in its place.
"""

import threading
from typing import Protocol

from finetune_bench.backends import AllocatorPeaks

EVERY_S = 0.02


class Mps(Protocol):
    """torch.mps"""

    def current_allocated_memory(self) -> int: ...

    def driver_allocated_memory(self) -> int: ...


class MpsPeaks:
    """The thread lives as long as the process; a look takes microseconds and never waits for the device."""

    def __init__(self, mps: Mps) -> None:
        self._mps = mps
        self._lock = threading.Lock()
        self._allocated = self._driver = 0
        threading.Thread(target=self._watch, name="mps memory", daemon=True).start()

    def look(self) -> None:
        with self._lock:  # the answers too: those of before a reset must not be taken for those of after it
            allocated, driver = self._mps.current_allocated_memory(), self._mps.driver_allocated_memory()
            self._allocated, self._driver = max(self._allocated, allocated), max(self._driver, driver)

    def reset(self) -> None:
        with self._lock:
            self._allocated = self._driver = 0
        self.look()

    def peaks(self) -> AllocatorPeaks:
        self.look()
        with self._lock:
            return AllocatorPeaks(allocated=self._allocated, reserved=self._driver)

    def _watch(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY_S):
            self.look()
