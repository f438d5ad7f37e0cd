"""The commands that need no framework: list, estimate, prepare."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from finetune_bench.backends import BACKENDS
from support import (
    CONVERT,
    HARNESS,
    LORA,
    MATMUL,
    PYTHON_VARIABLES,
    REPOSITORY,
    SMALL,
    SMALL_LORA,
    SMALL_MATMUL,
    environment,
    harness,
    prepare,
    request,
    write_json,
)


def without_packages(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command in an interpreter that finds nothing but the standard library and the harness."""
    program = (
        "import sys, runpy\n"
        f"sys.path = [entry for entry in sys.path if 'site-packages' not in entry] + [{str(HARNESS / 'src')!r}]\n"
        "runpy.run_module('finetune_bench', run_name='__main__')\n"
    )
    command = [sys.executable, "-I", "-c", program, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def test_list_needs_the_standard_library_alone_and_always_says_the_same() -> None:
    bare = without_packages("list")
    assert bare.returncode == 0, bare.stderr
    assert bare.stdout == harness("list", PYTHONHASHSEED="1").stdout


def test_the_committed_catalogue_is_what_list_says() -> None:
    committed = json.loads((REPOSITORY / "schema" / "workloads.json").read_text())
    assert json.loads(harness("list").stdout) == committed, "run npm run schemas and commit schema/"


def test_the_catalogue_names_every_hyperparameter_with_both_defaults() -> None:
    catalogue = json.loads(harness("list").stdout)
    names = {entry["name"]: [one["name"] for one in entry["hyperparameters"]] for entry in catalogue["workloads"]}
    assert list(names) == list(SMALL)
    assert all(set(small) < set(names[name]) for name, small in SMALL.items())
    for entry in catalogue["workloads"]:
        assert set(entry["backends"]) == set(BACKENDS)
        for one in entry["hyperparameters"]:
            assert set(one["default"]) == {"tiny", "real"}
            assert one["help"]


def estimated(tmp_path: Path, backend: str, workload: str, **changes: Any) -> dict[str, float]:
    path = write_json(tmp_path / "request.json", request(workload, **changes))
    done = without_packages("estimate", path, "--backend", backend)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("workload", SMALL)
def test_estimates_grow_with_the_work(tmp_path: Path, workload: str) -> None:
    tiny = estimated(tmp_path, "torch-cpu", workload)
    real = estimated(tmp_path, "torch-cpu", workload, size="real")
    assert set(tiny) == {"seconds", "flop", "download_bytes", "disk_bytes", "memory_bytes"}
    assert tiny["download_bytes"] == real["download_bytes"] == 0
    for name in ("seconds", "flop", "disk_bytes", "memory_bytes"):
        assert 0 < tiny[name] < real[name]
    assert estimated(tmp_path, "torch-cuda", workload, size="real")["seconds"] < real["seconds"]


def test_the_estimate_of_the_real_size_is_physical(tmp_path: Path) -> None:
    """1000 rows of 128 tokens at 4.2 GFLOP each; 1.1 billion float32 weights on disk and in memory."""
    real = estimated(tmp_path, "torch-cpu", LORA, size="real")
    assert real["flop"] == pytest.approx(1000 * 128 * 4.21e9, rel=0.03)
    assert real["disk_bytes"] == pytest.approx(4.4e9, rel=0.01)
    assert 4.4e9 < real["memory_bytes"] < 9e9


@pytest.mark.parametrize("workload", SMALL)
def test_the_estimate_counts_the_bytes_that_prepare_writes(tmp_path: Path, cache: Path, workload: str) -> None:
    prepare(tmp_path, tmp_path / "own-cache", workload, SMALL[workload])
    written = sum(file.stat().st_size for file in (tmp_path / "own-cache").glob("*.safetensors"))
    said = estimated(tmp_path, "torch-cpu", workload, set=SMALL[workload])["disk_bytes"]
    assert written == pytest.approx(said, rel=0.02)
    assert cache.exists()


@pytest.mark.parametrize("workload", SMALL)
def test_a_second_prepare_makes_nothing_again(tmp_path: Path, workload: str) -> None:
    own_cache = tmp_path / "cache"
    first = prepare(tmp_path, own_cache, workload, SMALL[workload])
    stamps = {file.name: file.stat().st_mtime_ns for file in own_cache.glob("*.safetensors*")}
    assert len(stamps) == {LORA: 9, CONVERT: 3}.get(workload, 6)
    time.sleep(0.02)
    assert prepare(tmp_path, own_cache, workload, SMALL[workload]) == first
    kept = {name: stamp for name, stamp in stamps.items() if not name.endswith(".lock")}
    assert {name: (own_cache / name).stat().st_mtime_ns for name in kept} == kept


def test_jobs_that_prepare_at_the_same_time_agree(tmp_path: Path) -> None:
    asked = write_json(tmp_path / "request.json", request(LORA, SMALL_LORA))
    command = [sys.executable, "-m", "finetune_bench", "prepare", str(asked), "--cache", str(tmp_path / "cache")]
    jobs = [
        subprocess.Popen(
            [*command, "--out", str(tmp_path), "--result", str(tmp_path / f"{job}.out")], env=environment()
        )
        for job in range(3)
    ]
    assert [job.wait(timeout=600) for job in jobs] == [0] * 3
    results = {(tmp_path / f"{job}.out").read_text() for job in range(3)}
    assert len(results) == 1
    assert not list((tmp_path / "cache").glob("*.part-*"))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (request("switch-matmull"), 'did you mean "switch-matmul"?'),
        (request(MATMUL, {"N": 4}), 'did you mean "n"?'),
        (request(MATMUL, {"n": 1}), "set.n must be at least 2"),
        (request(LORA, {"rows": 3}), "not one step"),
        (request(LORA, {"targets": "q_proj,v_prj"}), "got 'v_prj' (did you mean \"v_proj\"?)"),
        (request(LORA, {"targets": ""}), "set.targets must be some of q_proj, k_proj"),
        ([], "a request is an object"),
    ],
)
def test_bad_requests_exit_with_2_and_leave_nothing(tmp_path: Path, asked: object, message: str) -> None:
    path = write_json(tmp_path / "request.json", asked)
    places = ["--cache", tmp_path / "cache", "--out", tmp_path / "out", "--result", tmp_path / "result.json"]
    done = harness("prepare", path, *places)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["request.json"]
    assert harness("estimate", path, "--backend", "torch-cpu").returncode == 2


def test_a_request_that_is_not_there_or_no_json_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("workload: x")
    for path in (tmp_path / "nowhere", tmp_path / "text"):
        done = harness("estimate", path, "--backend", "torch-cpu")
        assert done.returncode == 2
        assert "cannot read the request" in done.stderr


def test_a_cache_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    path = write_json(tmp_path / "request.json", request(MATMUL, SMALL_MATMUL))
    (tmp_path / "cache").write_text("a file where a folder should be")
    places = ["--cache", tmp_path / "cache", "--out", tmp_path / "out", "--result", tmp_path / "result.json"]
    done = harness("prepare", path, *places)
    assert done.returncode == 1
    assert done.stderr.startswith("error: cannot write to")
    assert "Traceback" not in done.stderr


def test_tests_that_lack_an_interpreter_fail_and_say_what_to_set() -> None:
    """In a process of its own, because this one may have the variables."""
    without = environment()
    for name in PYTHON_VARIABLES.values():
        without.pop(name, None)
    test = HARNESS / "tests" / "test_parity.py::test_torch_and_mlx_do_the_same_work"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    done = subprocess.run(command, env=without, cwd=HARNESS, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 1
    assert "npm test" in done.stdout
    assert "skipped" not in done.stdout
