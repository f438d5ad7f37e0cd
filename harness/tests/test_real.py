"""The real size on a processor, end to end, with the one workload that is small enough for every day."""

import math
from pathlib import Path

import pytest

from finetune_bench.order import read_order
from support import CPU_BACKENDS, NLI, Interpreters, Run, prepare, run

STEPS = 4
FEW = {"rows": 64, "steps": STEPS, "validation_rows": 16}


@pytest.fixture(scope="module")
def runs(cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    folder = tmp_path_factory.mktemp("real")
    order = prepare(folder, cache, NLI, FEW, size="real")
    assert read_order(order).work["trainable"]["parameters"] == 4_387_459
    return {name: run(interpreters.of(name), order, name, cache, folder) for name in CPU_BACKENDS}


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_bert_tiny_trains_in_its_published_size(runs: dict[str, Run], backend: str) -> None:
    done = runs[backend]
    assert done.exit_code == 0, done.stderr
    steps = done.of("step")
    assert len(steps) == STEPS
    assert {step["tokens_padded"] for step in steps} == {2 * 8 * 128}
    assert [step["model_flop"] for step in steps] == pytest.approx([5.64e9] * STEPS, rel=1e-3)


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_a_real_run_probes_the_processor_before_its_steps(runs: dict[str, Run], backend: str) -> None:
    events = runs[backend].events
    probe = next(number for number, line in enumerate(events) if line["event"] == "gemm")
    first = next(number for number, line in enumerate(events) if line["event"] == "step")
    assert probe < first
    phases = {phase["name"]: phase["duration_s"] for phase in runs[backend].of("phase")}
    assert phases["gemm_probe"] > 1.5


def test_both_frameworks_lose_as_much(runs: dict[str, Run]) -> None:
    """Within the gate for the real size: 1e-4 nat."""
    losses = [[step["loss"] for step in runs[name].of("step")] for name in CPU_BACKENDS]
    assert losses[0] == pytest.approx(losses[1], abs=1e-4)
    assert losses[0] == pytest.approx([math.log(3)] * STEPS, abs=0.2)
