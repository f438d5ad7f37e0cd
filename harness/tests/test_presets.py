"""The presets besides `strict`: the same work on both frameworks where that is promised, and what differs where not."""

import math
from pathlib import Path

import numpy as np
import pytest

from finetune_bench.estimate import estimate
from finetune_bench.order import Order, read_order
from finetune_bench.parity import climb, draw, first_failure
from finetune_bench.request import parse_request
from finetune_bench.trace import Trace
from finetune_bench.workloads import WORKLOADS, llama
from ladder import record
from support import (
    CPU_BACKENDS,
    LM,
    LORA,
    NLI,
    SFT,
    SMALL,
    TRAINING,
    Interpreters,
    changed,
    prepare,
    request,
    run,
    write_order,
)

EQUAL = [*((name, "tuned") for name in TRAINING), (SFT, "last-blocks"), (SFT, "untied"), (LORA, "all modules")]
REPLAYED = [(name, "seed-replay") for name in TRAINING]
LESS_PRECISE = [(LORA, precision) for precision in ("mixed", "bfloat16")]
QUICK = {"learning_rate": 5e-3, "rows": 96}
"""Twelve steps after which a difference of the adapters can be seen in the loss."""

PRECISIONS = ("float32", "mixed", "bfloat16")
SLOW = {"learning_rate": 2e-5, "schedule": "constant", "rows": 96}
"""Twelve steps, each of them less than half of what bfloat16 tells apart in most of the weights."""


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> dict[tuple[str, str], Order]:
    folder = tmp_path_factory.mktemp("presets")
    made = {
        (name, preset): read_order(prepare(folder, cache, name, SMALL[name], preset=preset))
        for name, preset in (*EQUAL[:-2], *REPLAYED)
    }
    last = SMALL[SFT] | {"head": "untied"}
    made[SFT, "untied"] = read_order(prepare(folder, cache, SFT, last, preset="last-blocks"))
    everywhere = {"targets": ",".join(llama.PROJECTIONS), "rank": 3, "mask": "all"}
    made[LORA, "all modules"] = read_order(prepare(folder, cache, LORA, SMALL[LORA] | everywhere))
    made[LORA, "dropout"] = read_order(prepare(folder, cache, LORA, SMALL[LORA] | QUICK | {"dropout": 0.5}))
    for precision in PRECISIONS:
        made[SFT, precision] = read_order(prepare(folder, cache, SFT, SMALL[SFT] | SLOW | {"precision": precision}))
    for name, precision in (*LESS_PRECISE, (LORA, "float32")):
        asked = SMALL[name] | QUICK | {"precision": precision}
        made[name, precision] = read_order(prepare(folder, cache, name, asked))
    return made


@pytest.fixture(scope="module")
def traces(
    orders: dict[tuple[str, str], Order],
    cache: Path,
    interpreters: Interpreters,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, dict[tuple[str, str], Trace]]:
    folder = tmp_path_factory.mktemp("traces")
    return {
        backend: record(interpreters.of(backend), backend, cache, folder / backend, orders) for backend in CPU_BACKENDS
    }


@pytest.mark.parametrize("key", EQUAL, ids=str)
def test_both_frameworks_do_the_same_work(
    traces: dict[str, dict[tuple[str, str], Trace]], key: tuple[str, str]
) -> None:
    rungs = climb(*(traces[backend][key] for backend in CPU_BACKENDS))
    assert first_failure(rungs) is None, f"\n{draw(rungs)}"


def test_an_untied_head_starts_as_the_table_and_leaves_the_table_as_it_is(
    traces: dict[str, dict[tuple[str, str], Trace]],
) -> None:
    for backend in CPU_BACKENDS:
        tied, untied = (traces[backend][SFT, name] for name in ("last-blocks", "untied"))
        assert tied.logits == untied.logits
        assert tied.losses[0] == untied.losses[0]
        assert tied.losses[-1] != untied.losses[-1]
        assert untied.movement.keys() ^ tied.movement.keys() == {"embed_tokens", "lm_head"}


@pytest.mark.parametrize("key", REPLAYED, ids=str)
def test_a_replay_runs_on_both_sides_and_is_not_the_same_work(
    traces: dict[str, dict[tuple[str, str], Trace]], orders: dict[tuple[str, str], Order], key: tuple[str, str]
) -> None:
    torch, mlx = (traces[backend][key] for backend in CPU_BACKENDS)
    assert torch.work_hash == mlx.work_hash == orders[key].work_hash
    assert orders[key].comparison_class == "informative"
    assert len(torch.losses) == orders[key].on("torch").work["steps"]
    assert len(mlx.losses) == orders[key].on("mlx").work["steps"]
    assert first_failure(climb(torch, mlx)) is not None


def test_a_replay_has_the_published_settings_of_each_side() -> None:
    sides = {name: parse_request(request(name, preset="seed-replay", size="real")).sides for name in TRAINING}
    for one in sides.values():
        assert [side["bias_correction"] for side in one.values()] == [True, False]
    torch, mlx = sides[SFT].values()
    assert (torch["batch_size"], torch["accumulation"], torch["trained_blocks"], torch["mask"]) == (4, 2, 0, "all")
    assert (mlx["batch_size"], mlx["accumulation"], mlx["trained_blocks"], mlx["padding"]) == (1, 1, 4, "longest")
    assert [side["dropout"] for side in sides[LM].values()] == [0.1, 0.0]
    assert [side["steps"] for side in sides[LM].values()] == [5, 5]
    assert sides[NLI]["torch"]["epochs"] == 5
    torch, mlx = sides[LORA].values()
    assert [side["rows"] for side in (torch, mlx)] == [20, 20]
    assert (torch["batch_size"], torch["accumulation"], torch["max_length"], torch["mask"]) == (4, 2, 128, "all")
    assert (torch["rank"], torch["alpha"], torch["dropout"], torch["clip"]) == (2, 4.0, 0.05, 0.3)
    assert (mlx["batch_size"], mlx["accumulation"], mlx["precision"], mlx["clip"]) == (4, 1, "mixed", 0.0)


def test_an_order_tells_the_values_in_force_on_each_side(orders: dict[tuple[str, str], Order]) -> None:
    told = orders[SFT, "seed-replay"].hyperparameters
    assert (told["torch.mask"], told["mlx.mask"]) == ("all", "attended")
    assert (told["torch.bias_correction"], told["mlx.bias_correction"]) == (True, False)
    assert told.keys().isdisjoint({"mask", "bias_correction"})
    assert told["rows"] == SMALL[SFT]["rows"]
    assert orders[SFT, "tuned"].hyperparameters["mask"] == "attended"


def test_what_is_set_holds_on_both_sides() -> None:
    asked = parse_request(request(SFT, {"learning_rate": 0.5, "rows": 16}, preset="seed-replay"))
    assert [side["learning_rate"] for side in asked.sides.values()] == [0.5, 0.5]
    real = parse_request(request(SFT, preset="seed-replay", size="real"))
    flop = [estimate(real, backend)["flop"] for backend in ("torch-cuda", "mlx-metal")]
    assert flop[1] < 0.9 * flop[0], "the last blocks alone on one side"


def test_a_replay_of_the_language_model_is_mostly_reading() -> None:
    """93 % of the arithmetic of the published run was validation."""
    asked = parse_request(request(LM, preset="seed-replay", size="real"))
    cost = asked.workload.cost("real", asked.values)
    assert cost.other_flop / (cost.other_flop + cost.steps * cost.step_flop) == pytest.approx(0.93, abs=0.01)


def test_every_training_workload_has_the_presets_and_the_backends_promised() -> None:
    offered = {workload.name: workload for workload in WORKLOADS}
    for name in TRAINING:
        classes = {preset: one.comparison_class for preset, one in offered[name].presets.items()}
        assert classes["strict"] == classes["tuned"] == "strict"
        assert classes["seed-replay"] == "informative"
        on_processors = ("tiny", "real") if name in (LORA, NLI) else ("tiny",)
        assert {offered[name].backends[backend] for backend in CPU_BACKENDS} == {on_processors}
        assert all(offered[name].backends[other] == ("tiny", "real") for other in ("mlx-metal", "torch-cuda"))


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_a_tuned_run_says_what_it_could_not_use(
    cache: Path, interpreters: Interpreters, tmp_path: Path, backend: str
) -> None:
    path = prepare(tmp_path, cache, NLI, SMALL[NLI], preset="tuned")
    done = run(interpreters.of(backend), path, backend, cache, tmp_path)
    assert done.exit_code == 0, done.stderr
    (warning,) = done.of("warning")
    assert warning["message"].startswith(f"not_compiled: steps are not compiled on {backend}")
    knobs = done.of("environment")[0]["knobs"]
    assert knobs["compile"] is False
    assert knobs.get("fused_optimiser") is (True if backend == "torch-cpu" else None)


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_nothing_is_dropped_in_validation(
    cache: Path, interpreters: Interpreters, tmp_path: Path, backend: str
) -> None:
    """Without a learning rate the model stays as it is: only the losses in training can tell that half is dropped."""
    seen = []
    for dropout in (0.0, 0.5, 0.5):
        still = SMALL[NLI] | {"learning_rate": 0, "dropout": dropout}
        done = run(interpreters.of(backend), prepare(tmp_path, cache, NLI, still), backend, cache, tmp_path)
        assert done.exit_code == 0, done.stderr
        seen.append(([step["loss"] for step in done.of("step")], done.of("metric")[0]["value"]))
    (plain, validation), (dropped, with_dropout), again = seen
    assert validation == with_dropout
    assert plain != dropped
    assert again == (dropped, with_dropout), "what is dropped is drawn from the seed of the order"


def test_every_token_of_a_validation_weighs_the_same(cache: Path, interpreters: Interpreters, tmp_path: Path) -> None:
    """Five windows are read as four and one, or one by one: a mean of means would tell the two apart."""
    losses = []
    for batch_size in (4, 1):
        still = SMALL[LM] | {"learning_rate": 0, "steps": 1, "batch_size": batch_size}
        done = run(interpreters.mlx, prepare(tmp_path, cache, LM, still), "mlx-cpu", cache, tmp_path)
        assert done.exit_code == 0, done.stderr
        losses.append(done.of("metric")[0]["value"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)


@pytest.mark.parametrize(("workload", "precision"), [(LM, "mixed"), (LM, "bfloat16"), (NLI, "mixed")])
def test_less_precise_training_agrees_roughly(
    cache: Path, interpreters: Interpreters, tmp_path: Path, workload: str, precision: str
) -> None:
    losses = []
    for backend in CPU_BACKENDS:
        less = {"precision": precision, "learning_rate": 1e-3}
        order = prepare(tmp_path, cache, workload, SMALL[workload] | less)
        done = run(interpreters.of(backend), order, backend, cache, tmp_path)
        assert done.exit_code == 0, done.stderr
        losses.append([step["loss"] for step in done.of("step")])
    assert losses[0] == pytest.approx(losses[1], abs=5e-2)
    assert losses[0] != losses[1]


def test_dropout_falls_on_adapters_alone(traces: dict[str, dict[tuple[str, str], Trace]]) -> None:
    """Whose B is zero in the first step."""
    for backend in CPU_BACKENDS:
        dropped, plain = (traces[backend][LORA, name] for name in ("dropout", "float32"))
        assert dropped.losses[0] == plain.losses[0]
        assert max(abs(ours - theirs) for ours, theirs in zip(dropped.losses, plain.losses, strict=True)) > 1e-3


@pytest.mark.parametrize("key", LESS_PRECISE, ids=str)
def test_less_precise_adapters_agree_more_closely_than_training_moves_them(
    traces: dict[str, dict[tuple[str, str], Trace]], key: tuple[str, str]
) -> None:
    """Measured: losses are within 0.0017 and gradient norms within 0.008 of each other."""
    torch, mlx = (traces[backend][key] for backend in CPU_BACKENDS)
    assert first_failure(climb(torch, mlx)[:2]) is None, "the same rows, weights and parameters"
    assert torch.losses == pytest.approx(mlx.losses, abs=5e-3)
    assert torch.total_norms == pytest.approx(mlx.total_norms, rel=3e-2)
    for trace in (torch, mlx):
        exact = traces[trace.backend][LORA, "float32"]
        assert trace.losses != exact.losses
        assert trace.losses == pytest.approx(exact.losses, abs=1e-2)


def test_small_steps_add_up_in_mixed_precision_and_are_lost_in_bfloat16(
    traces: dict[str, dict[tuple[str, str], Trace]],
) -> None:
    """Against float32. What is left in mixed precision is the rounding of the copies that compute."""
    for backend in CPU_BACKENDS:
        exact, mixed, narrow = (traces[backend][SFT, precision].movement for precision in PRECISIONS)
        for name in ("q_proj", "down_proj", "embed_tokens"):
            assert math.dist(mixed[name], exact[name]) < 0.6 * math.dist(narrow[name], exact[name])


def test_adapters_are_float32_in_mixed_precision_and_bfloat16_in_bfloat16(
    traces: dict[str, dict[tuple[str, str], Trace]],
) -> None:
    """As their B tells, which begins at zero."""
    for backend in CPU_BACKENDS:
        for _, precision in LESS_PRECISE:
            movement = traces[backend][LORA, precision].movement
            values = np.concatenate([np.float32(movement[f"{one}.lora_B"]) for one in ("q_proj", "v_proj")])
            narrow = (values.view(np.uint32) & np.uint32(0xFFFF)) == 0
            assert narrow.all() if precision == "bfloat16" else not narrow.any()


def test_a_size_that_a_backend_does_not_offer_is_named(tmp_path: Path, cache: Path, interpreters: Interpreters) -> None:
    order = read_order(prepare(tmp_path, cache, LM, SMALL[LM]))
    done = run(interpreters.torch, write_order(tmp_path, changed(order, size="real")), "torch-cpu", cache, tmp_path)
    assert done.exit_code == 2
    assert done.last["message"] == "lm-ptb is not offered in size 'real' on torch-cpu"


def test_an_order_whose_bias_is_not_corrected_cannot_run_on_torch(
    tmp_path: Path, cache: Path, interpreters: Interpreters
) -> None:
    order = prepare(tmp_path, cache, NLI, SMALL[NLI] | {"bias_correction": False})
    done = run(interpreters.torch, order, "torch-cpu", cache, tmp_path)
    assert (done.exit_code, done.last["kind"]) == (2, "bad-order")
    assert "always corrects the bias" in done.last["message"]
