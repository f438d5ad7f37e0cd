"""Whole runs on both frameworks, as processes: what they write when all goes well."""

import math
from pathlib import Path

import pytest

from finetune_bench.generate import read_token_file
from finetune_bench.generate_pairs import read_pair_file
from finetune_bench.hyperparameters import resolve
from finetune_bench.order import read_order
from finetune_bench.workloads import find_workload
from support import (
    CPU_BACKENDS,
    LM,
    LORA,
    MATMUL,
    NLI,
    SFT,
    SMALL,
    SMALL_LM,
    SMALL_NLI,
    TRAINING,
    Interpreters,
    Run,
    prepare,
    run,
)

FULL = ["import", "build", "load_weights", "optimiser", "data", "warmup", "timed", "evaluate"]
PHASES = dict.fromkeys(TRAINING, FULL) | {
    LORA: ["import", "build", "load_weights", "adapter", "data", "warmup", "timed", "evaluate", "save"],
    MATMUL: ["import", "data", "warmup", "timed", "check"],
}
SETS = {name: SMALL[name] for name in PHASES}
CLASSES = {LORA: 4096, LM: 1000, NLI: 3, SFT: 4096}


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> dict[str, Path]:
    return {name: prepare(tmp_path_factory.mktemp(name), cache, name, given) for name, given in SETS.items()}


@pytest.fixture(scope="module")
def runs(
    orders: dict[str, Path], cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Run]:
    """Every workload once on every backend of this machine's processor."""
    folder = tmp_path_factory.mktemp("runs")
    return {
        (workload, backend): run(interpreters.of(backend), order, backend, cache, folder)
        for workload, order in orders.items()
        for backend in CPU_BACKENDS
    }


every_run = pytest.mark.parametrize("key", [(name, backend) for name in SETS for backend in CPU_BACKENDS], ids=str)
every_backend = pytest.mark.parametrize("backend", CPU_BACKENDS)


@every_run
def test_a_run_starts_ends_and_exits_with_0(
    runs: dict[tuple[str, str], Run], orders: dict[str, Path], key: tuple[str, str]
) -> None:
    done, (workload, backend) = runs[key], key
    assert done.exit_code == 0, done.stderr
    order = read_order(orders[workload])
    assert done.events[0] == {
        "event": "start",
        "protocol": 1,
        "benchmark": f"test.{backend}",
        "work_hash": order.work_hash,
        "backend": backend,
    }
    assert done.last["event"] == "end"
    assert done.stderr == "", "what goes well says nothing"
    assert done.last["steps"] == order.work["steps"] == len(done.of("step"))


@every_run
def test_phases_have_clocks_and_memory_peaks_of_their_own(
    runs: dict[tuple[str, str], Run], key: tuple[str, str]
) -> None:
    done, (workload, backend) = runs[key], key
    assert [phase["name"] for phase in done.of("phase")] == PHASES[workload]
    assert [memory["phase"] for memory in done.of("memory")] == PHASES[workload]
    assert sum(phase["duration_s"] for phase in done.of("phase")) < done.last["duration_s"]
    for memory in done.of("memory"):
        assert memory.get("rss_peak_bytes", math.inf) > 20 * 2**20  # not every system knows one of every phase
        assert ("alloc_peak_bytes" in memory) == (backend == "mlx-cpu")


def test_what_a_suite_sets_without_effect_is_told(
    orders: dict[str, Path], cache: Path, interpreters: Interpreters, tmp_path: Path
) -> None:
    given = {"OMP_NUM_THREADS": "2", "MLX_ENABLE_TF32": "0", "PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.7"}
    done = run(interpreters.torch, orders[MATMUL], "torch-cpu", cache, tmp_path, **given)
    assert done.exit_code == 0, done.stderr
    told = [warning["message"] for warning in done.of("warning")]
    assert "without effect on this workload: OMP_NUM_THREADS=2 (it stays 1)" in told
    (said,) = done.of("environment")
    assert said["knobs"]["OMP_NUM_THREADS"] == "1"
    assert said["knobs"]["PYTORCH_MPS_HIGH_WATERMARK_RATIO"] == "0.7"


@every_run
def test_the_first_three_steps_are_warm_up(runs: dict[tuple[str, str], Run], key: tuple[str, str]) -> None:
    steps = runs[key].of("step")
    assert [step["phase"] for step in steps] == ["warmup"] * 3 + ["timed"] * (len(steps) - 3)


@every_run
def test_the_environment_says_what_ran(runs: dict[tuple[str, str], Run], key: tuple[str, str]) -> None:
    done, (_, backend) = runs[key], key
    (said,) = done.of("environment")
    framework = backend.split("-")[0]
    assert {framework, "numpy", "safetensors"} <= set(said["packages"])
    assert "py3" in said["wheel_tags"][framework] or "cp3" in said["wheel_tags"][framework]
    assert said["threads"] == 1
    assert said["knobs"]["tf32"] is False
    assert said["knobs"]["compile"] is False
    assert said["knobs"]["OMP_NUM_THREADS"] == "1"
    assert said["blas"]
    assert said["device"].strip()


every_training = pytest.mark.parametrize("workload", TRAINING)


@pytest.mark.parametrize("workload", [LORA, SFT])
@every_backend
def test_training_counts_its_tokens(
    runs: dict[tuple[str, str], Run], orders: dict[str, Path], workload: str, backend: str
) -> None:
    work = read_order(orders[workload]).work
    steps = runs[workload, backend].of("step")
    for step in steps:
        assert step["samples"] == 8
        assert step["tokens_padded"] == 8 * work["pad_length"]
        assert step["tokens_loss"] == step["tokens_real"] - 8  # the first token of a row is no target
        assert step["learning_rate"] == work["optimiser"]["learning_rates"][step["index"]]
        assert step["data_s"] >= 0
    assert any(step["tokens_real"] < step["tokens_padded"] for step in steps)


@every_backend
def test_a_pair_counts_as_one_sample_and_both_its_sentences(
    runs: dict[tuple[str, str], Run], orders: dict[str, Path], cache: Path, backend: str
) -> None:
    order = read_order(orders[NLI])
    pairs = read_pair_file(cache / order.files["data"])["train"]
    for step in runs[NLI, backend].of("step"):
        assert step["samples"] == step["tokens_loss"] == 8
        assert step["tokens_padded"] == 2 * 8 * SMALL_NLI["max_length"]
        rows = list(order.work["batches"][step["index"]])
        assert step["tokens_real"] == sum(side.lengths[rows].sum() for side in (pairs.premise, pairs.hypothesis))
        assert step["tokens_real"] < step["tokens_padded"]


@every_backend
def test_a_window_is_full_and_every_token_of_it_has_a_target(runs: dict[tuple[str, str], Run], backend: str) -> None:
    for step in runs[LM, backend].of("step"):
        assert step["samples"] == 4
        assert step["tokens_padded"] == step["tokens_real"] == step["tokens_loss"] == 4 * SMALL_LM["context"]


@every_training
@every_backend
def test_training_starts_at_the_loss_of_a_blind_guess(
    runs: dict[tuple[str, str], Run], workload: str, backend: str
) -> None:
    done = runs[workload, backend]
    guess = math.log(CLASSES[workload])
    assert done.of("step")[0]["loss"] == pytest.approx(guess, abs=0.15)
    validation = done.of("metric")[0]
    assert (validation["name"], validation["unit"], validation["class"]) == ("validation_loss", "nat", "loss")
    assert guess - 1 < validation["value"] < guess + 0.15  # six steps of everything learn which tokens are frequent


@every_training
@every_backend
def test_validation_counts_what_it_read(
    runs: dict[tuple[str, str], Run], orders: dict[str, Path], cache: Path, workload: str, backend: str
) -> None:
    order = read_order(orders[workload])
    work, data = order.work, cache / order.files["data"]
    (phase,) = (one for one in runs[workload, backend].of("phase") if one["name"] == "evaluate")
    assert phase["samples"] == sum(map(len, work["validation_batches"]))
    assert phase["samples"] < phase["tokens_real"] <= phase["tokens_padded"]
    match workload:
        case "lm-ptb":
            assert phase["tokens_real"] == phase["tokens_padded"] == phase["samples"] * SMALL_LM["context"]
        case "nli-bert-tiny":
            pairs = read_pair_file(data)["validation"]
            assert phase["tokens_real"] == pairs.premise.lengths.sum() + pairs.hypothesis.lengths.sum()
            assert phase["tokens_padded"] == 2 * phase["samples"] * SMALL_NLI["max_length"]
        case _:
            assert phase["tokens_real"] == read_token_file(data)["validation"].lengths.sum()
            assert phase["tokens_padded"] == phase["samples"] * work["pad_length"]


@every_backend
def test_a_classifier_says_how_many_it_got_right(runs: dict[tuple[str, str], Run], backend: str) -> None:
    _, accuracy = runs[NLI, backend].of("metric")
    assert (accuracy["name"], accuracy["direction"], accuracy["class"]) == ("validation_accuracy", "higher", "info")
    assert accuracy["value"] * SMALL_NLI["validation_rows"] == pytest.approx(round(accuracy["value"] * 5))
    assert accuracy["value"] == runs[NLI, "torch-cpu"].of("metric")[1]["value"]


@every_training
def test_the_model_flops_of_a_step_are_those_of_its_cost(runs: dict[tuple[str, str], Run], workload: str) -> None:
    """Whose formula is tested with the published sizes: rows that are padded count as they are computed."""
    definition = find_workload(workload)
    values = resolve(definition.hyperparameters, "tiny", SETS[workload], workload)
    flop = definition.cost("tiny", values).step_flop
    assert [step["model_flop"] for step in runs[workload, "torch-cpu"].of("step")] == pytest.approx([flop] * 6)


@every_training
def test_both_frameworks_did_the_same_work(runs: dict[tuple[str, str], Run], workload: str) -> None:
    torch, mlx = (runs[workload, backend] for backend in CPU_BACKENDS)
    for counter in ("samples", "tokens_padded", "tokens_real", "tokens_loss", "model_flop", "learning_rate"):
        assert [step[counter] for step in torch.of("step")] == [step[counter] for step in mlx.of("step")]
    for ours, theirs in zip(torch.of("step"), mlx.of("step"), strict=True):
        assert ours["loss"] == pytest.approx(theirs["loss"], abs=1e-5)
        # A sum of a million squares in float32, in the order of each framework; none where nothing is clipped by it.
        assert ("grad_norm" in ours) == ("grad_norm" in theirs) == (workload in (LORA, SFT))
        if "grad_norm" in ours:
            assert ours["grad_norm"] == pytest.approx(theirs["grad_norm"], rel=1e-5 if workload == LORA else 2e-3)
    validation = [done.of("metric")[0]["value"] for done in (torch, mlx)]
    assert validation[0] == pytest.approx(validation[1], abs=1e-5)


@every_backend
def test_a_process_tells_the_knobs_that_it_was_given_and_no_other_variable(
    orders: dict[str, Path], cache: Path, interpreters: Interpreters, tmp_path: Path, backend: str
) -> None:
    given = {
        "PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.8",
        "PYTORCH_CUDA_ALLOC_CONF": "a:True",
        "MLX_MAX_OPS_PER_BUFFER": "9",
    }
    done = run(interpreters.of(backend), orders[MATMUL], backend, cache, tmp_path, **given, MY_TOKEN="secret")
    knobs = done.of("environment")[0]["knobs"]
    assert given.items() <= knobs.items()
    assert "secret" not in str(done.events)


@every_backend
def test_a_second_run_on_one_machine_gives_the_very_same_losses(
    runs: dict[tuple[str, str], Run],
    orders: dict[str, Path],
    cache: Path,
    interpreters: Interpreters,
    tmp_path: Path,
    backend: str,
) -> None:
    again = run(interpreters.of(backend), orders[NLI], backend, cache, tmp_path)
    ours, theirs = (
        [step["loss"] for step in done.of("step")] + [metric["value"] for metric in done.of("metric")]
        for done in (again, runs[NLI, backend])
    )
    assert ours == theirs


@every_backend
def test_the_products_report_both_halves_and_that_there_is_no_accelerator(
    runs: dict[tuple[str, str], Run], backend: str
) -> None:
    done = runs[MATMUL, backend]
    (warning,) = done.of("warning")
    assert warning["message"].startswith("no_accelerator")
    flop = 3 * 2 * 96**3
    for step in done.of("step"):
        assert step["accelerator_flop"] == step["cpu_flop"] == flop
        assert step["model_flop"] == 2 * flop
        assert 0 < step["accelerator_s"] + step["cpu_s"] <= step["duration_s"]
        assert not {"samples", "tokens_real", "loss"} & set(step)
    (checksum,) = done.of("metric")
    assert checksum["name"] == "checksum_error"
    assert checksum["value"] < 1e-5


def test_mlx_uses_the_reference_blas_where_asked(
    orders: dict[str, Path], cache: Path, interpreters: Interpreters, tmp_path: Path
) -> None:
    done = run(interpreters.mlx, orders[MATMUL], "mlx-cpu", cache, tmp_path, FINETUNE_BENCH_BLAS="reference")
    (said,) = done.of("environment")
    assert said["blas"].startswith(("reference", "accelerate"))
    assert "LD_PRELOAD" not in said["knobs"]
