"""MLX computes when it is asked to: nothing is left to the next clock, and every type is the one that is promised.

The mutation is an `mx.eval` that does nothing: with it most of this work must be left, else it would not be seen here.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import CONVERT, HARNESS, LORA, SFT, SMALL, Interpreters, environment, prepare

ASKED = {
    "mixed": (SFT, {"precision": "mixed", "accumulation": 2, "checkpointing": True}),
    "bfloat16": (SFT, {"precision": "bfloat16", "trained_blocks": 1}),
    "float32": (LORA, {}),
}
CLOCKS = ("load_weights", "optimiser", "data", "fetch", "between micro-batches", "step")


@pytest.fixture(scope="module")
def told(cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("left")
    orders = [prepare(folder, cache, name, SMALL[name] | asked) for name, asked in ASKED.values()]
    convert = prepare(folder, cache, CONVERT, {"layout": "meta"})
    command = [interpreters.mlx, HARNESS / "tests" / "left_by_mlx.py", cache, *orders, convert]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for one in told.values():
        one["training"] = dict(zip(ASKED, one["training"].values(), strict=False))
    return told


@pytest.mark.parametrize("precision", ASKED)
def test_a_step_and_every_phase_before_it_leave_nothing_to_compute(told: dict[str, Any], precision: str) -> None:
    """Else the update of a step would be measured with the step after it, and reading the weights with the first."""
    left = told["sound"]["training"][precision]["left"]
    assert {name: left[name] for name in CLOCKS} == dict.fromkeys(CLOCKS, 0)


@pytest.mark.parametrize("clock", ["load_weights", "optimiser", "between micro-batches", "step"])
def test_what_is_left_would_be_seen(told: dict[str, Any], clock: str) -> None:
    assert told["blind"]["training"]["mixed"]["left"][clock] > 0


def test_the_ids_of_the_largest_vocabulary_arrive(told: dict[str, Any]) -> None:
    """Larger than any of `tiny`."""
    assert told["sound"]["training"]["mixed"]["placed"] == [[[0, 151_935]]] * 2


def test_a_conversion_and_each_half_of_the_products_leave_nothing_to_compute(told: dict[str, Any]) -> None:
    assert (told["sound"]["conversion"], told["sound"]["half"]) == (0, 0)
    assert told["blind"]["conversion"] > 0
    assert told["blind"]["half"] == 3


def test_mixed_precision_computes_in_bfloat16_and_adds_in_float32(told: dict[str, Any]) -> None:
    types = {precision: told["sound"]["training"][precision]["types"] for precision in ASKED}
    everywhere = {name: ["float32"] for name in ("model", "moved", "gradients", "moments")}
    assert types["float32"] == everywhere
    assert types["mixed"] == everywhere | {"model": ["bfloat16"]}
    assert types["bfloat16"] == {name: ["bfloat16"] for name in everywhere}
