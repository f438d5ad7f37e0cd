"""The orders of the parity tests, and how their traces are recorded.

python tests/ladder.py [WORKLOAD…]      records tests/golden/WORKLOAD.trace anew, in float64 on torch; all without names
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from finetune_bench.order import Order, WeightsRecipe, read_order, trainable_hash
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.trace import Trace, read_trace
from finetune_bench.weights import write_initial_weights
from finetune_bench.workloads import llama, qwen3, sft_dolly_qwen3
from finetune_bench.workloads.lora_alpaca_tinyllama import SHAPES
from finetune_bench.workloads.training_work import parameter_count
from support import HARNESS, LM, LORA, NLI, PYTHON_VARIABLES, SFT, changed, environment, prepare, write_order

UNFROZEN = "model.layers.1.self_attn.o_proj.weight"

# Decay and learning rate are large so that one step's decay shows in float32, and the rate falls so that a schedule
# that is off by one shows.
FAST = {"learning_rate": 5e-4, "weight_decay": 1.0, "schedule": "linear"}
GENTLE = FAST | {"learning_rate": 1e-4}


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
    faults: Mapping[str, str]
    """Faults of `torch_faults`, in one step."""
    std: float | None = None
    """The standard deviation of the weights, where it is not the workload's."""

    @property
    def golden(self) -> Path:
        return HARNESS / "tests" / "golden" / f"{self.workload}.trace"

    def base_order(self, folder: Path, cache: Path, **overrides: Any) -> Order:
        order = read_order(prepare(folder, cache, self.workload, {**self.overrides, **overrides}))
        return order if self.std is None else _with_weights(order, self.std, cache)

    def orders(self, folder: Path, cache: Path) -> dict[str, Order]:
        """The base order under `base`, and those with a defect, which take one step where it must show in one."""
        base = self.base_order(folder, cache)
        defects = self.defects(base, self.base_order(folder, cache, seed=1))
        return {"base": base} | {
            name: order if self.rungs[name] == "7 training" else changed(order, steps=1)
            for name, order in defects.items()
        }


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


def _common(base: Order) -> dict[str, Order]:
    """Defects that any training can have."""
    optimiser = base.work["optimiser"]
    rates = optimiser["learning_rates"]
    return {
        "other batches": changed(base, batches=base.work["batches"][::-1]),
        "bias correction off": changed(base, optimiser=optimiser | {"bias_correction": False}),
        "no decay": changed(base, optimiser=optimiser | {"weight_decay": 0.0}),
        "second moment forgets": changed(base, optimiser=optimiser | {"beta2": 0.99}),
        "schedule off by one": changed(base, optimiser=optimiser | {"learning_rates": [rates[0], *rates[:-1]]}),
    }


COMMON_RUNGS = {
    "other batches": "1 data",
    "bias correction off": "6 first update",
    "no decay": "6 first update",
    "second moment forgets": "7 training",
    "schedule off by one": "7 training",
}


def _lora_defects(base: Order, _: Order) -> dict[str, Order]:
    work = base.work
    lora = llama.Lora(rank=int(work["lora"]["rank"]), scale=2.0, targets=tuple(work["lora"]["targets"]))
    shapes = dict(llama.adapter_tensors(SHAPES["tiny"], lora))
    shapes[UNFROZEN] = (256, 256)
    unfrozen = {"also": [UNFROZEN], "parameters": parameter_count(shapes.items()), "hash": trainable_hash(shapes)}
    return _common(base) | {
        "one layer unfrozen": changed(base, trainable=work["trainable"] | unfrozen),
        "default rope theta": changed(base, model=work["model"] | {"rope_theta": 10_000.0}),
        "pad in loss": changed(base, loss=work["loss"] | {"mask": "all"}),
        "shifted labels": changed(base, loss=work["loss"] | {"shift": 2}),
        "scale 20 instead of 2": changed(base, lora=work["lora"] | {"scale": 20.0}),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }


def _nli_defects(base: Order, other: Order) -> dict[str, Order]:
    work = base.work
    other_weights = changed(base, weights=other.work["weights"])
    return _common(base) | {
        "other weights": replace(other_weights, files=base.files | {"weights": other.files["weights"]}),
        "norm's epsilon": changed(base, model=work["model"] | {"norm_eps": 1e-3}),
        "other heads": changed(base, model=work["model"] | {"heads": 4}),
        "two rows missing": changed(base, batches=[batch[:-2] for batch in work["batches"]]),
        "dropout": changed(base, dropout=0.1),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }


def _lm_defects(base: Order, other: Order) -> dict[str, Order]:
    work = base.work
    other_weights = changed(base, weights=other.work["weights"])
    return _common(base) | {
        "other weights": replace(other_weights, files=base.files | {"weights": other.files["weights"]}),
        "overlapping windows": changed(base, data=work["data"] | {"stride": 7}),
        "other heads": changed(base, model=work["model"] | {"heads": 2}),
        "shifted labels": changed(base, loss=work["loss"] | {"shift": 0}),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }


def _sft_defects(base: Order, _: Order) -> dict[str, Order]:
    work = base.work
    shape = replace(sft_dolly_qwen3.SHAPES["tiny"], tied=True)
    shapes = qwen3.trained_tensors(shape, 3)
    one_more = {"parameters": parameter_count(shapes.items()), "hash": trainable_hash(shapes)}
    return _common(base) | {
        "one block more": changed(base, trained_blocks=3, trainable=work["trainable"] | one_more),
        "default rope theta": changed(base, model=work["model"] | {"rope_theta": 10_000.0}),
        "pad in loss": changed(base, loss=work["loss"] | {"mask": "all"}),
        "shifted labels": changed(base, loss=work["loss"] | {"shift": 2}),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }


LADDERS: Sequence[Ladder] = (
    Ladder(
        workload=LORA,
        overrides=FAST | {"rows": 160, "max_length": 8},
        defects=_lora_defects,
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
        faults={"attention-scale": "3 logits", "last-micro-batch": "4 loss"},
    ),
    Ladder(
        workload=LM,
        overrides=FAST
        | {"tokens": 961, "context": 12, "batch_size": 2, "accumulation": 2, "lr_warmup_steps": 0, "clip": 0.5},
        defects=_lm_defects,
        rungs=COMMON_RUNGS
        | {
            "other weights": "2 model",
            "overlapping windows": "1 data",
            "other heads": "3 logits",
            "shifted labels": "4 loss",
            "missing clip": "6 first update",
        },
        faults={"attention-scale": "3 logits", "last-micro-batch": "4 loss"},
    ),
    # With the workload's weights, a fifth as large, GELU is a line and all places weigh alike in attention: neither the
    # approximation of the one nor the scale of the other would show.
    Ladder(
        workload=NLI,
        overrides=GENTLE | {"rows": 160, "max_length": 24, "batch_size": 4, "accumulation": 2, "clip": 0.2},
        std=0.1,
        defects=_nli_defects,
        rungs=COMMON_RUNGS
        | {
            "other weights": "2 model",
            "norm's epsilon": "3 logits",
            "other heads": "3 logits",
            "two rows missing": "1 data",
            "dropout": "3 logits",
            "missing clip": "6 first update",
        },
        faults={"attention-scale": "3 logits", "tanh-gelu": "3 logits", "last-micro-batch": "4 loss"},
    ),
    # The last blocks and the head, which is tied: gradients pass all of the model, and most of it stays as it is.
    Ladder(
        workload=SFT,
        overrides=GENTLE | {"rows": 160, "max_length": 8, "trained_blocks": 2, "checkpointing": True, "clip": 0.3},
        defects=_sft_defects,
        rungs=COMMON_RUNGS
        | {
            "one block more": "2 model",
            "default rope theta": "3 logits",
            "pad in loss": "4 loss",
            "shifted labels": "4 loss",
            "missing clip": "6 first update",
        },
        faults={"attention-scale": "3 logits", "last-micro-batch": "4 loss"},
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
