"""What `scripts/measure_gpu.py` means to measure and how it shares out a limit; nothing is executed."""

import sys
from pathlib import Path
from typing import Any

import pytest

from support import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "scripts"))

from measure_command import measure, parse
from measure_plan import Benchmark, fits, kept_for_control, longest_s, next_of, plan

from finetune_bench.request import parse_request
from finetune_bench.workloads import WORKLOADS


def test_the_control_at_the_end_keeps_free_what_the_one_at_the_beginning_took() -> None:
    took = {"torch-cuda": [{"duration_s": 3.0}], "mlx-cuda": [{"duration_s": 5.0}], "torch-cpu": []}
    assert kept_for_control(took) == 12


def probed(memory_bytes: float | None) -> dict[str, Any]:
    """Of a machine with one NVIDIA board."""
    state = {"backend": "torch-cuda", "possible": True, "accelerated": True, "faulty": False, "reason": None}
    return {"backends": [state], "accelerators": [{"kind": "nvidia", "memory_bytes": memory_bytes}]}


GIVEN = parse(["--minutes", "12", "--out", "any", "--backend", "torch-cuda"])


def test_what_matters_most_stands_first_three_times_and_no_workload_is_forgotten() -> None:
    given = GIVEN
    titles = [one.title for one in plan(probed(24e9), given)]
    assert given.repeats == 3
    assert titles[:2] == ["sft-dolly-qwen3.tuned.real", "lora-alpaca-tinyllama.strict.real"]
    offered = {one.name for one in WORKLOADS if "real" in one.backends.get("torch-cuda", ())}
    assert {title.split(".")[0] for title in titles} == offered


def planned(*runs: tuple[float, float, int]) -> list[Benchmark]:
    """Benchmarks by the seconds expected and measured of a run, and how many there were."""
    made = [
        Benchmark(f"w{index}.strict.real", "torch-cuda", {"preset": "strict"}, expected)
        for index, (expected, _, _) in enumerate(runs)
    ]
    for benchmark, (_, measured, count) in zip(made, runs, strict=True):
        benchmark.runs = [{"duration_s": measured}] * count
    return made


@pytest.mark.parametrize(
    ("runs", "which", "left_s", "expected"),
    [
        ([(900, 0, 0)], 0, 1, True),  # the first may try, whatever is expected of it
        ([(900, 0, 0)], 0, 0, False),
        ([(100, 100, 1), (50, 0, 0)], 1, 350, True),  # 200 kept for the first, 150 for its own three
        ([(100, 100, 1), (50, 0, 0)], 1, 349, False),
        ([(100, 20, 1), (50, 0, 0)], 1, 70, True),  # five times faster than expected: 40 kept and 30
        ([(100, 20, 1), (50, 0, 0)], 1, 69, False),
        ([(100, 300, 1), (50, 0, 0)], 1, 750, True),  # slower: an expectation is never stretched
        ([(100, 100, 2), (50, 50, 1)], 0, 100, True),  # what matters less keeps nothing from what matters more
        ([(100, 100, 2), (50, 50, 1)], 1, 199, False),
    ],
)
def test_room_is_kept_for_what_matters_more(
    runs: list[tuple[float, float, int]], which: int, left_s: float, expected: bool
) -> None:
    benchmarks = planned(*runs)
    assert fits(benchmarks[which], benchmarks, 3, left_s) is expected


def test_a_run_leaves_room_for_what_matters_more_and_the_first_for_the_next() -> None:
    benchmarks = planned((100, 100, 1), (50, 0, 0))
    assert longest_s(benchmarks[1], benchmarks, 3, 500) == (500 - 200) / 2
    assert longest_s(benchmarks[1], benchmarks, 1, 500) == 500
    assert longest_s(benchmarks[1], benchmarks, 3, 150) == 0


def test_every_package_that_is_missing_is_named() -> None:
    """This Python has none of them. Without accelerate peft ends a run in its import."""
    messages = {one.title: one.message for one in plan(probed(24e9), GIVEN)}
    lacks = "this Python lacks torch, transformers, peft, accelerate"
    assert messages["lora-alpaca-tinyllama.strict.real"] == lacks


def test_no_processor_stands_in_for_a_board_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("measure_plan.has", lambda _module: True)
    states = [
        {"backend": "torch-cuda", "possible": False, "accelerated": True, "faulty": True, "reason": "it is broken"},
        {"backend": "torch-cpu", "possible": True, "accelerated": False, "faulty": False, "reason": None},
    ]
    given = parse(["--minutes", "12", "--out", "any"])
    benchmarks = plan({"backends": states, "accelerators": []}, given)
    assert {(one.backend, one.state, one.message) for one in benchmarks} == {("torch-cuda", "skipped", "it is broken")}
    states[0]["faulty"] = False
    assert {one.backend for one in plan({"backends": states, "accelerators": []}, given)} == {"torch-cpu"}


def test_a_large_board_gets_steps_that_fill_it() -> None:
    """`set` is what the documentation tells jobs. Other boards, and parts of one, get the default."""
    large = {"max_length": 4096, "batch_size": 15, "accumulation": 4, "rows": 9000}
    for memory_bytes, wanted in ((85e9, large), (24e9, {}), (None, {})):
        first, *others = plan(probed(memory_bytes), GIVEN)
        assert first.title == "sft-dolly-qwen3.tuned.real"
        assert first.request.get("set", {}) == wanted
        assert not any(one.request.get("set") for one in others)
    asked = parse_request(plan(probed(85e9), GIVEN)[0].request)
    cost = asked.workload.cost("real", asked.values)
    assert cost.steps == 150
    assert cost.memory_bytes < 70e9
    pages = [(REPOSITORY / "docs" / name).read_text() for name in ("runners.md", "workloads/sft-dolly-qwen3.md")]
    yaml = f"set: {{ {', '.join(f'{name}: {value}' for name, value in large.items())} }}"
    assert all(yaml in page for page in pages)


class Board:
    """A machine whose runs take these seconds, the first and the later ones, on a clock that nobody waits for."""

    def __init__(self, minutes: float, seconds: dict[str, tuple[float, float]]) -> None:
        self.limit_s, self.now_s, self.seconds = 60 * minutes, 0.0, seconds

    def left_s(self) -> float:
        return self.limit_s - self.now_s

    def run(self, _backend: str, benchmark: str, number: int, _arguments: object, most_s: float) -> Any:
        takes = self.seconds[benchmark.removesuffix(".real.torch-cuda")][0 if number == 1 else 1]
        most = min(most_s, self.left_s())
        self.now_s += min(takes, most)
        return None if takes > most else {"number": number, "duration_s": takes, "code": 0} | ENDED


ENDED = {"timed_out": False, "cancelled": False}
LARGE_BOARD = {
    "sft-dolly-qwen3.tuned": (140.0, 60.0),
    "lora-alpaca-tinyllama.strict": (65.0, 35.0),
    "sft-dolly-qwen3.strict": (30.0, 30.0),
    "lm-ptb.strict": (45.0, 40.0),
    "nli-bert-tiny.strict": (15.0, 15.0),
    "lm-ptb.tuned": (70.0, 40.0),
    "lora-alpaca-tinyllama.tuned": (80.0, 45.0),
    "switch-matmul.strict": (400.0, 400.0),
}
"""What runs on a board of 45 TFLOP/s in float32 may take, in seconds; the first with its files and its compiler."""


def measured_on(board: Board, reaches: float | None) -> dict[str, int]:
    benchmarks = plan(probed(85e9), GIVEN)
    for benchmark in benchmarks:
        benchmark.state, benchmark.prepared = "measured", {"order": "any"}
        benchmark.least_s = 10.0
        benchmark.expect(reaches)
    board.cache = Path("any")  # type: ignore[attr-defined]
    measure(board, benchmarks, 3, lambda: 20.0, lambda: None)  # type: ignore[arg-type]
    return {one.title.removesuffix(".real"): len(one.runs) for one in benchmarks}


def test_the_most_important_run_three_times_on_a_large_board_in_nine_minutes() -> None:
    """Expectations follow the board's own product, not that of one with a tenth of its speed."""
    runs = measured_on(Board(9, LARGE_BOARD), 45e12)
    assert list(runs.values())[:3] == [3, 3, 3]
    assert runs["switch-matmul.strict"] == 0
    runs = measured_on(Board(15, LARGE_BOARD), 45e12)
    assert list(runs.values())[:5] == [3, 3, 3, 3, 3]


def test_what_hangs_takes_half_of_the_time_and_no_more() -> None:
    runs = measured_on(Board(15, LARGE_BOARD | {"sft-dolly-qwen3.tuned": (9e9, 9e9)}), 45e12)
    assert list(runs.values())[:3] == [0, 3, 3]


def test_a_compiled_step_runs_twice_before_others_and_what_fails_says_nothing_of_speed() -> None:
    first, second = plan(probed(24e9), GIVEN)[:2]
    first.state = second.state = "measured"
    first.runs = [{"duration_s": 100}]
    assert next_of([first, second], 3, 1e6) is first
    first.runs = [{"duration_s": 100}] * 2
    assert next_of([first, second], 3, 1e6) is second
    second.runs = [{"duration_s": 100}]
    assert next_of([first, second], 3, 1e6) is second
    benchmarks = planned((100, 1, 1), (50, 100, 1), (50, 0, 0))
    benchmarks[0].state = "failed"
    assert not fits(benchmarks[2], benchmarks, 3, 349)
    assert fits(benchmarks[2], benchmarks, 3, 350)
    benchmarks = planned((100, 1, 1), (50, 0, 0))
    benchmarks[1].least_s = 10
    assert not fits(benchmarks[1], benchmarks, 3, 31), "no run is over before a control is"
