"""`lora-alpaca-tinyllama`: TinyLlama 1.1B, low-rank adapters on q and v, instruction-like rows."""

from functools import partial
from pathlib import Path

from finetune_bench.backends import BACKENDS, Backend, framework_of
from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import Hyperparameter
from finetune_bench.model_shapes import LlamaShape
from finetune_bench.order import Lora, Order, RowLengths
from finetune_bench.structure import from_json
from finetune_bench.tasks import Task
from finetune_bench.workloads import llama
from finetune_bench.workloads.base import MLX, STRICT, TORCH, Cost, Preset, Values, Work, Workload, needed_files
from finetune_bench.workloads.training_values import (
    at_most_steps,
    batch_values,
    bias_correction,
    check_hub_values,
    dropout,
    fetched_bytes,
    hub_values,
    mask,
    number,
    optimiser_values,
    precision,
    validation_rows,
    whole,
)
from finetune_bench.workloads.training_work import TUNED, parameter_count, steps_of

NAME = "lora-alpaca-tinyllama"

SHAPES = {
    "tiny": LlamaShape(
        vocab_size=4096,
        hidden_size=256,
        intermediate_size=704,
        layers=4,
        heads=8,
        kv_heads=2,
        head_dim=32,
        rope_theta=50_000.0,  # not the libraries' default: a setting that is not read must change the logits
        rms_norm_eps=1e-5,
        max_positions=2048,
    ),
    "real": LlamaShape(
        vocab_size=32_000,
        hidden_size=2048,
        intermediate_size=5632,
        layers=22,
        heads=32,
        kv_heads=4,
        head_dim=64,
        rope_theta=10_000.0,
        rms_norm_eps=1e-5,
        max_positions=2048,
    ),
}

# Lengths of the rows. Tiny rows are short because a processor without a fast BLAS does some 100 tokens a second.
TEXTS = {
    "tiny": RowLengths(median=10, sigma=0.6, shortest=4, longest=64),
    "real": RowLengths(median=80, sigma=0.6, shortest=16, longest=128),
}

HYPERPARAMETERS = (
    *batch_values(rows=(184, 1000), batch_size=(4, 4), accumulation=(2, 2), max_length=(16, 128)),
    at_most_steps((0, 0)),
    whole("rank", "rank of the adapters", (2, 2)),
    number("alpha", "adapter scale times rank", (4.0, 4.0)),
    Hyperparameter(
        name="targets",
        type="str",
        help=f"which modules carry an adapter, in every block: some of {', '.join(llama.PROJECTIONS)}",
        tiny="q_proj,v_proj",
        real="q_proj,v_proj",
    ),
    dropout(),
    mask(),
    precision("float32", "float32", "float32; bfloat16 (adapters too); mixed: a bfloat16 base under float32 adapters"),
    *optimiser_values(learning_rate=(5e-5, 5e-5), clip=(0.3, 0.3)),
    bias_correction(),
    validation_rows((8, 32)),
    whole("seed", "seed of weights, adapters, rows and order", (0, 0), minimum=0),
    *hub_values("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "yahma/alpaca-cleaned", "alpaca_data_cleaned.json"),
)


# One side counted padding and dropped values; the other stepped after every micro-batch, in mixed precision, without
# clipping, and left Adam's bias as it was. That side's published model, which was another, is not replayed.
SEED_REPLAY = Preset(
    comparison_class="informative",
    values={"rows": 20},
    sides={
        "torch": {"mask": "all", "dropout": 0.05},
        "mlx": {"accumulation": 1, "clip": 0.0, "bias_correction": False, "precision": "mixed"},
    },
)
PRESET_TUNED = Preset(comparison_class="strict", values={"precision": "mixed"}, tiny={"precision": "float32"})


def check(size: str, values: Values) -> int:
    """The number of optimiser steps; BadInput when the values contradict each other or the model."""
    check_hub_values(values, HYPERPARAMETERS)
    steps = steps_of(values)
    shape = SHAPES[size]
    if values["max_length"] > shape.max_positions:
        raise BadInput(
            f"set.max_length must be at most {shape.max_positions}, the model's positions; got {values['max_length']}"
        )
    modules = llama.adapted_modules(shape, Lora(rank=1, scale=1.0, targets=llama.targets_of(values["targets"])))
    narrowest = min(min(lengths) for _, lengths in modules)
    if values["rank"] > narrowest:
        raise BadInput(f"set.rank must be at most {narrowest}, the narrowest adapted matrix; got {values['rank']}")
    return steps


def make_work(preset: str, size: str, values: Values, cache: Path) -> Work:
    from finetune_bench.workloads.lora_work import LoraModel, make_lora_work
    from finetune_bench.workloads.origin import Origin

    check(size, values)
    origin = Origin(model_type="llama", template="headings-1", lengths=TEXTS[size])
    model = LoraModel(shape=SHAPES[size], origin=origin)
    return make_lora_work(NAME, preset, size, model, values, cache)


def open_task(order: Order, backend: Backend, cache: Path) -> Task:
    from finetune_bench.workloads.lora_saving import saving
    from finetune_bench.workloads.lora_work import LoraWork
    from finetune_bench.workloads.token_rows import TokenRowBatches
    from finetune_bench.workloads.training_task import Batch, TrainingTask

    work = from_json(LoraWork, order.work, "work")
    files = needed_files(order, cache)
    backend.open()
    if framework_of(backend.name) == "torch":
        from finetune_bench.workloads.lora_torch import open_lora, save_adapters
    else:
        from finetune_bench.workloads.lora_mlx import open_lora, save_adapters
    model = open_lora(work, backend, files["weights"], files["adapter"])
    rows = TokenRowBatches(files["data"], work.data, work.pad_length, work.loss)

    def train_flop(batch: Batch) -> float:
        return batch.padded * llama.lora_flop_per_token(work.model, batch.length)

    save = saving(f"{NAME}.{work.preset}.{work.size}.{backend.name}", partial(save_adapters, model))
    return TrainingTask(work, model, rows, train_flop, set_up_phase="adapter", then=save)


def cost(size: str, values: Values) -> Cost:
    """Arithmetic and bytes of one run, after the formulas in `llama`."""
    steps = check(size, values)
    shape, length = SHAPES[size], values["max_length"]
    micro_tokens = values["batch_size"] * length
    base = parameter_count(llama.base_tensors(shape))
    lora = Lora(rank=values["rank"], scale=1.0, targets=llama.targets_of(values["targets"]))
    adapter = parameter_count(llama.adapter_tensors(shape, lora))
    width = 4 if values["precision"] == "float32" else 2
    held = 2 if values["precision"] == "bfloat16" else 4
    rows = values["rows"] + values["validation_rows"]
    return Cost(
        steps=steps,
        step_flop=values["accumulation"] * micro_tokens * llama.lora_flop_per_token(shape, length),
        other_flop=values["validation_rows"] * length * llama.forward_flop_per_token(shape, length),
        download_bytes=fetched_bytes(values, base),
        disk_bytes=4 * (base + adapter) + rows * (4 * length + 8),
        # weights, and four copies of the adapters (weight, gradient, two moments); logits, their softmax and gradient
        memory_bytes=width * base
        + 4 * held * adapter
        + 12 * micro_tokens * shape.vocab_size
        + width * micro_tokens * llama.saved_values_per_token(shape, length),
    )


WORKLOAD = Workload(
    name=NAME,
    summary="LoRA fine-tuning of TinyLlama 1.1B (rank 2 on q and v, float32, AdamW, gradient accumulation)",
    presets={"strict": STRICT, "seed-replay": SEED_REPLAY, TUNED: PRESET_TUNED},
    backends=dict.fromkeys(BACKENDS, ("tiny", "real")),
    hyperparameters=HYPERPARAMETERS,
    make_work=make_work,
    cost=cost,
    packages={
        "torch": (*TORCH, "transformers", "peft", "accelerate", "tokenizers"),
        "mlx": (*MLX, "mlx-lm", "transformers"),
    },
    open_task=open_task,
)
