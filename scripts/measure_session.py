"""The processes of `measure_gpu.py`: each run one of its own, under the lock of its devices, beside a watcher."""

import json
import math
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "harness" / "src"
KEPT = {
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"),
    *("CUDA_VISIBLE_DEVICES", "HF_HOME", "LD_LIBRARY_PATH", "CC"),
}
LONGEST_RUN_S = 600.0
LATE = 75
"""The launcher's exit status where others held the devices for too long."""


class Session:
    """One results folder, and the time that is left for it."""

    def __init__(self, out: Path, cache: Path, minutes: float) -> None:
        self.out, self.cache = out, cache
        self.began = time.time()
        self.limit_s = minutes * 60

    def left_s(self) -> float:
        return self.limit_s - (time.time() - self.began)

    def harness(self, *arguments: str | Path, timeout_s: float) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "finetune_bench", *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment(), timeout=timeout_s, check=False
        )

    def run(
        self, backend: str, benchmark: str, number: int, arguments: Sequence[str | Path], most_s: float = math.inf
    ) -> dict[str, Any] | None:
        """One process that is measured, under the lock of its devices; None where its time or that of all was over."""
        events = self.events(benchmark, number)
        return self._locked(backend, events, number, [*arguments, "--events", events], most_s)

    def events(self, benchmark: str, number: int) -> Path:
        return self.out / "runs" / benchmark / f"head-{number}.jsonl"

    def last_words(self, benchmark: str, number: int) -> str:
        """What a run that failed said of it: its own error, else the last line of its output; empty for neither."""
        events = self.out / "runs" / benchmark / f"head-{number}.jsonl"
        lines = events.read_text(encoding="utf-8", errors="replace").splitlines() if events.exists() else []
        try:
            last = json.loads(lines[-1]) if lines else {}
        except ValueError:  # cut where it was killed
            last = {}
        if last.get("event") == "error":
            return str(last["message"])
        said = events.with_suffix(".log").read_text(encoding="utf-8", errors="replace").split("\n")
        return next((line.strip() for line in reversed(said) if line.strip()), "")

    def profile(self, backend: str, benchmark: str, arguments: Sequence[str | Path]) -> dict[str, Any] | None:
        """The same for one whose step is profiled, into a table of its own."""
        table = self.out / "profiles" / f"{benchmark}.txt"
        return self._locked(backend, table, 1, [*arguments, "--out", table])

    def _locked(
        self, backend: str, written: Path, number: int, arguments: Sequence[str | Path], most_s: float = math.inf
    ) -> dict[str, Any] | None:
        written.parent.mkdir(parents=True, exist_ok=True)
        program = [sys.executable, "-m", "finetune_bench", *map(str, arguments), "--backend", backend]
        locks = [
            word for name, shared in locks_for(backend) for word in ("--shared" if shared else "--exclusive", name)
        ]
        launcher = [sys.executable, "-I", "-S", str(SOURCES / "finetune_bench" / "hold.py"), "--folder"]
        end = time.monotonic() + max(0.0, min(most_s, self.left_s()))
        launcher += [os.environ.get("FINETUNE_BENCH_LOCK_DIR") or "/tmp", "--wait", str(end - time.monotonic())]
        # The variable marks the process as ours, for the watcher.
        variables = environment(FINETUNE_BENCH_EVENTS=str(written), FINETUNE_BENCH_BACKEND=backend)
        heard, said = os.pipe()
        with written.with_suffix(".log").open("wb") as log:
            process = subprocess.Popen(
                [*launcher, *locks, "--", *program],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=variables,
                start_new_session=True,
                pass_fds=(3,),
                # The launcher speaks there until the program begins; no thread runs here.
                preexec_fn=lambda: os.dup2(said, 3),  # noqa: PLW1509
            )
        os.close(said)
        timed_out = cancelled = False
        started = time.time()
        try:
            with os.fdopen(heard, encoding="utf-8") as words:
                for line in words:
                    print(f"  {line.strip()}", flush=True)
            started = time.time()
            limit = min(LONGEST_RUN_S, max(0.0, end - time.monotonic()))
            process.wait(limit)
        except subprocess.TimeoutExpired:
            timed_out = True
            stop(process)
        except KeyboardInterrupt:
            cancelled = True
            stop(process)
        ended = time.time()
        if process.returncode == LATE or (timed_out and limit < LONGEST_RUN_S):
            return None
        return {
            "number": number,
            "started_at_s": started,
            "duration_s": max(0.0, ended - started),
            "code": process.returncode,
            "timed_out": timed_out,
            "cancelled": cancelled,
        }


def environment(**extra: str) -> dict[str, str]:
    """The variables of every process: an allow-list. PYTHONPATH stays: packages may lie beside the interpreter's."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    path = os.pathsep.join(filter(None, (str(SOURCES), os.environ.get("PYTHONPATH"))))
    python = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    return kept | python | {"CUDA_DEVICE_ORDER": "PCI_BUS_ID"} | extra


def locks_for(backend: str) -> list[tuple[str, bool]]:
    """The locks of `src/core/device-locks.ts`, on all boards: name, and whether it is shared."""
    return [("machine", False)] if backend.endswith("-cpu") else [("machine", True), ("accelerators", False)]


def stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, number)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def watcher(file: Path) -> Iterator[None]:
    """The state of the machine, a line a second, until the block ends."""
    command = [sys.executable, "-m", "finetune_bench", "watch"]
    with file.open("wb") as samples:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=samples, stderr=subprocess.DEVNULL, env=environment(),
            start_new_session=True,
        )  # fmt: skip
        try:
            yield
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                stop(process)


def hide_home(folder: Path, home: str) -> None:
    """In every file of the folder the path of the home folder, which holds the user's name, becomes `~`."""
    if len(home) <= 1:  # the root is the home of some services, and nobody's name
        return
    spellings = {home, json.dumps(home)[1:-1]}
    pattern = re.compile("|".join(map(re.escape, spellings)).join(("(?:", r")(?![\w.-])")).encode())
    for file in folder.rglob("*"):
        if file.is_file() and pattern.search(text := file.read_bytes()):
            file.write_bytes(pattern.sub(b"~", text))
