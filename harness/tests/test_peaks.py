"""Memory peaks of a phase where the framework or the system does not keep them by phase."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from finetune_bench import machine
from finetune_bench.backends import AllocatorPeaks
from finetune_bench.backends.mps_peaks import MpsPeaks
from finetune_bench.machine import reset_rss_peak, rss_peak_since
from support import Interpreters, environment

MUCH = 96 * 2**20
HELD = """
import json
import mlx.core as mx
from finetune_bench.backends import make_backend
backend = make_backend("mlx-cpu")
backend.open()
held = mx.ones((1024, 1024))
mx.eval(held)
backend.reset_peaks()
idle = backend.peaks().allocated
more = mx.ones((1024, 1024)) + held
mx.eval(more)
grown = backend.peaks().allocated
del held, more
backend.reset_peaks()
print(json.dumps([idle, grown, backend.peaks().allocated]))
"""


class Mps:
    """In place of torch.mps: it says what is held now, and remembers nothing."""

    def __init__(self) -> None:
        self.held, self.pool, self.looks = 100, 400, threading.Semaphore(0)

    def current_allocated_memory(self) -> int:
        self.looks.release()
        return self.held

    def driver_allocated_memory(self) -> int:
        return self.pool


def test_a_spike_between_two_steps_of_mps_is_a_peak_and_is_forgotten_with_its_phase() -> None:
    mps = Mps()
    peaks = MpsPeaks(mps)
    peaks.reset()
    mps.held, mps.pool = 900, 1000
    while mps.looks.acquire(blocking=False):  # looks of before the spike
        pass
    for _ in range(2):  # nobody asks for the peaks meanwhile: the thread alone looks, and a second look ends the first
        assert mps.looks.acquire(timeout=60)
    mps.held, mps.pool = 120, 1000
    assert peaks.peaks() == AllocatorPeaks(allocated=900, reserved=1000)
    peaks.reset()
    assert peaks.peaks() == AllocatorPeaks(allocated=120, reserved=1000)


class SlowMps(Mps):
    """Its answer comes late, and is what was so when it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answers = threading.Event(), threading.Event()

    def current_allocated_memory(self) -> int:
        held = self.held
        self.asked.set()
        assert self.answers.wait(60)
        return held


def test_a_look_that_began_in_one_phase_of_mps_is_no_peak_of_the_next() -> None:
    mps = SlowMps()
    mps.held = 900
    peaks = MpsPeaks(mps)
    assert mps.asked.wait(60), "the thread looks"
    mps.held = 100
    resetting = threading.Thread(target=peaks.reset)
    resetting.start()
    resetting.join(0.2)  # with the look it waits for the answer
    mps.answers.set()
    resetting.join(60)
    assert peaks.peaks().allocated == 100


def test_what_mlx_holds_before_a_phase_counts_for_it(interpreters: Interpreters) -> None:
    """Its own peak begins at nothing, also where gigabytes of weights stand."""
    done = subprocess.run(
        [interpreters.mlx, "-c", HELD], env=environment(), capture_output=True, text=True, check=True, timeout=600
    )
    idle, grown, left = json.loads(done.stdout)
    assert 4 * 2**20 <= idle < 5 * 2**20
    assert grown >= idle + 4 * 2**20
    assert left < 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="no other system lets a process forget its peak anyway")
def test_a_peak_that_the_system_does_not_forget_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in containers that refuse it: a later phase that needed less has no peak rather than the one before it."""
    monkeypatch.setattr(machine, "FORGETS_PEAK", tmp_path / "refused" / "clear_refs")
    standing = reset_rss_peak()
    assert standing is not None
    assert standing > 2**20
    grown = standing + MUCH
    np.ones(grown, dtype=np.uint8)
    first = rss_peak_since(standing)
    assert first is not None
    assert first >= grown
    again = reset_rss_peak()
    np.ones(MUCH, dtype=np.uint8)
    assert (again, rss_peak_since(again)) == (first, None)
