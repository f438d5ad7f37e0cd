"""`scripts/measure_gpu.py`, executed: what it measures, what its limit cuts, and what it leaves when something dies."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support import MATMUL, NLI, REPOSITORY, Interpreters, environment, read_events, until

SCRIPT = REPOSITORY / "scripts" / "measure_gpu.py"
sys.path.insert(0, str(SCRIPT.parent))

from measure_command import reached  # noqa: E402
from measure_session import Session  # noqa: E402


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
        text, _ = process.communicate(timeout=900)
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


def beside(folder: Path, module: str, code: str) -> Path:
    """A folder for PYTHONPATH with a module of that name, which comes before every other."""
    place = folder / "beside"
    place.mkdir()
    (place / f"{module}.py").write_text(code)
    return place


def interrupted(measuring: Measuring, place: Path, number: signal.Signals) -> None:
    """Interrupts the script where a module of `place` keeps it waiting; it has measured nothing."""
    process = measuring.start(sys.executable, *QUICK, PYTHONPATH=str(place))
    until((place / "asked").exists, "it did not come that far", within_s=120)
    process.send_signal(number)
    text, _ = process.communicate(timeout=120)
    assert (process.returncode, text) == (130, "interrupted before anything was measured\n")
    assert not measuring.out.exists()


QUICK = ("--minutes", "15", "--backend", "torch-cpu", "--workload", MATMUL, "--workload", NLI)


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


TAKES_ITS_TIME = """
import sys, time
if "run" in sys.orig_argv:
    time.sleep(4)
"""


def test_lists_what_the_limit_leaves_no_room_for(
    measuring: Measuring, interpreters: Interpreters, tmp_path: Path
) -> None:
    """Of fifty runs of four seconds one has begun before that is known, on however fast a machine."""
    slow = beside(tmp_path, "sitecustomize", TAKES_ITS_TIME)
    limit = ("--minutes", "3", "--repeats", "50")
    code, text = measuring.run(interpreters.torch, *QUICK, *limit, PYTHONPATH=str(slow))
    assert (code, measuring.states()) == (1, {NLI: ("cut", 1), MATMUL: ("cut", 0)}), text
    assert f"{MATMUL}.strict.tiny.torch-cpu: cut, the limit of 3 min left no room for its 50 runs" in text


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
    which = ("--minutes", "15", "--backend", "torch-cpu", "--repeats", "1")
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
    broken = beside(tmp_path, "torch", "raise AttributeError('half an installation')")
    which = ("--minutes", "15", "--backend", "torch-cpu", "--repeats", "1", "--workload", MATMUL)
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


HANGS = """
import pathlib, sys, time
def hang(*_):
    pathlib.Path(__file__).with_name("asked").touch()
    time.sleep(600)
if "run" in sys.orig_argv:
    from finetune_bench import measure
    measure.measure = hang
"""


def test_interrupted_it_leaves_a_valid_folder(measuring: Measuring, interpreters: Interpreters, tmp_path: Path) -> None:
    """In a run that does not end meanwhile, however slow this test is to interrupt it."""
    hanging = beside(tmp_path, "sitecustomize", HANGS)
    process = measuring.start(interpreters.torch, *QUICK, PYTHONPATH=str(hanging))
    until((hanging / "asked").exists, "no run began", within_s=120)
    assert measuring.states() == {NLI: ("measured", 0), MATMUL: ("measured", 0)}, "killed now it would leave this"
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=120)
    assert process.returncode == 130, text
    assert measuring.manifest["interrupted"] is True
    assert measuring.states() == {NLI: ("cut", 1), MATMUL: ("cut", 0)}
    assert measuring.manifest["benchmarks"][0]["runs"][0]["cancelled"] is True
    events = measuring.events(f"runs/{NLI}.strict.tiny.torch-cpu/head-1.jsonl")
    assert events[-1] == {"event": "error", "kind": "cancelled", "message": "stopped by SIGTERM"}


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


LOADS_FOR_LONG = """
import pathlib, time
pathlib.Path(__file__).with_name("asked").touch()
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("module", ["argparse", "difflib"])
def test_interrupted_while_its_modules_are_loaded_it_says_so_too(
    measuring: Measuring, tmp_path: Path, module: str, number: signal.Signals
) -> None:
    loading = beside(tmp_path, module, LOADS_FOR_LONG)
    interrupted(measuring, loading, number)


def test_interrupted_before_anything_was_measured_it_says_so_and_leaves_nothing(
    measuring: Measuring, tmp_path: Path
) -> None:
    interrupted(measuring, beside(tmp_path, "sitecustomize", SLOW_PROBE), signal.SIGINT)


def test_a_machine_that_gives_no_answer_is_not_waited_for_beyond_the_limit(
    measuring: Measuring, tmp_path: Path
) -> None:
    slow = beside(tmp_path, "sitecustomize", SLOW_PROBE)
    code, text = measuring.run(sys.executable, *QUICK, "--minutes", "0.1", PYTHONPATH=str(slow))
    assert (code, text) == (3, "error: looking at this machine took longer than 6 s\n")


def test_a_folder_that_is_lost_meanwhile_is_told_without_a_traceback(
    measuring: Measuring, interpreters: Interpreters
) -> None:
    process = measuring.start(interpreters.torch, *QUICK)
    begun = measuring.out / "runs" / "control.torch-cpu" / "head-1.jsonl"
    until(begun.exists, "the control did not begin", within_s=120)
    measuring.out.rename(measuring.out.with_name("moved"))
    measuring.out.write_text("a file")
    text, _ = process.communicate(timeout=300)
    assert process.returncode == 2
    assert text.splitlines()[-1].startswith(f"error: cannot write to {measuring.out}: ")
    assert "Traceback" not in text
