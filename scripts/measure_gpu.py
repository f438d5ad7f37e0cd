"""Measures the workloads on this machine, the most important first, within a time limit.

    python scripts/measure_gpu.py --minutes 12 --out DIR

Needs Linux or macOS and a Python from 3.11 on with a framework; no Node, no network, and nothing is installed. DIR then
holds what `finetune-bench report DIR` judges, on any machine. docs/protocol.md describes `measured.json`.
"""

import os
import signal
import sys
from types import FrameType


def end(_number: int, _frame: FrameType | None) -> None:
    """While modules are loaded and arguments read there is nothing to finish, and no place to catch an exception."""
    os.write(2, b"interrupted before anything was measured\n")
    os._exit(130)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)

    from measure_command import main

    sys.exit(main(sys.argv[1:]))
