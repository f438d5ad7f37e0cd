"""The orders of the parity tests, and how their traces are recorded.

python tests/ladder.py      records tests/golden/lora-alpaca-tinyllama.trace anew, in float64 on torch
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from finetune_bench.order import Order, read_order, trainable_hash
from finetune_bench.trace import Trace, read_trace
from finetune_bench.workloads import llama
from finetune_bench.workloads.lora_alpaca_tinyllama import SHAPES, TARGETS
from support import HARNESS, LORA, PYTHON_VARIABLES, changed, environment, prepare, write_order

GOLDEN = HARNESS / "tests" / "golden" / f"{LORA}.trace"
UNFROZEN = "model.layers.1.self_attn.o_proj.weight"

# Twenty steps. Decay and learning rate are large so that one step's decay shows in float32, and the rate falls so that
# a schedule that is off by one shows.
OVERRIDES = {"rows": 160, "max_length": 8, "learning_rate": 5e-4, "weight_decay": 1.0, "schedule": "linear"}


def base_order(folder: Path, cache: Path) -> Order:
    return read_order(prepare(folder, cache, LORA, OVERRIDES))


def golden_order(base: Order) -> Order:
    """The same work in float64."""
    return changed(base, precision={"weights": "float64", "compute": "float64", "tf32": False})


def defects(base: Order) -> dict[str, Order]:
    """The base order with one defect each: work that is nearly the same and must be told apart."""
    work = base.work
    shapes = dict(llama.adapter_tensors(SHAPES["tiny"], _lora(work["lora"])))
    shapes[UNFROZEN] = (256, 256)
    unfrozen = {"also": [UNFROZEN], "parameters": llama.parameter_count(shapes.items()), "hash": trainable_hash(shapes)}
    return {
        "other batches": changed(base, batches=work["batches"][::-1]),
        "one layer unfrozen": changed(base, trainable=work["trainable"] | unfrozen),
        "default rope theta": changed(base, model=work["model"] | {"rope_theta": 10_000.0}),
        "pad in loss": changed(base, loss=work["loss"] | {"mask": "all"}),
        "shifted labels": changed(base, loss=work["loss"] | {"shift": 2}),
        "scale 20 instead of 2": changed(base, lora=work["lora"] | {"scale": 20.0}),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
        "bias correction off": changed(base, optimiser=work["optimiser"] | {"bias_correction": False}),
        "no decay": changed(base, optimiser=work["optimiser"] | {"weight_decay": 0.0}),
        "schedule off by one": changed(base, optimiser=work["optimiser"] | {"learning_rates": _late(work)}),
    }


def _lora(value: Mapping[str, object]) -> llama.Lora:
    return llama.Lora(rank=int(str(value["rank"])), scale=2.0, targets=TARGETS)


def _late(work: Mapping[str, dict[str, list[float]]]) -> list[float]:
    rates = work["optimiser"]["learning_rates"]
    return [rates[0], *rates[:-1]]


def record(python: str, backend: str, cache: Path, folder: Path, orders: Mapping[str, Order]) -> dict[str, Trace]:
    """The traces of several orders, recorded by one process."""
    folder.mkdir(exist_ok=True)
    paths = {name: write_order(folder, order) for name, order in orders.items()}
    command = [python, HARNESS / "tests" / "record_traces.py", backend, cache, *paths.values()]
    done = subprocess.run(
        [str(word) for word in command], env=environment(), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return {name: read_trace(path.with_suffix(f".{backend}.trace")) for name, path in paths.items()}


def main() -> None:
    python = os.environ.get(PYTHON_VARIABLES["torch"], sys.executable)
    with tempfile.TemporaryDirectory() as scratch:
        folder, cache = Path(scratch), Path(scratch) / "cache"
        order = golden_order(base_order(folder, cache))
        record(python, "torch-cpu", cache, folder, {"golden": order})
        shutil.copy(folder / f"{order.work_hash}.torch-cpu.trace", GOLDEN)


if __name__ == "__main__":
    main()
