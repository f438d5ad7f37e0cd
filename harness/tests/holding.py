"""Real processes under hold.py, for tests of the lock of a machine's devices."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from finetune_bench import hold
from support import until

HOLD = Path(hold.__file__)
LIMIT_S = 60


class Held(subprocess.Popen):
    """A program under hold.py; `words` are what hold.py said until the program began."""

    def __init__(self, folder: Path, *arguments: str, **more) -> None:
        inlet, outlet = os.pipe()

        def listen() -> None:
            os.dup2(outlet, hold.SAY)
            # What a script puts into the background ignores it, and so does all that it starts.
            signal.signal(signal.SIGINT, signal.SIG_DFL)

        command = [sys.executable, "-I", "-S", str(HOLD), "--folder", str(folder), *arguments]
        more = {"stdout": subprocess.PIPE, "text": True} | more
        super().__init__(command, preexec_fn=listen, pass_fds=[hold.SAY], **more)
        os.close(outlet)
        self.words: list[dict] = []
        self.begun = threading.Event()
        self._inlet = inlet
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with open(self._inlet, encoding="utf-8") as file:
            for line in file:
                self.words.append(json.loads(line))
        self.begun.set()

    def end(self) -> str:
        output, _ = self.communicate(timeout=LIMIT_S)
        assert self.begun.wait(LIMIT_S)
        return output


SLEEP = ("--", "sleep", "600")


def held(folder: Path, started: list, *arguments: str) -> Held:
    """A process that has the lock by now."""
    process = Held(folder, *arguments, *SLEEP)
    started.append(process)
    assert process.begun.wait(LIMIT_S)
    return process


def waiting(folder: Path, started: list, *arguments: str) -> Held:
    """A process that waits for the lock by now."""
    process = Held(folder, *arguments)
    started.append(process)
    until(lambda: process.words, "nothing was said of the wait")
    return process
