"""`scripts/measure_gpu.py`, executed: what it measures, what its limit cuts, and what it leaves when something dies."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from support import MATMUL, NLI, REPOSITORY, Interpreters, environment, read_events

SCRIPT = REPOSITORY / "scripts" / "measure_gpu.py"
sys.path.insert(0, str(SCRIPT.parent))

from measure_gpu import measure, parse, reached  # noqa: E402
from measure_plan import Benchmark, fits, kept_for_control, longest_s, next_of, plan  # noqa: E402
from measure_session import Session  # noqa: E402

from finetune_bench.request import parse_request  # noqa: E402
from finetune_bench.workloads import WORKLOADS  # noqa: E402


class Measuring:
    def __init__(self, folder: Path, cache: Path) -> None:
        self.out, self.cache, self.locks = folder / "out", cache, folder / "locks"
        self.locks.mkdir()

    def start(self, python: str, *arguments: str, **extra: str) -> subprocess.Popen[str]:
        command = [
            python,
            str(SCRIPT),
            "--out",
            str(self.out),
            "--cache",
            str(self.cache),
            "--size",
            "tiny",
            *arguments,
        ]
        variables = environment(FINETUNE_BENCH_LOCK_DIR=str(self.locks), **extra)
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=variables)

    def run(self, python: str, *arguments: str, **extra: str) -> tuple[int, str]:
        process = self.start(python, *arguments, **extra)
        text, _ = process.communicate(timeout=300)
        return process.returncode, text

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.out / "measured.json").read_text())

    def states(self) -> dict[str, tuple[str, int]]:
        return {one["title"].split(".")[0]: (one["state"], len(one["runs"])) for one in self.manifest["benchmarks"]}

    def events(self, name: str) -> list[dict[str, Any]]:
        events, problem = read_events((self.out / name).read_bytes())
        assert problem is None
        return events


@pytest.fixture
def measuring(tmp_path: Path, cache: Path) -> Measuring:
    return Measuring(tmp_path, cache)


QUICK = ("--minutes", "4", "--backend", "torch-cpu", "--workload", MATMUL, "--workload", NLI)


def test_measures_in_turn_between_two_controls_and_keeps_everything(
    measuring: Measuring, interpreters: Interpreters
) -> None:
    code, text = measuring.run(
        interpreters.torch, *QUICK, "--repeats", "2", "--profile", HOME=str(measuring.out.parent)
    )
    assert code == 0, text
    assert measuring.states() == {NLI: ("measured", 2), MATMUL: ("measured", 2)}
    benchmarks = measuring.manifest["benchmarks"]
    order = sorted((run["started_at_s"], one["title"]) for one in benchmarks for run in one["runs"])
    assert [title.split(".")[0] for _, title in order] == [NLI, MATMUL, NLI, MATMUL]
    (control,) = measuring.manifest["control"]
    first, last = (run["started_at_s"] for run in control["runs"])
    assert first < order[0][0] < order[-1][0] < last
    for benchmark in benchmarks:
        identity = f"{benchmark['title']}.torch-cpu"
        for number in (1, 2):
            events = measuring.events(f"runs/{identity}/head-{number}.jsonl")
            assert events[0]["work_hash"] == benchmark["work_hash"]
            assert events[-1]["event"] == "end"
        assert (measuring.out / "orders" / f"{benchmark['work_hash']}.json").exists()
    samples = measuring.events("device.jsonl")
    assert {one["event"] for one in samples} == {"device"}
    assert samples[0]["time_s"] < order[0][0]
    assert "torch==" in (measuring.out / "env" / "torch-cpu.txt").read_text()
    assert json.loads((measuring.out / "probe.json").read_text())["protocol"] == 1
    for title in (NLI, MATMUL):
        table = (measuring.out / "profiles" / f"{title}.strict.tiny.torch-cpu.txt").read_text()
        assert "steps without the profiler, ms: " in table
        assert "aten::mm" in table
    texts = {file: file.read_text() for file in measuring.out.rglob("*") if file.is_file()}
    assert not [file for file, text in texts.items() if str(measuring.out.parent) in text], (
        "the home is nobody's affair"
    )
    assert '"~/out/orders/' in texts[measuring.out / "orders" / f"{NLI}.strict.tiny.request.prepared"]


def test_lists_what_the_limit_leaves_no_room_for(measuring: Measuring, interpreters: Interpreters) -> None:
    code, text = measuring.run(interpreters.torch, *QUICK, "--minutes", "2", "--repeats", "50")
    assert code == 1
    assert measuring.states()[NLI][0] == "cut"
    assert measuring.states()[MATMUL] == ("cut", 0)
    assert f"{MATMUL}.strict.tiny.torch-cpu: cut, the limit of 2 min left no room for its 50 runs" in text


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


def test_the_speed_of_a_board_is_that_of_the_control(tmp_path: Path) -> None:
    session = Session(tmp_path, tmp_path, 1)
    events = session.events("control.torch-cuda", 1)
    events.parent.mkdir(parents=True)
    steps = [{"event": "step", "duration_s": duration} for duration in (0.5, 0.002, 0.004)]
    lines = [json.dumps(one) for one in ({"event": "start"}, *steps, {"event": "end"})]
    events.write_text("\n".join(lines) + "\n")
    assert reached(session, "torch-cuda") == 2 * 4096**3 / 0.002
    assert reached(session, "torch-cpu") is None


def test_what_dies_is_failed_and_the_others_are_kept(
    measuring: Measuring, interpreters: Interpreters, tmp_path: Path
) -> None:
    broken = tmp_path / "broken"
    (broken / "peft").mkdir(parents=True)
    (broken / "peft" / "__init__.py").write_text("import os; os.kill(os.getpid(), 9)\n")
    which = ("--minutes", "4", "--backend", "torch-cpu", "--repeats", "1")
    lora = "lora-alpaca-tinyllama"
    code, text = measuring.run(
        interpreters.torch, *which, "--workload", MATMUL, "--workload", lora, PYTHONPATH=str(broken)
    )
    assert code == 1, text
    assert measuring.states() == {lora: ("failed", 1), MATMUL: ("measured", 1)}
    failed = measuring.manifest["benchmarks"][0]
    assert failed["runs"][0]["code"] == -signal.SIGKILL


def test_a_failure_is_told_on_the_spot_with_its_reason(measuring: Measuring, tmp_path: Path) -> None:
    """On a machine that is lent for minutes nobody has time to look for it in a file."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "torch.py").write_text("raise AttributeError('half an installation')")
    which = ("--minutes", "4", "--backend", "torch-cpu", "--repeats", "1", "--workload", MATMUL)
    code, text = measuring.run(sys.executable, *which, PYTHONPATH=str(broken))
    assert code == 1
    reason = "run 1 ended with 3: torch cannot be imported: AttributeError: half an installation"
    assert f"{MATMUL}.strict.tiny.torch-cpu: failed, {reason}\n" in text
    assert measuring.manifest["benchmarks"][0]["message"] == reason


def test_a_missing_package_is_a_skip_that_names_it(measuring: Measuring) -> None:
    code, text = measuring.run(sys.executable, *QUICK)
    assert code == 1
    assert measuring.states() == {NLI: ("skipped", 0), MATMUL: ("skipped", 0)}
    assert "this Python lacks" in text
    assert "torch" in measuring.manifest["benchmarks"][0]["message"]


@pytest.mark.skipif(os.name == "nt", reason="the script is for Linux and macOS")
def test_interrupted_it_leaves_a_valid_folder(measuring: Measuring, interpreters: Interpreters) -> None:
    process = measuring.start(interpreters.torch, *QUICK)
    begun = measuring.out / "runs" / f"{NLI}.strict.tiny.torch-cpu" / "head-1.jsonl"
    until = time.monotonic() + 120
    while not begun.exists():
        assert time.monotonic() < until
        time.sleep(0.1)
    assert measuring.states() == {NLI: ("measured", 0), MATMUL: ("measured", 0)}, "killed now it would leave this"
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=60)
    assert process.returncode == 130, text
    assert measuring.manifest["interrupted"] is True
    states = measuring.states()
    assert states[MATMUL] == ("cut", 0)
    assert measuring.manifest["benchmarks"][0]["runs"][0]["cancelled"] is True


def test_a_python_without_a_framework_is_told_what_is_missing_and_nothing_is_written(measuring: Measuring) -> None:
    code, text = measuring.run(sys.executable, "--minutes", "4")
    assert code == 3
    assert "torch-cpu: no torch in " in text
    assert not measuring.out.exists()


def test_a_place_that_cannot_be_written_is_told_without_a_traceback(measuring: Measuring) -> None:
    measuring.out.write_text("a file")
    code, text = measuring.run(sys.executable, *QUICK)
    assert code == 2
    assert text.splitlines()[-1].endswith("give another folder with --out")
    assert "Traceback" not in text


def test_a_folder_with_something_in_it_is_refused(measuring: Measuring) -> None:
    measuring.out.mkdir()
    (measuring.out / "mine.txt").write_text("keep")
    code, text = measuring.run(sys.executable, *QUICK)
    assert (code, [one.name for one in measuring.out.iterdir()]) == (2, ["mine.txt"])
    assert "new or empty" in text


SLOW_PROBE = """
import pathlib, sys, time
if "probe" in sys.orig_argv:
    pathlib.Path(__file__).with_name("asked").touch()
    time.sleep(60)
"""


def slow_to_answer(folder: Path) -> Path:
    """A folder for PYTHONPATH that keeps the look at the machine waiting, as a driver that hangs does."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SLOW_PROBE)
    return folder


def wait_for(file: Path) -> None:
    until = time.monotonic() + 120
    while not file.exists():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_interrupted_before_anything_was_measured_it_says_so_and_leaves_nothing(
    measuring: Measuring, tmp_path: Path
) -> None:
    slow = slow_to_answer(tmp_path / "slow")
    process = measuring.start(sys.executable, *QUICK, PYTHONPATH=str(slow))
    wait_for(slow / "asked")
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=60)
    assert (process.returncode, text) == (130, "interrupted before anything was measured\n")
    assert not measuring.out.exists()


def test_a_machine_that_gives_no_answer_is_not_waited_for_beyond_the_limit(
    measuring: Measuring, tmp_path: Path
) -> None:
    slow = slow_to_answer(tmp_path / "slow")
    code, text = measuring.run(sys.executable, *QUICK, "--minutes", "0.1", PYTHONPATH=str(slow))
    assert (code, text) == (3, "error: looking at this machine took longer than 6 s\n")


def test_a_folder_that_is_lost_meanwhile_is_told_without_a_traceback(
    measuring: Measuring, interpreters: Interpreters
) -> None:
    process = measuring.start(interpreters.torch, *QUICK)
    wait_for(measuring.out / "runs" / "control.torch-cpu" / "head-1.jsonl")
    measuring.out.rename(measuring.out.with_name("moved"))
    measuring.out.write_text("a file")
    text, _ = process.communicate(timeout=120)
    assert process.returncode == 2
    assert text.splitlines()[-1].startswith(f"error: cannot write to {measuring.out}: ")
    assert "Traceback" not in text
