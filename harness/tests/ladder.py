"""The orders of the parity tests, and how their traces are recorded.

python tests/ladder.py [WORKLOAD…]      records tests/golden/WORKLOAD.trace anew, in float64 on torch; all without names
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from defects import COMMON_RUNGS, lm_defects, lora_defects, nli_defects, sft_defects
from finetune_bench.order import Order, WeightsRecipe, read_order
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.trace import Trace, read_trace
from finetune_bench.weights import write_initial_weights
from support import HARNESS, LM, LORA, NLI, PYTHON_VARIABLES, SFT, changed, environment, prepare, write_order

# Decay and learning rate are large so that one step's decay shows in float32, and the rate falls so that a schedule
# that is off by one shows.
FAST = {"learning_rate": 5e-4, "weight_decay": 1.0, "schedule": "linear"}
GENTLE = FAST | {"learning_rate": 1e-4}


DROPPING = {"torch": ("dropped-by-place",), "mlx": ("dropped-by-place", "one-module-drops-nothing")}


@dataclass(frozen=True)
class Ladder:
    """The work that one workload is proven with: twenty steps of it, and the same with one defect each.

    `rungs` says where each defect must show first, and `faults` where faults of code must.
    """

    workload: str
    overrides: Mapping[str, Any]
    defects: Callable[[Order, Order], Mapping[str, Order]]
    """(order, the same with other weights) → defective orders"""
    rungs: Mapping[str, str]
    faults: Mapping[str, Mapping[str, str]]
    """By framework: faults of `torch_faults` and of `mlx_faults`."""
    std: float | None = None
    """The standard deviation of the weights, where it is not the workload's."""
    model: Mapping[str, float] = field(default_factory=dict)
    """Settings of the model, where they are not the workload's."""

    @property
    def golden(self) -> Path:
        return HARNESS / "tests" / "golden" / f"{self.workload}.trace"

    def base_order(self, folder: Path, cache: Path, **overrides: Any) -> Order:
        order = read_order(prepare(folder, cache, self.workload, {**self.overrides, **overrides}))
        order = changed(order, model=order.work["model"] | self.model)
        return order if self.std is None else _with_weights(order, self.std, cache)

    def orders(self, folder: Path, cache: Path) -> dict[str, Order]:
        """The base order under `base`, and those with a defect, which take one step where it must show in one."""
        base = self.base_order(folder, cache)
        defects = self.defects(base, self.base_order(folder, cache, seed=1))
        return {"base": base} | {name: _as_long_as(self.rungs[name], order) for name, order in defects.items()}

    def faulty(self, framework: str, base: Order) -> dict[str, Order]:
        """The orders that the faults of one framework are put into, and those in which it drops values by place."""
        dropping = DROPPING[framework] if "dropout" in base.work else ()
        return {name: _as_long_as(rung, base) for name, rung in self.faults[framework].items()} | {
            name: changed(base, dropout=0.25, steps=1) for name in dropping
        }


def _as_long_as(rung: str, order: Order) -> Order:
    """All steps where a defect shows in training alone, else one."""
    return order if rung == "7 training" else changed(order, steps=1)


def _with_weights(order: Order, std: float, cache: Path) -> Order:
    """The same work from weights of another standard deviation."""
    weights, file = order.work["weights"], order.files["weights"]
    recipe = weights["recipe"] | {"std": std}
    shapes = StoredTensors([cache / file], "weights of the workload").shapes
    sha256 = write_initial_weights(cache / f"bold-{file}", shapes, WeightsRecipe(**recipe))
    bold = changed(order, weights=weights | {"recipe": recipe, "sha256": sha256})
    return replace(bold, files=order.files | {"weights": f"bold-{file}"})


def golden_order(base: Order) -> Order:
    """The same work in float64."""
    return changed(base, precision={"weights": "float64", "compute": "float64", "tf32": False})


LADDERS: Sequence[Ladder] = (
    Ladder(
        workload=LORA,
        overrides=FAST | {"rows": 160, "max_length": 8},
        defects=lora_defects,
        # The clip scales every gradient alike, which Adam undoes but for its eps: the small gradients of q tell in the
        # first update.
        rungs=COMMON_RUNGS
        | {
            "one layer unfrozen": "2 model",
            "default rope theta": "3 logits",
            "pad in loss": "4 loss",
            "shifted labels": "4 loss",
            "scale 20 instead of 2": "5 gradients",
            "missing clip": "6 first update",
        },
        faults={
            "torch": {"attention-scale": "3 logits", "last-micro-batch": "4 loss"},
            "mlx": {
                "attention-scale": "3 logits",
                "rope-of-neighbours": "3 logits",
                "padding-in-the-loss": "4 loss",
                "scale-not-divided": "5 gradients",
                "adapters-as-mlx-draws-them": "5 gradients",
            },
        },
    ),
    # Gradients are clipped in some steps and not in others: who scales all of them does as well in every other ladder.
    Ladder(
        workload=LM,
        overrides=FAST
        | {"tokens": 961, "context": 12, "batch_size": 2, "accumulation": 2, "lr_warmup_steps": 0, "clip": 3.0},
        model={"norm_eps": 1e-4},  # not the libraries' default
        defects=lm_defects,
        rungs=COMMON_RUNGS
        | {
            "other weights": "2 model",
            "overlapping windows": "1 data",
            "other heads": "3 logits",
            "shifted labels": "4 loss",
            "missing clip": "6 first update",
        },
        faults={
            "torch": {"attention-scale": "3 logits", "last-micro-batch": "4 loss"},
            "mlx": {
                "attention-scale": "3 logits",
                "default-epsilon": "3 logits",
                "last-micro-batch": "4 loss",
                "gradients-of-the-last-micro-batch": "5 gradients",
                "decay-of-matrices-alone": "6 first update",
                "rate-of-the-step-before": "6 first update",
                "clip-that-scales-up": "7 training",
            },
        },
    ),
    # With the workload's weights, a fifth as large, GELU is a line and all places weigh alike in attention: neither the
    # approximation of the one nor the scale of the other would show. Nor would the workload's epsilon, 1e-12, tell from
    # the libraries' default in a norm of values around 1.
    Ladder(
        workload=NLI,
        overrides=GENTLE | {"rows": 160, "max_length": 24, "batch_size": 4, "accumulation": 2, "clip": 0.2},
        std=0.1,
        model={"norm_eps": 1e-2},
        defects=nli_defects,
        rungs=COMMON_RUNGS
        | {
            "other weights": "2 model",
            "norm's epsilon": "3 logits",
            "other heads": "3 logits",
            "two rows missing": "1 data",
            "dropout": "3 logits",
            "missing clip": "6 first update",
        },
        faults={
            "torch": {"attention-scale": "3 logits", "tanh-gelu": "3 logits", "last-micro-batch": "4 loss"},
            "mlx": {
                "attention-scale": "3 logits",
                "tanh-gelu": "3 logits",
                "default-epsilon": "3 logits",
                "smoothed-labels": "4 loss",
                "last-micro-batch": "4 loss",
            },
        },
    ),
    # The last blocks and the head, which is tied: gradients pass all of the model, and most of it stays as it is.
    Ladder(
        workload=SFT,
        overrides=GENTLE | {"rows": 160, "max_length": 8, "trained_blocks": 2, "checkpointing": True, "clip": 0.3},
        defects=sft_defects,
        rungs=COMMON_RUNGS
        | {
            "one block more": "2 model",
            "default rope theta": "3 logits",
            "pad in loss": "4 loss",
            "shifted labels": "4 loss",
            "missing clip": "6 first update",
        },
        faults={
            "torch": {"attention-scale": "3 logits", "last-micro-batch": "4 loss"},
            "mlx": {
                "heads-in-turn": "3 logits",
                "rounded-logits": "4 loss",
                "epsilon-inside-the-root": "6 first update",
            },
        },
    ),
)

ON_MLX = ("bias correction off",)
"""torch's AdamW cannot leave the correction out; MLX leaves it out unless told."""


def record(
    python: str,
    backend: str,
    cache: Path,
    folder: Path,
    orders: Mapping[Any, Order],
    faults: Mapping[Any, str] | None = None,
) -> dict[Any, Trace]:
    """The traces of several orders, recorded by one process; `faults` names those that are put into some of them."""
    folder.mkdir(exist_ok=True)
    paths = {name: write_order(folder, order) for name, order in orders.items()}
    put = {name: (faults or {}).get(name, "") for name in orders}
    words = [f"{path}{put[name] and f'::{put[name]}'}" for name, path in paths.items()]
    command = [python, HARNESS / "tests" / "record_traces.py", backend, cache, *words]
    done = subprocess.run(
        [str(word) for word in command], env=environment(), capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return {
        name: read_trace(path.with_suffix(f"{put[name] and f'.{put[name]}'}.{backend}.trace"))
        for name, path in paths.items()
    }


def main(names: Sequence[str]) -> None:
    python = os.environ.get(PYTHON_VARIABLES["torch"], sys.executable)
    for ladder in LADDERS:
        if names and ladder.workload not in names:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            folder, cache = Path(scratch), Path(scratch) / "cache"
            order = golden_order(ladder.base_order(folder, cache))
            record(python, "torch-cpu", cache, folder, {"golden": order})
            shutil.copy(folder / f"{order.work_hash}.torch-cpu.trace", ladder.golden)


if __name__ == "__main__":
    main(sys.argv[1:])
