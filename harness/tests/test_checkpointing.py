"""Checkpointing changes no number: only what is computed a second time shows that it happens."""

import json
import subprocess
from pathlib import Path

import pytest

from support import CPU_BACKENDS, SFT, SMALL_SFT, Interpreters, environment, prepare, run

COUNT = """
# Counts how often the feed-forward of a block runs in one step.
import json, sys
from pathlib import Path
from finetune_bench.backends import make_backend
from finetune_bench.order import read_order
from finetune_bench.workloads import find_workload

order, name, cache = sys.argv[1:]
order, backend = read_order(Path(order)), make_backend(name)
task = find_workload(order.workload).open_task(order, backend, Path(cache))
if name.startswith("torch"):
    from transformers.models.qwen3.modeling_qwen3 import Qwen3MLP as Part
    method = "forward"
else:
    from mlx_lm.models.qwen3 import MLP as Part
    method = "__call__"
calls, plain = 0, getattr(Part, method)


def counted(*given, **named):
    global calls
    calls += 1
    return plain(*given, **named)


setattr(Part, method, counted)
for _, prepare in task.preparation():
    prepare()
task.step(0, task.fetch(0))
print(json.dumps(calls))
"""
BLOCKS, MICRO_BATCHES = 4, 2


@pytest.mark.parametrize("backend", CPU_BACKENDS)
@pytest.mark.parametrize(("checkpointing", "times"), [(False, 1), (True, 2)])
def test_every_block_runs_once_or_twice_a_micro_batch(
    cache: Path, interpreters: Interpreters, tmp_path: Path, backend: str, checkpointing: bool, times: int
) -> None:
    order = prepare(tmp_path, cache, SFT, SMALL_SFT | {"checkpointing": checkpointing})
    program = [interpreters.of(backend), "-c", COUNT, str(order), backend, str(cache)]
    ended = subprocess.run(program, capture_output=True, text=True, env=environment(), check=True)
    assert json.loads(ended.stdout) == times * BLOCKS * MICRO_BATCHES


def test_it_saves_memory(cache: Path, interpreters: Interpreters, tmp_path: Path) -> None:
    """Of long rows, whose activations outweigh the model: MLX's allocator tells it on a processor too."""
    peaks = []
    for checkpointing in (False, True):
        long = {"rows": 8, "validation_rows": 1, "max_length": 256, "accumulation": 1, "checkpointing": checkpointing}
        done = run(interpreters.mlx, prepare(tmp_path, cache, SFT, long), "mlx-cpu", cache, tmp_path)
        assert done.exit_code == 0, done.stderr
        peaks.append(next(line["alloc_peak_bytes"] for line in done.of("memory") if line["phase"] == "timed"))
    assert peaks[1] < 0.9 * peaks[0]
