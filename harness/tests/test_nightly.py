"""What is too long for every day: one step of the real size, and labels that are learnt. Some 10 GB of memory, 5 GB of
disk, a few minutes.

pytest harness -m nightly
"""

import json
import math
import subprocess
from pathlib import Path

import pytest

from finetune_bench.order import read_order
from support import (
    HARNESS,
    LORA,
    NLI,
    Interpreters,
    environment,
    harness,
    prepare,
    read_events,
    request,
    run_arguments,
    write_json,
)


@pytest.mark.nightly
def test_one_step_of_the_real_size_trains_281600_parameters(tmp_path: Path, interpreters: Interpreters) -> None:
    cache = tmp_path / "cache"
    try:
        order = prepare_real(tmp_path, cache)
        assert read_order(order).work["steps"] == 1
        script = HARNESS / "tests" / "count_parameters.py"
        command = [interpreters.torch, script, order, "torch-cpu", cache]
        counted = subprocess.run(
            list(map(str, command)), env=environment(), capture_output=True, text=True, timeout=600, check=False
        )
        assert counted.returncode == 0, counted.stderr
        assert json.loads(counted.stdout) == {"all": 1_100_048_384 + 281_600, "trained": 281_600}

        events = tmp_path / "events.jsonl"
        done = harness(*run_arguments(order, "torch-cpu", events, cache), python=interpreters.torch, timeout=1200)
        assert done.returncode == 0, done.stderr
        lines, problem = read_events(events.read_bytes())
        assert problem is None
        (step,) = [line for line in lines if line["event"] == "step"]
        assert step["phase"] == "timed"
        assert step["tokens_padded"] == 8 * 128
        assert step["loss"] == pytest.approx(math.log(32_000), abs=0.5)
        assert 0 < step["grad_norm"] < 100
        for line in lines:
            print(line)
    finally:
        for file in cache.glob("*.safetensors"):
            file.unlink()


@pytest.mark.nightly
def test_the_planted_labels_can_be_learnt(tmp_path: Path, cache: Path, interpreters: Interpreters) -> None:
    """500 steps, after which 43 % of 512 labels were right; a guess gets a third of them, within 4 %."""
    asked = {"rows": 16_000, "batch_size": 32, "learning_rate": 1e-3, "validation_rows": 512}
    order = prepare(tmp_path, cache, NLI, asked)
    events = tmp_path / "events.jsonl"
    done = harness(*run_arguments(order, "torch-cpu", events, cache), python=interpreters.torch, timeout=1200)
    assert done.returncode == 0, done.stderr
    lines, _ = read_events(events.read_bytes())
    assert sum(line["event"] == "step" for line in lines) == 500
    (accuracy,) = (line["value"] for line in lines if line.get("name") == "validation_accuracy")
    assert accuracy > 0.39


def prepare_real(folder: Path, cache: Path) -> Path:
    """One optimiser step of two micro-batches, and one validation row."""
    asked = request(LORA, {"rows": 8, "validation_rows": 1}, size="real")
    result = folder / "prepared.json"
    places = ["--cache", cache, "--out", folder, "--result", result]
    done = harness("prepare", write_json(folder / "request.json", asked), *places, timeout=1200)
    assert done.returncode == 0, done.stderr
    return Path(json.loads(result.read_text())["order"])
