"""Work that differs from a ladder's in one thing each: what an order can ask for and must not go unseen."""

from dataclasses import replace

from finetune_bench.order import Order, trainable_hash
from finetune_bench.workloads import llama, qwen3, sft_dolly_qwen3
from finetune_bench.workloads.lora_alpaca_tinyllama import SHAPES
from finetune_bench.workloads.training_work import parameter_count
from support import changed

UNFROZEN = "model.layers.1.self_attn.o_proj.weight"


def common(base: Order) -> dict[str, Order]:
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


def lora_defects(base: Order, _: Order) -> dict[str, Order]:
    work = base.work
    lora = llama.Lora(rank=int(work["lora"]["rank"]), scale=2.0, targets=tuple(work["lora"]["targets"]))
    shapes = dict(llama.adapter_tensors(SHAPES["tiny"], lora))
    shapes[UNFROZEN] = (256, 256)
    unfrozen = {"also": [UNFROZEN], "parameters": parameter_count(shapes.items()), "hash": trainable_hash(shapes)}
    return common(base) | {
        "one layer unfrozen": changed(base, trainable=work["trainable"] | unfrozen),
        "default rope theta": changed(base, model=work["model"] | {"rope_theta": 10_000.0}),
        "pad in loss": changed(base, loss=work["loss"] | {"mask": "all"}),
        "shifted labels": changed(base, loss=work["loss"] | {"shift": 2}),
        "scale 20 instead of 2": changed(base, lora=work["lora"] | {"scale": 20.0}),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }


def nli_defects(base: Order, other: Order) -> dict[str, Order]:
    work = base.work
    other_weights = changed(base, weights=other.work["weights"])
    return common(base) | {
        "other weights": replace(other_weights, files=base.files | {"weights": other.files["weights"]}),
        "norm's epsilon": changed(base, model=work["model"] | {"norm_eps": 1e-3}),
        "other heads": changed(base, model=work["model"] | {"heads": 4}),
        "two rows missing": changed(base, batches=[batch[:-2] for batch in work["batches"]]),
        "dropout": changed(base, dropout=0.1),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }


def lm_defects(base: Order, other: Order) -> dict[str, Order]:
    work = base.work
    other_weights = changed(base, weights=other.work["weights"])
    return common(base) | {
        "other weights": replace(other_weights, files=base.files | {"weights": other.files["weights"]}),
        "overlapping windows": changed(base, data=work["data"] | {"stride": 7}),
        "other heads": changed(base, model=work["model"] | {"heads": 2}),
        "shifted labels": changed(base, loss=work["loss"] | {"shift": 0}),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }


def sft_defects(base: Order, _: Order) -> dict[str, Order]:
    work = base.work
    shape = replace(sft_dolly_qwen3.SHAPES["tiny"], tied=True)
    shapes = qwen3.trained_tensors(shape, 3)
    one_more = {"parameters": parameter_count(shapes.items()), "hash": trainable_hash(shapes)}
    return common(base) | {
        "one block more": changed(base, trained_blocks=3, trainable=work["trainable"] | one_more),
        "default rope theta": changed(base, model=work["model"] | {"rope_theta": 10_000.0}),
        "pad in loss": changed(base, loss=work["loss"] | {"mask": "all"}),
        "shifted labels": changed(base, loss=work["loss"] | {"shift": 2}),
        "missing clip": changed(base, optimiser=work["optimiser"] | {"clip": None}),
    }
