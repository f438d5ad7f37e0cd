"""The measuring loop with a task and a backend in plain numpy: what is tagged, timed, counted and refused."""

import gc
import math
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetune_bench.backends import AllocatorPeaks, DeviceFacts
from finetune_bench.errors import CheckFailed, NotFinite
from finetune_bench.events import EventLog, Metric
from finetune_bench.measure import measure, warmup_steps
from finetune_bench.tasks import Concluded, Conclusion, Preparation, StepNumbers
from support import Clock, read_events


@dataclass
class LaggingBackend:
    """Steps leave work behind that is done when the device is asked to be idle, as on an accelerator."""

    name: str = "torch-cuda"
    spend: Callable[[float], None] = time.sleep
    queued_s: float = 0.0
    intervals: int = 0

    def open(self) -> None: ...

    def synchronise(self) -> None:
        self.spend(self.queued_s)
        self.queued_s = 0.0

    def reset_peaks(self) -> None:
        self.intervals += 1

    def peaks(self) -> AllocatorPeaks:
        return AllocatorPeaks(allocated=self.intervals, reserved=2 * self.intervals)

    def facts(self) -> DeviceFacts:
        return DeviceFacts(device="numpy", threads=1, blas=None)

    def multiply(self, size: int) -> float:
        return float((np.ones((size, size)) @ np.ones((size, size)))[0, 0])


@dataclass
class LeastSquares:
    """Gradient descent on |Xw - y|²: a real computation, small enough to follow."""

    backend: LaggingBackend
    steps: int = 23
    learning_rate: float = 0.1
    step_s: float = 0.0
    data_s: float = 0.0
    validation: float | None = None
    warnings: Sequence[str] = ()
    collections: list[bool] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def preparation(self) -> Preparation:
        return (("build", self._build), ("data", lambda: self.seen.append("data")))

    def _build(self) -> None:
        self.seen.append("build")
        self.x = np.random.default_rng(0).normal(size=(32, 4))
        self.y = self.x @ np.array([1.0, -2.0, 3.0, 0.5])
        self.w = np.zeros(4)

    def fetch(self, index: int) -> Any:
        """Half the time on this side; the device takes the other half to copy, after the call has returned."""
        self.backend.spend(self.data_s / 2)
        self.backend.queued_s += self.data_s / 2
        return self.x, self.y

    def step(self, index: int, data: Any) -> StepNumbers:
        self.collections.append(gc.isenabled())
        x, y = data
        with np.errstate(over="ignore", invalid="ignore"):
            error = x @ self.w - y
            gradient = x.T @ error / len(y)
            self.w = self.w - self.learning_rate * gradient
            loss = float(np.mean(error**2))
            norm = float(np.linalg.norm(gradient))
        self.backend.queued_s += self.step_s
        return StepNumbers(samples=len(y), loss=loss, grad_norm=norm)

    def check(self, index: int) -> None:
        self.seen.append(f"check {index}")
        if index == 0 and not self.w.any():
            raise CheckFailed("the first step moved nothing")

    def conclusion(self) -> Conclusion:
        return (("evaluate", self._evaluate),)

    def _evaluate(self) -> Concluded:
        value = float(np.abs(self.w - [1, -2, 3, 0.5]).max()) if self.validation is None else self.validation
        metric = Metric(name="error", value=value, unit="", direction="lower")
        return Concluded(metrics=[metric], samples=32, tokens_padded=256, tokens_real=128)


def measured(tmp_path: Path, task: LeastSquares, slowdown: float = 0.0) -> list[dict[str, Any]]:
    path = tmp_path / "events.jsonl"
    path.unlink(missing_ok=True)
    log = EventLog(path)
    try:
        measure(task, task.backend, log, slowdown)
    finally:
        log.close()
    events, problem = read_events(path.read_bytes())
    assert problem is None
    return events


def test_phases_and_steps_come_in_order(tmp_path: Path) -> None:
    events = measured(tmp_path, LeastSquares(LaggingBackend("torch-cpu"), steps=8))
    names = [event["name"] if event["event"] == "phase" else event["event"] for event in events]
    warmup = ["step"] * 3 + ["warmup", "memory"]
    timed = ["step"] * 5 + ["timed", "memory"]
    assert names == ["build", "memory", "data", "memory", *warmup, *timed, "evaluate", "memory", "metric"]
    steps = [event for event in events if event["event"] == "step"]
    assert [step["index"] for step in steps] == list(range(8))
    assert [step["phase"] for step in steps] == ["warmup"] * 3 + ["timed"] * 5
    losses = [step["loss"] for step in steps]
    assert losses == sorted(losses, reverse=True)


@given(st.integers(1, 10_000), st.sampled_from(["torch-cpu", "mlx-metal", "torch-mps", "torch-cuda", "mlx-cuda"]))
def test_at_most_half_the_steps_are_warm_up(steps: int, backend: str) -> None:
    tagged = warmup_steps(backend, steps)
    assert tagged <= steps // 2
    assert tagged == min(10 if "cuda" in backend else 3, steps // 2)


def test_a_single_step_is_timed(tmp_path: Path) -> None:
    events = measured(tmp_path, LeastSquares(LaggingBackend(), steps=1))
    assert [event["phase"] for event in events if event["event"] == "step"] == ["timed"]
    assert "warmup" not in [event.get("name") for event in events]


def test_a_step_lasts_until_the_device_is_idle_and_its_data_are_not_in_it(tmp_path: Path, clock: Clock) -> None:
    backend = LaggingBackend(spend=clock.spend)
    events = measured(tmp_path, LeastSquares(backend, steps=4, step_s=0.03, data_s=0.4))
    steps = [event for event in events if event["event"] == "step"]
    assert [step["duration_s"] for step in steps] == pytest.approx([0.03] * 4, abs=1e-5)
    assert [step["data_s"] for step in steps] == pytest.approx([0.4] * 4, abs=1e-5)
    timed = next(event for event in events if event.get("name") == "timed")
    spent = sum(step["duration_s"] + step["data_s"] for step in steps if step["phase"] == "timed")
    assert timed["duration_s"] == pytest.approx(spent, abs=1e-4)


def test_an_injected_slow_down_lengthens_every_step_and_nothing_else(tmp_path: Path, clock: Clock) -> None:
    """It follows the device, which is idle by then, and it ends before the clock is read."""
    task = LeastSquares(LaggingBackend(spend=clock.spend), steps=6, step_s=0.02, data_s=0.01)
    steps = [event for event in measured(tmp_path, task, slowdown=1.0) if event["event"] == "step"]
    assert [step["duration_s"] for step in steps] == pytest.approx([0.04] * 6, abs=1e-5)
    assert [step["data_s"] for step in steps] == pytest.approx([0.01] * 6, abs=1e-5)
    assert task.w.any()


def test_a_phase_that_works_on_rows_counts_them(tmp_path: Path) -> None:
    phases = {
        event["name"]: event for event in measured(tmp_path, LeastSquares(LaggingBackend(), steps=2)) if "name" in event
    }
    counts = {"samples": 32, "tokens_padded": 256, "tokens_real": 128}
    assert {name: phases["evaluate"][name] for name in counts} == counts
    assert not set(counts) & set(phases["build"])


def test_memory_peaks_are_of_their_phase_alone(tmp_path: Path) -> None:
    events = measured(tmp_path, LeastSquares(LaggingBackend(), steps=4))
    memory = [event for event in events if event["event"] == "memory"]
    assert [event["phase"] for event in memory] == ["build", "data", "warmup", "timed", "evaluate"]
    assert [event["alloc_peak_bytes"] for event in memory] == [1, 2, 3, 4, 5]
    assert all(event.get("rss_peak_bytes", math.inf) > 2**20 for event in memory)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the resident peak is the whole process's")
def test_a_resident_peak_is_of_its_phase_alone(tmp_path: Path) -> None:
    """A validation that needs much more than the steps shows, and what was needed before them is forgotten."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError as error:
        pytest.skip(f"no process here may forget its peak: {error}")
    much = 192 * 2**20

    class Hungry(LeastSquares):
        def _build(self) -> None:
            np.ones(2 * much, dtype=np.uint8)
            super()._build()

        def _evaluate(self) -> Concluded:
            np.ones(much, dtype=np.uint8)
            return super()._evaluate()

    events = measured(tmp_path, Hungry(LaggingBackend(), steps=4))
    peaks = {event["phase"]: event["rss_peak_bytes"] for event in events if event["event"] == "memory"}
    assert peaks["build"] > peaks["data"] + 1.9 * much
    assert peaks["evaluate"] > peaks["timed"] + 0.9 * much


def test_garbage_is_collected_before_the_steps_and_not_during_them(tmp_path: Path) -> None:
    task = LeastSquares(LaggingBackend(), steps=4)
    assert gc.isenabled()
    measured(tmp_path, task)
    assert task.collections == [False] * 4
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_every_step_is_checked_after_it_was_written(tmp_path: Path) -> None:
    task = LeastSquares(LaggingBackend(), steps=2)
    measured(tmp_path, task)
    assert task.seen == ["build", "data", "check 0", "check 1"]


def test_an_optimiser_that_does_not_step_is_found(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed):
        measured(tmp_path, LeastSquares(LaggingBackend(), learning_rate=0.0))
    assert gc.isenabled()


def test_a_loss_that_is_not_finite_ends_the_run_at_once(tmp_path: Path) -> None:
    task = LeastSquares(LaggingBackend(), steps=100_000, learning_rate=1e30)
    with pytest.raises(NotFinite, match="of step"):
        measured(tmp_path, task)
    events, problem = read_events((tmp_path / "events.jsonl").read_bytes())
    assert problem is None
    written = [event for event in events if event["event"] == "step"]
    assert 1 <= len(written) < 50
    assert len(task.collections) == len(written) + 1


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_metric_that_is_not_finite_is_refused(tmp_path: Path, value: float) -> None:
    with pytest.raises(NotFinite, match="error is"):
        measured(tmp_path, LeastSquares(LaggingBackend(), steps=2, validation=value))
