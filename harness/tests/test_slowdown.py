"""The slow-down that is put into the steps on purpose: how much, where it may not be, and what is said of it."""

import sys
from pathlib import Path

import pytest

from finetune_bench.errors import BadInput
from finetune_bench.slowdown import VARIABLE, read_slowdown, spend
from support import MATMUL, SMALL_MATMUL, Clock, Interpreters, prepare, run


@pytest.mark.parametrize(("text", "share"), [("", 0.0), ("0", 0.0), ("0.15", 0.15), (" 1e-2 ", 0.01), ("10", 10.0)])
def test_a_share_is_read(text: str, share: float) -> None:
    assert read_slowdown({VARIABLE: text}) == share
    assert read_slowdown({}) == 0


@pytest.mark.parametrize("text", ["15%", "-0.1", "nan", "inf", "10.1", "fast", "0,15"])
def test_anything_else_is_refused_in_words_that_help(text: str) -> None:
    with pytest.raises(BadInput, match=r"FINETUNE_BENCH_SLOWDOWN is .*; give a share from 0 to 10, such as 0\.15"):
        read_slowdown({VARIABLE: text})


def test_the_time_is_spent_and_hardly_more(clock: Clock) -> None:
    start = clock()
    clock.spend(0.004)
    spend(start, 0.5)
    assert (clock() - start) / 1e9 == pytest.approx(0.006, abs=1e-5)


def test_a_run_says_that_it_was_slowed_down(tmp_path: Path, cache: Path, interpreters: Interpreters) -> None:
    order = prepare(tmp_path, cache, MATMUL, SMALL_MATMUL)
    plain, slowed = (
        run(interpreters.mlx, order, "mlx-cpu", cache, tmp_path, FINETUNE_BENCH_SLOWDOWN=share) for share in ("0", "9")
    )
    assert plain.exit_code == slowed.exit_code == 0
    assert len(plain.of("warning")) == 1  # there is no accelerator
    assert [warning["message"] for warning in slowed.of("warning")][1:] == [
        "slowed down on purpose: FINETUNE_BENCH_SLOWDOWN made every step take 900 % longer"
    ]
    assert plain.events[0] == slowed.events[0], "the slow-down is no part of the work"
    # Inside the window, and nowhere else: the halves of a step know nothing of it.
    for step in slowed.of("step"):
        assert step["duration_s"] >= 10 * (step["accelerator_s"] + step["cpu_s"])
    # Others may make any step longer, and hardly all of them.
    assert min(step["duration_s"] / (step["accelerator_s"] + step["cpu_s"]) for step in plain.of("step")) < 5


def test_a_share_that_is_none_ends_the_run(tmp_path: Path, cache: Path) -> None:
    order = prepare(tmp_path, cache, MATMUL, SMALL_MATMUL)
    done = run(sys.executable, order, "torch-cpu", cache, tmp_path, FINETUNE_BENCH_SLOWDOWN="-15%")
    assert [event["event"] for event in done.events] == ["start", "error"]
    assert (done.last["kind"], done.exit_code) == ("bad-order", 2)
