"""Equal work, proven: torch against MLX, both against a float64 trace, and every defect found at its rung."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from finetune_bench.order import Order
from finetune_bench.parity import RUNGS, climb, draw, first_failure
from finetune_bench.trace import Trace, read_trace, write_trace
from ladder import DROPPING, LADDERS, ON_MLX, Ladder, golden_order, record
from support import LM, LORA, NLI, REPOSITORY, Interpreters, harness


@dataclass(frozen=True)
class Climbed:
    """The traces of one workload's orders: on torch, on MLX, and of the base order in float64."""

    ladder: Ladder
    base: Order
    torch: dict[str, Trace]
    mlx: dict[str, Trace]
    golden: Trace


@pytest.fixture(scope="module")
def all_climbed(
    cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Climbed]:
    """Recorded by one process a framework, because imports cost more than all the steps."""
    folder = tmp_path_factory.mktemp("parity")
    orders = {
        (ladder.workload, name): order for ladder in LADDERS for name, order in ladder.orders(folder, cache).items()
    }
    by_framework = {
        "torch": {key: order for key, order in orders.items() if key[1] not in ON_MLX},
        "mlx": {key: order for key, order in orders.items() if key[1] in (*ON_MLX, "base")},
    }
    traces = {}
    for framework, sound in by_framework.items():
        faulty = {
            (ladder.workload, fault): order
            for ladder in LADDERS
            for fault, order in ladder.faulty(framework, orders[ladder.workload, "base"]).items()
        }
        put = {key: key[1] for key in faulty}
        backend = f"{framework}-cpu"
        traces[framework] = record(interpreters.of(backend), backend, cache, folder / framework, sound | faulty, put)
    return {
        ladder.workload: Climbed(
            ladder,
            orders[ladder.workload, "base"],
            *(
                {name: trace for (workload, name), trace in traces[framework].items() if workload == ladder.workload}
                for framework in ("torch", "mlx")
            ),
            read_trace(ladder.golden),
        )
        for ladder in LADDERS
    }


@pytest.fixture(params=[ladder.workload for ladder in LADDERS])
def climbed(request: pytest.FixtureRequest, all_climbed: dict[str, Climbed]) -> Climbed:
    return all_climbed[request.param]


@pytest.fixture(scope="module")
def golden() -> Trace:
    return read_trace(LADDERS[0].golden)


def equal(ours: Trace, theirs: Trace) -> None:
    rungs = climb(ours, theirs)
    assert [rung.name for rung in rungs] == list(RUNGS)
    assert first_failure(rungs) is None, f"\n{draw(rungs)}"


def test_torch_and_mlx_do_the_same_work(climbed: Climbed) -> None:
    equal(climbed.torch["base"], climbed.mlx["base"])


def test_torch_agrees_with_the_float64_trace(climbed: Climbed) -> None:
    equal(climbed.golden, climbed.torch["base"])


def test_mlx_agrees_with_the_float64_trace(climbed: Climbed) -> None:
    equal(climbed.golden, climbed.mlx["base"])


def test_mlx_moves_as_float64_does(all_climbed: dict[str, Climbed]) -> None:
    """With MLX's own correction of the bias the head moves 6e-6 otherwise, with its own norm all matrices by 7e-5."""
    golden, mlx = all_climbed[LM].golden, all_climbed[LM].mlx["base"]
    limits = dict.fromkeys(("query", "key", "value", "output", "inner", "outer"), 2e-5) | {"head.bias": 3e-6}
    for name, limit in limits.items():
        distance = math.dist(golden.movement[name], mlx.movement[name]) / math.hypot(*golden.movement[name])
        assert distance < limit, name
    assert mlx.total_norms == pytest.approx(golden.total_norms, rel=1e-5)


def test_the_float64_trace_is_of_this_order(climbed: Climbed) -> None:
    assert climbed.golden.precision == "float64"
    assert climbed.golden.work_hash == golden_order(climbed.base).work_hash, "record it anew: python tests/ladder.py"


def test_the_traced_work_has_what_the_ladder_is_to_find(climbed: Climbed) -> None:
    """Twenty steps that move; a clip that bites, in one workload not in every step; a loss that is not yet learnt."""
    golden, work = climbed.golden, climbed.base.work
    assert len(golden.losses) == len(golden.total_norms) == 20
    clip = work["optimiser"]["clip"]
    assert golden.total_norms[0] > clip
    assert (min(golden.total_norms) < clip) == (climbed.ladder.workload == LM)
    classes = work["model"].get("classes") or work["model"]["vocab_size"]
    assert golden.first_loss == pytest.approx(math.log(classes), abs=0.2)
    assert sum(group.trained for group in golden.groups.values()) == work["trainable"]["parameters"]
    assert all(any(values) for values in golden.first_update.values())


EVERY_DEFECT = [
    (ladder.workload, "mlx" if defect in ON_MLX else "torch", defect, rung)
    for ladder in LADDERS
    for defect, rung in ladder.rungs.items()
]
EVERY_FAULT = [
    (ladder.workload, framework, fault, rung)
    for ladder in LADDERS
    for framework, faults in ladder.faults.items()
    for fault, rung in faults.items()
]


@pytest.mark.parametrize(("workload", "framework", "defect", "rung"), EVERY_DEFECT + EVERY_FAULT)
def test_a_defect_is_found_at_its_rung(
    workload: str, framework: str, defect: str, rung: str, all_climbed: dict[str, Climbed]
) -> None:
    """Against the other framework and against the float64 trace alike."""
    climbed = all_climbed[workload]
    defective, other = (climbed.mlx, climbed.torch) if framework == "mlx" else (climbed.torch, climbed.mlx)
    for sound in (other["base"], climbed.golden):
        rungs = climb(sound, defective[defect])
        failure = first_failure(rungs)
        assert failure is not None
        assert failure.name == rung, f"\n{draw(rungs)}"


def test_every_defect_is_tried(climbed: Climbed) -> None:
    faults = climbed.ladder.faults
    dropping = DROPPING if "dropout" in climbed.base.work else dict.fromkeys(DROPPING, ())
    assert set(climbed.torch) == {"base", *climbed.ladder.rungs, *faults["torch"], *dropping["torch"]} - set(ON_MLX)
    assert set(climbed.mlx) == {"base", *ON_MLX, *faults["mlx"], *dropping["mlx"]}


NUMBERS = {15: "fifteen", 18: "eighteen", 19: "nineteen"}


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.workload)
def test_a_page_tells_how_many_defects_are_tried(ladder: Ladder) -> None:
    page = (REPOSITORY / "docs" / "workloads" / f"{ladder.workload}.md").read_text(encoding="utf-8")
    assert f"{NUMBERS[len(ladder.rungs) + sum(map(len, ladder.faults.values()))]} defects" in page.lower()


@pytest.mark.parametrize(("workload", "rung"), [(LORA, "5 gradients"), (LM, "3 logits"), (NLI, "3 logits")])
def test_both_frameworks_drop_values_at_the_same_places(
    workload: str, rung: str, all_climbed: dict[str, Climbed]
) -> None:
    """And at every one of them: a module that drops nothing is found, and so is a model that does."""
    climbed = all_climbed[workload]
    dropped, ours, others = climbed.torch["dropped-by-place"], climbed.mlx["dropped-by-place"], climbed.mlx
    equal(dropped, ours)
    for other in (others["one-module-drops-nothing"], others["base"]):
        failure = first_failure(climb(dropped, other))
        assert failure is not None
        assert failure.name == rung


def test_the_bias_of_keys_has_no_gradient_and_is_left_out(all_climbed: dict[str, Climbed]) -> None:
    """A softmax does not see what all its arguments share; every other group is compared."""
    climbed = all_climbed[NLI]
    for trace in (climbed.golden, climbed.torch["base"], climbed.mlx["base"]):
        assert trace.gradient_norms["key.bias"] == 0
        assert set(trace.groups) - set(trace.first_update) == {"key.bias"}


def test_the_command_compares_two_files(all_climbed: dict[str, Climbed], tmp_path: Path) -> None:
    climbed = all_climbed[LORA]
    sound, defective = tmp_path / "sound.trace", tmp_path / "defective.trace"
    write_trace(sound, climbed.torch["base"])
    write_trace(defective, climbed.torch["scale 20 instead of 2"])
    same = harness("parity", "compare", climbed.ladder.golden, sound)
    assert (same.returncode, same.stdout.splitlines()[-1]) == (0, "the two did the same work")
    other = harness("parity", "compare", climbed.ladder.golden, defective)
    assert (other.returncode, other.stdout.splitlines()[-1]) == (5, "they differ first at rung 5 gradients")
    assert "bfloat16" not in other.stdout
    write_trace(sound, replace(climbed.torch["base"], precision="bfloat16"))
    assert harness("parity", "compare", climbed.ladder.golden, sound).stdout.startswith("bfloat16 rounds: ")
    broken = tmp_path / "broken.trace"
    broken.write_text("{}")
    assert harness("parity", "compare", climbed.ladder.golden, broken).returncode == 2


@pytest.mark.parametrize(
    "spoilt",
    [
        {"first_loss": math.nan},
        {"logits": ()},
        {"losses": (8.0,) * 19},
        {"gradient_norms": {}},
        {"total_norms": (math.nan,) * 20},
        {"total_norms": ()},
        {"movement": {}},
        {"first_update": {"q_proj.lora_A": (0.0,) * 64}},
        {"groups": {}},
    ],
    ids=str,
)
def test_what_is_missing_or_no_number_is_a_difference(golden: Trace, spoilt: dict[str, object]) -> None:
    for pair in ((golden, replace(golden, **spoilt)), (replace(golden, **spoilt), golden)):
        assert first_failure(climb(*pair)) is not None
