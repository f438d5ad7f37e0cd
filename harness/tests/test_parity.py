"""Equal work, proven: torch against MLX, both against a float64 trace, and every defect found at its rung."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from finetune_bench.order import Order
from finetune_bench.parity import RUNGS, climb, draw, first_failure
from finetune_bench.trace import Trace, read_trace, write_trace
from ladder import GOLDEN, base_order, defects, golden_order, record
from support import Interpreters, harness

# Where each defect must show first. The clip scales every gradient alike, which Adam undoes but for its eps: the
# small gradients of q tell in the first update.
NAMED_RUNGS = {
    "other batches": "1 data",
    "one layer unfrozen": "2 model",
    "default rope theta": "3 logits",
    "pad in loss": "4 loss",
    "shifted labels": "4 loss",
    "scale 20 instead of 2": "5 gradients",
    "missing clip": "6 first update",
    "bias correction off": "6 first update",
    "no decay": "6 first update",
    "schedule off by one": "7 training",
}
ON_MLX = ("bias correction off",)
"""torch's AdamW cannot leave the correction out; MLX leaves it out unless told."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Order:
    return base_order(tmp_path_factory.mktemp("parity"), cache)


@pytest.fixture(scope="module")
def torch(
    base: Order, cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Trace]:
    orders = {"base": base} | {name: order for name, order in defects(base).items() if name not in ON_MLX}
    return record(interpreters.torch, "torch-cpu", cache, tmp_path_factory.mktemp("torch"), orders)


@pytest.fixture(scope="module")
def mlx(
    base: Order, cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Trace]:
    orders = {"base": base} | {name: defects(base)[name] for name in ON_MLX}
    return record(interpreters.mlx, "mlx-cpu", cache, tmp_path_factory.mktemp("mlx"), orders)


@pytest.fixture(scope="module")
def golden() -> Trace:
    return read_trace(GOLDEN)


def equal(ours: Trace, theirs: Trace) -> None:
    rungs = climb(ours, theirs)
    assert [rung.name for rung in rungs] == list(RUNGS)
    assert first_failure(rungs) is None, f"\n{draw(rungs)}"


def test_torch_and_mlx_do_the_same_work(torch: dict[str, Trace], mlx: dict[str, Trace]) -> None:
    equal(torch["base"], mlx["base"])


def test_torch_agrees_with_the_float64_trace(torch: dict[str, Trace], golden: Trace) -> None:
    equal(golden, torch["base"])


def test_mlx_agrees_with_the_float64_trace(mlx: dict[str, Trace], golden: Trace) -> None:
    equal(golden, mlx["base"])


def test_the_float64_trace_is_of_this_order(golden: Trace, base: Order) -> None:
    assert golden.precision == "float64"
    assert golden.work_hash == golden_order(base).work_hash, "record it anew: python tests/ladder.py"


def test_the_traced_work_has_what_the_ladder_is_to_find(golden: Trace, base: Order) -> None:
    """Twenty steps that move; a clip that bites in every step; padding; a loss that is not yet learnt."""
    assert len(golden.losses) == len(golden.total_norms) == 20
    assert min(golden.total_norms) > base.work["optimiser"]["clip"]
    assert golden.first_loss == pytest.approx(math.log(4096), abs=0.2)
    assert golden.groups["q_proj.lora_A"].trained == 4 * 2 * 256
    assert all(any(values) for values in golden.first_update.values())


@pytest.mark.parametrize("defect", NAMED_RUNGS)
def test_a_defect_is_found_at_its_rung(
    defect: str, torch: dict[str, Trace], mlx: dict[str, Trace], golden: Trace
) -> None:
    """Against the other framework and against the float64 trace alike."""
    defective, other = (mlx, torch["base"]) if defect in ON_MLX else (torch, mlx["base"])
    for sound in (other, golden):
        rungs = climb(sound, defective[defect])
        failure = first_failure(rungs)
        assert failure is not None
        assert failure.name == NAMED_RUNGS[defect], f"\n{draw(rungs)}"


def test_every_defect_is_tried(base: Order) -> None:
    assert set(defects(base)) == set(NAMED_RUNGS)


def test_the_command_compares_two_files(torch: dict[str, Trace], tmp_path: Path) -> None:
    sound, defective = tmp_path / "sound.trace", tmp_path / "defective.trace"
    write_trace(sound, torch["base"])
    write_trace(defective, torch["scale 20 instead of 2"])
    same = harness("parity", "compare", GOLDEN, sound)
    assert (same.returncode, same.stdout.splitlines()[-1]) == (0, "the two did the same work")
    other = harness("parity", "compare", GOLDEN, defective)
    assert (other.returncode, other.stdout.splitlines()[-1]) == (5, "they differ first at rung 5 gradients")
    broken = tmp_path / "broken.trace"
    broken.write_text("{}")
    assert harness("parity", "compare", GOLDEN, broken).returncode == 2


@pytest.mark.parametrize(
    "spoilt",
    [
        {"first_loss": math.nan},
        {"logits": ()},
        {"losses": (8.0,) * 19},
        {"gradient_norms": {}},
        {"total_norms": (math.nan,) * 20},
        {"total_norms": ()},
        {"trained": {}},
        {"first_update": {"q_proj.lora_A": (0.0,) * 64}},
        {"groups": {}},
    ],
    ids=str,
)
def test_what_is_missing_or_no_number_is_a_difference(golden: Trace, spoilt: dict[str, object]) -> None:
    for pair in ((golden, replace(golden, **spoilt)), (replace(golden, **spoilt), golden)):
        assert first_failure(climb(*pair)) is not None
