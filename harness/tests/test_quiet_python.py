"""The interpreter that the end-to-end tests measure with: it answers control and watch, and passes on the rest."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from finetune_bench.control_work import control_hash
from support import REPOSITORY, environment, event_validator, exit_code_of, read_events

SUPPORT = REPOSITORY / "test" / "support"
QUIET = SUPPORT / "quiet-python"


def quiet(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    settings = environment(FINETUNE_BENCH_TEST_PYTHON=sys.executable, **extra)
    return subprocess.run(
        [str(QUIET), *arguments], env=settings, capture_output=True, text=True, timeout=120, check=True
    )


def step_time(events: Path, *more: str, backend: str = "torch-cpu", **extra: str) -> float:
    events.parent.mkdir(parents=True, exist_ok=True)
    events.unlink(missing_ok=True)
    quiet("-m", "finetune_bench", "control", "--backend", backend, "--events", str(events), *more, **extra)
    lines, problem = read_events(events.read_bytes())
    assert problem is None
    assert lines[0]["work_hash"] == control_hash(backend, "--stdlib" in more)
    assert lines[-1]["event"] == "end"
    return min(line["duration_s"] for line in lines if line.get("phase") == "timed")


def test_a_control_is_drawn_and_can_be_drawn_again(tmp_path: Path) -> None:
    job, next_job = tmp_path / "finetune-bench-cpu-12-1", tmp_path / "finetune-bench-cpu-13-1"
    first = step_time(job / "first.jsonl", "--stdlib")
    assert step_time(job / "first.jsonl", "--stdlib") == first
    others = [
        step_time(job / "last.jsonl", "--stdlib"),
        step_time(next_job / "first.jsonl", "--stdlib"),
        step_time(job / "first.jsonl", "--stdlib", FINETUNE_BENCH_TEST_CONTROL_SEED="1"),
        step_time(job / "first.jsonl", backend="mlx-cuda"),
    ]
    assert len({first, *others}) == 5
    assert [first, *others] == pytest.approx([0.01] * 5, rel=0.02)


def test_a_control_slows_down_as_it_is_told(tmp_path: Path) -> None:
    events = tmp_path / "first.jsonl"
    plain = step_time(events)
    assert step_time(events, FINETUNE_BENCH_TEST_CONTROL_SLOWDOWN="1.5") == pytest.approx(1.5 * plain, rel=1e-9)
    assert step_time(events, FINETUNE_BENCH_TEST_CONTROL_CV="0") == pytest.approx(0.01, rel=0.003)


def test_its_watcher_is_quiet_and_ends_like_the_real_one() -> None:
    settings = environment(FINETUNE_BENCH_TEST_PYTHON=sys.executable, FINETUNE_BENCH_TEST_WATCH_THROTTLE="hw_slowdown")
    command = [str(QUIET), "-m", "finetune_bench", "watch"]

    def watched(end: Any) -> list[dict[str, Any]]:
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=settings, stdin=pipe, stdout=pipe, text=True) as child:
            first = child.stdout.readline()
            end(child)
            rest = child.stdout.read()
            assert exit_code_of(child) == 0
        return [json.loads(line) for line in (first + rest).splitlines()]

    for end in (lambda child: child.stdin.close(), lambda child: child.send_signal(signal.SIGTERM)):
        events = watched(end)
        for event in events:
            event_validator().validate(event)
            assert event["throttle"] == ["hw_slowdown"]
            assert event["foreign_processes"] == 0


def test_everything_else_is_real_and_comes_back_here() -> None:
    assert quiet("-c", "import sys; print(sys.version)").stdout.strip() == sys.version
    assert quiet("-m", "finetune_bench", "--version").stdout.strip()
    asked = quiet("-I", "-c", "import sys; print(sys.executable); print(sys.argv[1:])", "an argument").stdout
    assert asked.splitlines() == [str(QUIET), "['an argument']"]


def noisy(folder: Path, side: str, **extra: str) -> list[float]:
    events = folder / f"{side}.jsonl"
    events.unlink(missing_ok=True)
    settings = {"FINETUNE_BENCH_EVENTS": str(events), "FINETUNE_BENCH_REPEAT": "2", "FINETUNE_BENCH_SIDE": side}
    subprocess.run(
        [sys.executable, str(SUPPORT / "noisy-training.py"), "steady"],
        env=environment(**settings, **extra),
        cwd=folder,
        capture_output=True,
        check=True,
    )
    lines, problem = read_events(events.read_bytes())
    assert problem is None
    return [line["duration_s"] for line in lines if line["event"] == "step"]


def test_the_noisy_program_draws_other_numbers_on_each_side_and_heeds_a_slow_down(tmp_path: Path) -> None:
    head, base = noisy(tmp_path, "head"), noisy(tmp_path, "base")
    assert not set(head) & set(base)
    assert noisy(tmp_path, "head") == head
    slowed = noisy(tmp_path, "head", FINETUNE_BENCH_SLOWDOWN="0.15")
    assert slowed == pytest.approx([1.15 * duration for duration in head])
    assert os.access(QUIET, os.X_OK)
