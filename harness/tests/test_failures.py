"""Runs that fail, as processes: the last event, the exit code and the words on stderr agree."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from finetune_bench.backends import no_device
from finetune_bench.order import Order, read_order
from support import (
    CPU_BACKENDS,
    LORA,
    MATMUL,
    SMALL_LORA,
    SMALL_MATMUL,
    Interpreters,
    Run,
    changed,
    environment,
    harness,
    prepare,
    read_events,
    run,
    run_arguments,
    write_order,
)

every_backend = pytest.mark.parametrize("backend", CPU_BACKENDS)


@pytest.fixture(scope="module")
def lora(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Order:
    return read_order(prepare(tmp_path_factory.mktemp("lora"), cache, LORA, SMALL_LORA))


@pytest.fixture(scope="module")
def matmul(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Order:
    return read_order(prepare(tmp_path_factory.mktemp("matmul"), cache, MATMUL, SMALL_MATMUL))


def failed(done: Run, kind: str, exit_code: int, message: str) -> None:
    assert done.last["event"] == "error", done.events
    assert done.last["kind"] == kind, done.last
    assert message in done.last["message"]
    assert done.exit_code == exit_code
    assert done.stderr.strip()


SABOTAGE = """
from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.cli import main
real = MlxBackend.multiply
MlxBackend.multiply = lambda self, size: real(self, size) - 1
raise SystemExit(main(["smoke", "--backend", "mlx-cpu"]))
"""


def test_a_device_that_multiplies_wrongly_fails_the_smoke_test(interpreters: Interpreters) -> None:
    program = [interpreters.mlx, "-c", SABOTAGE]
    ended = subprocess.run(program, capture_output=True, text=True, env=environment(), check=False)
    assert ended.returncode == 3
    assert ended.stderr == "error: mlx-cpu multiplies wrongly: 63.0 instead of 64\n"


@pytest.mark.parametrize(
    ("torch", "said"),
    [
        ("raise AttributeError('module numpy has no x')", "torch cannot be imported: AttributeError: module numpy has"),
        ("raise OSError('libcudart.so.13: cannot open')", "torch cannot be imported: libcudart.so.13: cannot open"),
        ("__version__ = '2.13.0'", "torch-cpu cannot multiply two matrices: AttributeError: module 'torch' has no"),
    ],
    ids=["does not fit", "library lost", "half there"],
)
def test_a_broken_installation_fails_the_smoke_test_in_a_sentence(tmp_path: Path, torch: str, said: str) -> None:
    (tmp_path / "torch.py").write_text(torch)
    smoke = [sys.executable, "-m", "finetune_bench", "smoke", "--backend", "torch-cpu"]
    path = os.pathsep.join((str(tmp_path), environment()["PYTHONPATH"]))
    ended = subprocess.run(smoke, capture_output=True, text=True, env=environment(PYTHONPATH=path), check=False)
    assert ended.returncode == 3
    assert ended.stderr.startswith(f"error: {said}")
    assert "Traceback" not in ended.stderr


def test_an_order_that_is_not_there(cache: Path, tmp_path: Path) -> None:
    done = run(sys.executable, tmp_path / "nowhere.json", "torch-cpu", cache, tmp_path)
    failed(done, "bad-order", 2, "cannot read the work order")
    assert len(done.events) == 1


def test_an_order_that_was_changed(cache: Path, tmp_path: Path, matmul: Order) -> None:
    path = write_order(tmp_path, replace(matmul, work=matmul.work | {"steps": 3}))
    failed(run(sys.executable, path, "torch-cpu", cache, tmp_path), "bad-order", 2, "was changed")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"workload": "knitting"}, "unknown workload 'knitting'"),
        ({"size": "huge"}, "not offered in size 'huge'"),
        ({"products": ["ab", "cb", "ca"]}, "not ('ab', 'cb', 'ca')"),
        ({"extra": 1}, "unknown field 'extra'"),
    ],
)
def test_an_order_of_work_that_nobody_offers(
    cache: Path, tmp_path: Path, matmul: Order, change: dict[str, object], message: str
) -> None:
    path = write_order(tmp_path, changed(matmul, **change))
    failed(run(sys.executable, path, "torch-cpu", cache, tmp_path), "bad-order", 2, message)


def test_a_cache_without_the_files(tmp_path: Path, lora: Order) -> None:
    done = run(sys.executable, write_order(tmp_path, lora), "mlx-cpu", tmp_path / "empty", tmp_path)
    failed(done, "bad-order", 2, "run `prepare`")
    assert done.events[0]["event"] == "start"


def test_a_file_that_is_not_the_order_s(tmp_path: Path, cache: Path, matmul: Order, interpreters: Interpreters) -> None:
    for name in matmul.files.values():
        arrays = load_file(cache / name)
        save_file({key: np.flip(value).copy() for key, value in arrays.items()}, tmp_path / name)
    done = run(interpreters.torch, write_order(tmp_path, matmul), "torch-cpu", tmp_path, tmp_path)
    failed(done, "bad-order", 2, "is not the file of the work order")


@pytest.mark.parametrize(("backend", "other"), [("mlx-cpu", "torch"), ("torch-cpu", "mlx")])
def test_a_framework_that_is_not_installed(
    tmp_path: Path, cache: Path, matmul: Order, interpreters: Interpreters, backend: str, other: str
) -> None:
    python = interpreters.of(other)
    done = run(python, write_order(tmp_path, matmul), backend, cache, tmp_path)
    framework = backend.split("-")[0]
    failed(done, "backend-unavailable", 3, f"{framework} cannot be imported")
    smoke = harness("smoke", "--backend", backend, python=python)
    assert smoke.returncode == 3
    assert f"{framework} cannot be imported" in smoke.stderr
    assert "Traceback" not in smoke.stderr


@every_backend
def test_another_set_of_trainable_parameters(
    tmp_path: Path, cache: Path, lora: Order, backend: str, interpreters: Interpreters
) -> None:
    trainable = lora.work["trainable"] | {"also": ["model.layers.3.self_attn.o_proj.weight"]}
    path = write_order(tmp_path, changed(lora, trainable=trainable))
    done = run(interpreters.of(backend), path, backend, cache, tmp_path)
    failed(done, "check-failed", 5, "the model trains 72,192 parameters in 17 tensors, the work order 6,656")


@every_backend
def test_a_result_that_differs_from_the_reference(
    tmp_path: Path, cache: Path, matmul: Order, backend: str, interpreters: Interpreters
) -> None:
    strict = matmul.work["check"] | {"tolerance": 1e-12}
    path = write_order(tmp_path, changed(matmul, check=strict))
    done = run(interpreters.of(backend), path, backend, cache, tmp_path)
    failed(done, "check-failed", 5, "at n = 256 the sum of a is off by")


@every_backend
def test_a_loss_that_is_not_finite(
    tmp_path: Path, cache: Path, lora: Order, backend: str, interpreters: Interpreters
) -> None:
    """One weight that is not a number spoils the loss of the first step."""
    for name in lora.files.values():
        shutil.copy(cache / name, tmp_path / name)
    weights = load_file(tmp_path / lora.files["weights"])
    weights["model.norm.weight"][7] = np.nan
    save_file(weights, tmp_path / lora.files["weights"])
    done = run(interpreters.of(backend), write_order(tmp_path, lora), backend, tmp_path, tmp_path)
    failed(done, "not-finite", 5, "loss of step 0 is nan: the computation diverged or overflowed")
    assert done.of("step") == []


if sys.platform == "linux":  # elsewhere the system keeps no process to this limit
    import resource

    def test_memory_that_runs_out(tmp_path: Path, cache: Path, interpreters: Interpreters) -> None:
        """The process may take 6 GiB; the embedding of one micro-batch alone takes 8."""
        order = prepare(
            tmp_path, cache, LORA, {"rows": 8192, "batch_size": 4096, "max_length": 2048, "validation_rows": 1}
        )
        events = tmp_path / "events.jsonl"

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_DATA, (6 * 2**30, 6 * 2**30))

        arguments = run_arguments(order, "torch-cpu", events, cache)
        command = [interpreters.torch, "-m", "finetune_bench", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment(), preexec_fn=limit, capture_output=True, timeout=120, check=False
        )
        lines, problem = read_events(events.read_bytes())
        assert problem is None
        assert lines[-1]["event"] == "error"
        assert lines[-1]["kind"] == "out-of-memory", lines[-1]
        assert done.returncode == 4
        assert "step" not in [line["event"] for line in lines]


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
            wait_for(events, '"name": "data"', child)
            time.sleep(0.5)
            sent = time.monotonic()
            os.kill(child.pid, number)
            exit_code = child.wait(timeout=30)
            waited = time.monotonic() - sent
        finally:
            child.kill()
    lines, problem = read_events(events.read_bytes())
    assert problem is None
    assert lines[-1] == {"event": "error", "kind": "cancelled", "message": f"stopped by {number.name}"}
    assert exit_code == 128 + number
    assert waited < 6
    assert "step" not in [line["event"] for line in lines]


def wait_for(events: Path, text: str, child: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 60
    while not (events.exists() and text in events.read_text()):
        assert child.poll() is None, "the run ended early"
        assert time.monotonic() < limit
        time.sleep(0.05)


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
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr == f"error: cannot write the events to {events}: File too large\n"
    *whole, cut = events.read_bytes().split(b"\n")
    assert [json.loads(line)["event"] for line in whole] == ["warning"] * len(whole)
    assert cut, "the disk took a part of a line, and nothing follows it"
    assert len(events.read_bytes()) == 1000


@pytest.mark.skipif(sys.platform == "win32", reason="files have no limit there")
def test_a_signal_ends_a_run_whose_disk_is_full(tmp_path: Path) -> None:
    process = on_a_full_disk(tmp_path / "events.jsonl", 10, 50)
    assert process.stdout is not None
    assert process.stdout.readline() == "full\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM


def test_a_place_for_events_that_is_none_is_told_in_a_line(tmp_path: Path) -> None:
    events = tmp_path / "nowhere" / "events.jsonl"
    done = harness("control", "--backend", "torch-cpu", "--stdlib", "--events", events)
    assert done.returncode == 1
    assert done.stderr == f"error: cannot write the events to {events}: No such file or directory\n"


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac has these devices")
@pytest.mark.parametrize("backend", ["mlx-metal", "torch-mps"])
def test_a_device_that_the_framework_does_not_find(interpreters: Interpreters, backend: str) -> None:
    framework, device = backend.split("-")
    smoke = harness("smoke", "--backend", backend, python=interpreters.of(framework))
    assert smoke.returncode == 3
    assert f"finds no {device} device on this machine" in smoke.stderr
    assert "Traceback" not in smoke.stderr


def test_on_a_mac_a_missing_device_is_a_missing_session() -> None:
    words = no_device("mlx 0.32.0", "mlx-metal", "darwin")
    assert words == "mlx 0.32.0 finds no metal device on this machine: the runner needs a logged-in session"
    assert "session" not in no_device("torch 2.13.0", "torch-cuda", "linux")
