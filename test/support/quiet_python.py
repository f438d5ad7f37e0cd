"""What quiet-python answers itself: the control workload and the watcher of a machine that does as the test says.

    quiet-python -m finetune_bench control --backend B --events FILE [--stdlib]
    quiet-python -m finetune_bench watch [--interval SECONDS] [--once]

Nothing is computed: step times of the control are drawn from a seeded noise model, so that a test is as quick as it is
repeatable, on however busy a machine. Settings stand in the environment, each named FINETUNE_BENCH_TEST_<SETTING>:

    CONTROL_SLOWDOWN   factor on every step of the control (1.0)
    CONTROL_CV         relative spread of the control between runs (0.002)
    CONTROL_SEED       with backend, run id and events file's name it fixes every number (0)
    WATCH_THROTTLE     reasons for which the device runs slower, with commas between (none)
    WATCH_SWITCH       a Mac with its display asleep; once this file is there, the display is awake and Low Power Mode on

Standard library and the harness only.
"""

import argparse
import json
import math
import os
import platform
import random
import re
import signal
import sys
import threading
import time

from finetune_bench.control_work import control_hash, control_work

STEP_S = 0.01
WITHIN_CV = 0.001
WARMUP_FACTOR = 3.0


def setting(name: str, default: str) -> str:
    return os.environ.get(f"FINETUNE_BENCH_TEST_{name}") or default


def control_events(backend: str, stdlib: bool, place: str) -> list[dict]:
    work = control_work(backend, stdlib)
    # The run id in the results folder's name, so that the jobs of a history differ as they would.
    job = re.search(r"-(\d+-\d+)(?:-[^/\\]+)?[/\\]", place)
    job_id = "" if job is None else job.group(1)
    generator = random.Random(f"{setting('CONTROL_SEED', '0')}/{job_id}/{os.path.basename(place)}/{backend}")
    run = math.exp(generator.gauss(0, 1) * float(setting("CONTROL_CV", "0.002")))
    level = STEP_S * float(setting("CONTROL_SLOWDOWN", "1.0")) * run
    durations = []
    for index in range(work["warmup_steps"] + work["timed_steps"]):
        step = level * math.exp(abs(generator.gauss(0, 1)) * WITHIN_CV)
        durations.append(step * (WARMUP_FACTOR if index < work["warmup_steps"] else 1.0))
    steps = [
        {
            "event": "step",
            "index": index,
            "phase": "warmup" if index < work["warmup_steps"] else "timed",
            "duration_s": duration,
        }
        for index, duration in enumerate(durations)
    ]
    return [
        {
            "event": "start",
            "protocol": 1,
            "benchmark": f"control.{backend}",
            "work_hash": control_hash(backend, stdlib),
            "backend": backend,
        },
        {"event": "phase", "name": "import", "duration_s": 0.01},
        {
            "event": "environment",
            "python": platform.python_version(),
            "device": "a quiet machine",
            "packages": {},
            "wheel_tags": {},
            "knobs": {},
            "threads": 1,
        },
        *steps,
        {"event": "phase", "name": "steps", "duration_s": sum(durations)},
        {"event": "end", "duration_s": 0.02 + sum(durations), "steps": len(steps)},
    ]


def sample() -> dict:
    return {
        "event": "device",
        "time_s": time.time(),
        "temperature_c": 50.0,
        "throttle": [reason for reason in setting("WATCH_THROTTLE", "").split(",") if reason],
        "device_busy": 0.0,
        "cpu_busy": 0.01,
        "cpu_stolen": 0.0,
        "foreign_processes": 0,
        **switched(setting("WATCH_SWITCH", "")),
    }


def switched(file: str) -> dict:
    if file == "":
        return {}
    is_on = os.path.exists(file)
    return {"low_power": is_on, "display_asleep": not is_on}


def watch(interval_s: float, once: bool) -> None:
    """Prints samples until stdin is closed or a signal comes."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: over.set())
    if not once:
        threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    while True:
        print(json.dumps(sample()), flush=True)
        if once or over.wait(interval_s):
            return


def main() -> None:
    parser = argparse.ArgumentParser(prog="quiet-python -m finetune_bench")
    commands = parser.add_subparsers(required=True, dest="command")
    control = commands.add_parser("control")
    control.add_argument("--backend", required=True)
    control.add_argument("--events", required=True)
    control.add_argument("--stdlib", action="store_true")
    watching = commands.add_parser("watch")
    watching.add_argument("--interval", type=float, default=1.0)
    watching.add_argument("--once", action="store_true")
    given = parser.parse_args(sys.argv[3:])
    if given.command == "watch":
        watch(given.interval, given.once)
        return
    with open(given.events, "a", encoding="utf-8") as file:
        file.writelines(json.dumps(event) + "\n" for event in control_events(given.backend, given.stdlib, given.events))


if __name__ == "__main__":
    main()
