"""Runs that are stopped, and runs whose events no longer fit on the disk."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from support import (
    LORA,
    Interpreters,
    environment,
    exit_code_of,
    harness,
    prepare,
    read_events,
    run_arguments,
    until,
)


@pytest.mark.parametrize(
    ("backend", "number"), [("torch-cpu", signal.SIGTERM), ("mlx-cpu", signal.SIGINT), ("mlx-cpu", signal.SIGTERM)]
)
def test_a_signal_ends_the_run_in_the_middle_of_a_step(
    tmp_path: Path, cache: Path, backend: str, number: signal.Signals, interpreters: Interpreters
) -> None:
    """A step of a quarter of a minute, most of it inside library calls, where Python handles no signal."""
    long = {"rows": 128, "batch_size": 64, "max_length": 512}
    order = prepare(tmp_path, cache, LORA, long)
    events = tmp_path / "events.jsonl"
    command = [interpreters.of(backend), "-m", "finetune_bench"]
    command += map(str, run_arguments(order, backend, events, cache))
    with subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE) as child:
        try:
            until(lambda: has_data(events) or child.poll() is not None, "no step began")
            time.sleep(0.5)
            os.kill(child.pid, number)
            exit_code = exit_code_of(child, within_s=6)
        finally:
            child.kill()
    lines, problem = read_events(events.read_bytes())
    assert problem is None
    assert lines[-1] == {"event": "error", "kind": "cancelled", "message": f"stopped by {number.name}"}
    assert exit_code == 128 + number
    assert "step" not in [line["event"] for line in lines]


def has_data(events: Path) -> bool:
    """Whether the last phase before the steps is over."""
    return events.exists() and '"name": "data"' in events.read_text()


FULL = """
import resource, sys, time
from pathlib import Path
from finetune_bench.events import WarningEvent
from finetune_bench.outcome import recorded

def work(log):
    log.write(WarningEvent(message="first"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    print("full", flush=True)
    time.sleep(int(sys.argv[3]))
    for number in range(100):
        log.write(WarningEvent(message=f"{number:03} " + 80 * "x"))
    return 0

sys.exit(recorded(Path(sys.argv[1]), work))
"""


def on_a_full_disk(events: Path, limit: int, wait_s: int) -> subprocess.Popen[str]:
    """A run whose file may grow to so many bytes: what lies beyond is refused, as where no space is left."""
    command = [sys.executable, "-c", FULL, str(events), str(limit), str(wait_s)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")
def test_events_that_no_longer_fit_on_the_disk(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    process = on_a_full_disk(events, 1000, 0)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 1
    assert stderr == f"error: cannot write the events to {events}: File too large\n"
    *whole, cut = events.read_bytes().split(b"\n")
    assert [json.loads(line)["event"] for line in whole] == ["warning"] * len(whole)
    assert cut, "the disk took a part of a line, and nothing follows it"
    assert len(events.read_bytes()) == 1000


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")
def test_a_signal_ends_a_run_whose_disk_is_full(tmp_path: Path) -> None:
    process = on_a_full_disk(tmp_path / "events.jsonl", 10, 600)
    assert process.stdout is not None
    assert process.stdout.readline() == "full\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM


def test_a_place_for_events_that_is_none_is_told_in_a_line(tmp_path: Path) -> None:
    events = tmp_path / "nowhere" / "events.jsonl"
    done = harness("control", "--backend", "torch-cpu", "--stdlib", "--events", events)
    assert done.returncode == 1
    assert done.stderr == f"error: cannot write the events to {events}: No such file or directory\n"
