"""Runs that fail, as processes: the last event, the exit code and the words on stderr agree."""

import math
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from finetune_bench.order import Order, read_order
from finetune_bench.workloads.training_values import LARGEST
from support import (
    CPU_BACKENDS,
    LORA,
    MATMUL,
    NLI,
    SMALL_LORA,
    SMALL_MATMUL,
    SMALL_NLI,
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


@every_backend
def test_the_largest_numbers_that_are_taken_end_in_our_words(
    tmp_path: Path, cache: Path, backend: str, interpreters: Interpreters
) -> None:
    most = math.nextafter(LARGEST, 0)
    numbers = {"learning_rate": most, "weight_decay": most, "clip": most}
    order = prepare(tmp_path, cache, NLI, SMALL_NLI | numbers)
    done = run(interpreters.of(backend), order, backend, cache, tmp_path)
    failed(done, "not-finite", 5, "loss of step 1 is ")
    assert len(done.of("step")) == 1


@every_backend
def test_a_learning_rate_that_moves_nothing(
    tmp_path: Path, cache: Path, backend: str, interpreters: Interpreters
) -> None:
    order = prepare(tmp_path, cache, NLI, SMALL_NLI | {"learning_rate": 1e-300})
    done = run(interpreters.of(backend), order, backend, cache, tmp_path)
    failed(done, "check-failed", 5, "the first step, with a learning rate of 1e-300, left 41 of 41 tensors")


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
            command, env=environment(), preexec_fn=limit, capture_output=True, timeout=600, check=False
        )
        lines, problem = read_events(events.read_bytes())
        assert problem is None
        assert lines[-1]["event"] == "error"
        assert lines[-1]["kind"] == "out-of-memory", lines[-1]
        assert done.returncode == 4
        assert "step" not in [line["event"] for line in lines]
