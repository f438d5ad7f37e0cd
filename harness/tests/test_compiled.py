"""Compiled steps: traced once, with the kernels that are quick, and in no clock but that of their own phase."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import HARNESS, LM, LORA, NLI, SFT, SMALL, Interpreters, environment, prepare

ASKED = {
    LORA: {"precision": "mixed", "dropout": 0.1},
    LM: {"precision": "mixed", "validation_tokens": 41},  # the last batch has a shape of its own
    NLI: {},
    SFT: {"precision": "mixed"},
}
COMPILED = (LORA, LM)


@pytest.fixture(scope="module")
def told(cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("compiled")
    orders = [prepare(folder, cache, name, SMALL[name] | asked, preset="tuned") for name, asked in ASKED.items()]
    command = [interpreters.torch, HARNESS / "tests" / "compiled_steps.py", cache, *orders]
    variables = environment(TORCHINDUCTOR_CACHE_DIR=str(folder / "kernels"), TORCHINDUCTOR_COMPILE_THREADS="1")
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("workload", COMPILED)
def test_a_step_is_compiled_once_and_a_validation_before_its_clock(told: dict[str, Any], workload: str) -> None:
    compiled = told["compiled"][workload]
    assert set(compiled["graphs"]) == {1}
    assert compiled["phases"]["compile_validation"] >= 1
    assert compiled["phases"]["evaluate"] == 0


@pytest.mark.parametrize("workload", COMPILED)
def test_logits_do_not_leave_a_compiled_step(told: dict[str, Any], workload: str) -> None:
    """Only the loss: 4 bytes for each token of the vocabulary at every place are written and read no more."""
    assert set(told["compiled"][workload]["outputs"]) == {1}


@pytest.mark.parametrize("workload", COMPILED)
def test_attention_is_causal_without_a_mask(told: dict[str, Any], workload: str) -> None:
    """A mask rules out flash attention. transformers' own makes one in whatever is compiled."""
    attention = told["compiled"][workload]["attention"]
    assert attention
    assert all(call == [True, True] for call in attention)


@pytest.mark.parametrize("workload", ASKED)
def test_nothing_of_a_step_lies_on_the_processor(told: dict[str, Any], workload: str) -> None:
    assert told["elsewhere"][workload] == ["cuda"]


def test_no_float64_reaches_a_device(told: dict[str, Any]) -> None:
    """Apple's has none, and refuses it."""
    assert told["wide"] == []


def test_the_time_of_kernels_is_counted_once(told: dict[str, Any]) -> None:
    assert told["kernels_us"] == 3.0


def test_a_machine_that_cannot_compile_is_told_why(told: dict[str, Any]) -> None:
    assert told["without a compiler"].startswith("torch.compile cannot: ")
    assert "C++ compiler" in told["without a compiler"]
    assert told["sound"] is None
    assert told["wrong"] == "what torch.compile makes computes wrongly"


ON_MLX = {
    LM: {"precision": "mixed", "dropout": 0.1, "accumulation": 2},
    LORA: {"precision": "mixed", "dropout": 0.1},
    NLI: {"dropout": 0.1, "accumulation": 2, "clip": 0.5},
    SFT: {"precision": "bfloat16", "padding": "length", "checkpointing": True},
    f"{SFT} packed": {"precision": "mixed"},
}
EVERY_DAY = (LM,)


@pytest.mark.skipif(shutil.which("c++") is None, reason="no C++ compiler, with which MLX compiles on a processor")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in EVERY_DAY else [pytest.mark.nightly]) for name in ON_MLX]
)
def test_mlx_computes_the_same_compiled_and_traces_no_step_twice(
    cache: Path, interpreters: Interpreters, tmp_path: Path, name: str
) -> None:
    """With masters and values that are dropped: the state of a step is that of the one before."""
    workload = name.split()[0]
    order = prepare(tmp_path, cache, workload, SMALL[workload] | ON_MLX[name] | {"steps": 3}, preset="tuned")
    command = [interpreters.mlx, HARNESS / "tests" / "compiled_mlx.py", cache, order]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    plain, compiled = told["plain"], told["compiled"]
    assert compiled["numbers"] == plain["numbers"]
    assert compiled["validation"] == plain["validation"]
    first, *others = compiled["traces"]
    assert set(others) == {first}, "once for the first micro-batch, once for those that are added to it"
    assert first == 2 < plain["traces"][-1]
