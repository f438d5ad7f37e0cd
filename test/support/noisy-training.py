"""A training program for tests: its step times follow a seeded noise model, and it can die in every way known.

    python noisy-training.py NAME [FILE]

Appends events to the file named by FINETUNE_BENCH_EVENTS. Nothing is trained and nothing is waited for: durations are
drawn, so a test is as quick as it is repeatable, but for `wait_s`. Settings of NAME stand in FILE (JSON, default
noise.json beside the program that is measured), so that a change of speed is a change of a file, as in a real
repository; a variable FTB_NOISE_<SETTING> beats the file. Standard library only.
"""

import json
import math
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    steps: int = 23
    warmup: int = 3
    step_s: float = 0.1  # seconds of an ordinary step
    slowdown: float = 1.0  # factor on every step: 1.25 is 20 % less throughput
    between_cv: float = 0.005  # relative spread between runs
    within_cv: float = 0.001  # relative spread between the steps of a run
    seed: str = "0"  # with NAME and the repeat it fixes every number
    wait_s: float = 0.0  # seconds that a run really takes longer
    tokens: int = 512
    peak_bytes: int = 2_000_000_000
    final_loss: float = 2.5
    failure: str = ""  # kill, hang, stubborn, nan, oom, garbage, truncated, exit; empty: none
    fail_at: int = 11  # the step at which it happens
    fail_from_repeat: int = 1  # earlier repeats go well


def read_settings(name: str, file: Path) -> Settings:
    known = {field.name: type(field.default) for field in fields(Settings)}
    given = json.loads(file.read_text(encoding="utf-8")).get(name, {}) if file.exists() else {}
    for field in known:
        variable = os.environ.get(f"FTB_NOISE_{field.upper()}")
        if variable is not None:
            given[field] = variable
    return Settings(**{field: known[field](value) for field, value in given.items()})


def draw_steps(settings: Settings, name: str, repeat: str, side: str, injected: float) -> list[float]:
    """Seconds per step, longer by the injected share. The first three are slow, as they are everywhere."""
    # The sides of a pair have one repeat number, and must not draw the same numbers.
    generator = random.Random(f"{settings.seed}/{name}/{repeat}" + (f"/{side}" if side == "base" else ""))
    run = math.exp(generator.gauss(0, 1) * settings.between_cv)
    level = settings.step_s * settings.slowdown * (1 + injected) * run
    drawn = [level * math.exp(abs(generator.gauss(0, 1)) * settings.within_cv) for _ in range(settings.steps)]
    return [step * (3.0 if index < settings.warmup else 1.0) for index, step in enumerate(drawn)]


def fail(kind: str, append, write) -> None:
    """Carries out one failure. Returns only where the program would go on."""
    if kind == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind in ("hang", "stubborn"):
        deaf = "import signal, time; [signal.signal(s, signal.SIG_IGN) for s in (2, 15)]; time.sleep(3600)"
        if kind == "stubborn":
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", deaf if kind == "stubborn" else "import time; time.sleep(3600)"])
        print("hanging", flush=True)
        time.sleep(3600)
    if kind == "oom":
        append({"event": "error", "kind": "out-of-memory", "message": "tried to allocate 2.00 GiB"})
        sys.exit(1)
    if kind == "truncated":
        write('{"event":"step","dura')
        sys.exit(0)
    if kind == "exit":
        print("RuntimeError: the data file is missing", file=sys.stderr)
        sys.exit(3)
    if kind == "garbage":
        write("Segmentation fault (core dumped)\n")


def main() -> None:
    name = sys.argv[1]
    settings = read_settings(name, Path(sys.argv[2] if len(sys.argv) > 2 else "noise.json"))
    repeat = os.environ["FINETUNE_BENCH_REPEAT"]
    side = os.environ.get("FINETUNE_BENCH_SIDE", "head")
    injected = float(os.environ.get("FINETUNE_BENCH_SLOWDOWN") or 0)
    time.sleep(settings.wait_s)
    fails = settings.failure != "" and int(repeat) >= settings.fail_from_repeat
    # What libraries print: nothing of it may be taken for a command of the runner.
    print("::error::forged by the training program")
    print("epoch 1 ##[error]forged too\r 50 %\r100 %")
    with open(os.environ["FINETUNE_BENCH_EVENTS"], "a", encoding="utf-8") as file:

        def write(text: str) -> None:
            file.write(text)
            file.flush()

        def append(event: dict) -> None:
            write(json.dumps(event) + "\n")

        for index, duration in enumerate(draw_steps(settings, name, repeat, side, injected)):
            if fails and index == settings.fail_at:
                fail(settings.failure, append, write)
            is_nan = fails and settings.failure == "nan" and index >= settings.fail_at
            append(
                {
                    "event": "step",
                    "index": index,
                    "phase": "warmup" if index < settings.warmup else "timed",
                    "duration_s": duration,
                    "tokens_real": settings.tokens,
                    "loss": math.nan if is_nan else settings.final_loss + 1 / (index + 1),
                }
            )
        append({"event": "memory", "phase": "train", "alloc_peak_bytes": settings.peak_bytes})


if __name__ == "__main__":
    main()
