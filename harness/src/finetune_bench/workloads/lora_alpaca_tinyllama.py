"""`lora-alpaca-tinyllama`: TinyLlama 1.1B, low-rank adapters on q and v, instruction-like rows, float32."""

from pathlib import Path

from finetune_bench.backends import BACKENDS, Backend
from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import Hyperparameter
from finetune_bench.order import LlamaShape, Lora, Order, RowLengths
from finetune_bench.tasks import Task
from finetune_bench.workloads import llama
from finetune_bench.workloads.base import Cost, Values, Work, Workload

NAME = "lora-alpaca-tinyllama"
TARGETS = ("q_proj", "v_proj")

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
    Hyperparameter(name="rows", type="int", help="training rows generated", tiny=184, real=1000, minimum=1),
    Hyperparameter(name="epochs", type="int", help="passes over the rows", tiny=1, real=1, minimum=1),
    Hyperparameter(name="batch_size", type="int", help="rows in a micro-batch", tiny=4, real=4, minimum=1),
    Hyperparameter(
        name="accumulation", type="int", help="micro-batches in an optimiser step", tiny=2, real=2, minimum=1
    ),
    Hyperparameter(
        name="max_length",
        type="int",
        help="tokens every row is cut or padded to",
        tiny=16,
        real=128,
        minimum=8,
    ),
    Hyperparameter(name="rank", type="int", help="rank of the adapters", tiny=2, real=2, minimum=1),
    Hyperparameter(name="alpha", type="float", help="adapter scale times rank", tiny=4.0, real=4.0, minimum=0),
    Hyperparameter(
        name="learning_rate",
        type="float",
        help="learning rate at its highest",
        tiny=5e-5,
        real=5e-5,
        minimum=0,
    ),
    Hyperparameter(
        name="schedule",
        type="str",
        help="constant, or linear down to zero after the last step",
        tiny="constant",
        real="constant",
        choices=("constant", "linear"),
    ),
    Hyperparameter(
        name="lr_warmup_steps",
        type="int",
        help="steps of a linear rise before that",
        tiny=0,
        real=0,
        minimum=0,
    ),
    Hyperparameter(
        name="clip",
        type="float",
        help="largest global gradient norm; 0 clips nothing",
        tiny=0.3,
        real=0.3,
        minimum=0,
    ),
    Hyperparameter(name="weight_decay", type="float", help="decoupled weight decay", tiny=0.0, real=0.0, minimum=0),
    Hyperparameter(name="validation_rows", type="int", help="rows of the validation split", tiny=8, real=32, minimum=1),
    Hyperparameter(
        name="seed", type="int", help="seed of weights, adapters, rows and order", tiny=0, real=0, minimum=0
    ),
)


def check(size: str, values: Values) -> int:
    """The number of optimiser steps; BadInput when the values contradict each other or the model."""
    rows, epochs = values["rows"], values["epochs"]
    per_step = values["batch_size"] * values["accumulation"]
    steps = rows * epochs // per_step
    if steps == 0:
        raise BadInput(
            f"rows × epochs = {rows * epochs} is less than batch_size × accumulation = {per_step}: not one step"
        )
    shape = SHAPES[size]
    if values["max_length"] > shape.max_positions:
        raise BadInput(
            f"set.max_length must be at most {shape.max_positions}, the model's positions; got {values['max_length']}"
        )
    modules = llama.adapted_modules(shape, Lora(rank=1, scale=1.0, targets=TARGETS))
    narrowest = min(min(lengths) for _, lengths in modules)
    if values["rank"] > narrowest:
        raise BadInput(f"set.rank must be at most {narrowest}, the narrowest adapted matrix; got {values['rank']}")
    return steps


def make_work(preset: str, size: str, values: Values, cache: Path) -> Work:
    from finetune_bench.workloads.lora_work import LoraModel, make_lora_work

    check(size, values)
    model = LoraModel(shape=SHAPES[size], targets=TARGETS, lengths=TEXTS[size])
    return make_lora_work(NAME, preset, size, model, values, cache)


def open_task(order: Order, backend: Backend, cache: Path) -> Task:
    from finetune_bench.workloads.lora_task import open_lora_task

    return open_lora_task(order, backend, cache)


def cost(size: str, values: Values) -> Cost:
    """Arithmetic and bytes of one run, after the formulas in `llama`."""
    steps = check(size, values)
    shape, length = SHAPES[size], values["max_length"]
    micro_tokens = values["batch_size"] * length
    base = llama.parameter_count(llama.base_tensors(shape))
    adapter = llama.parameter_count(llama.adapter_tensors(shape, Lora(rank=values["rank"], scale=1.0, targets=TARGETS)))
    rows = values["rows"] + values["validation_rows"]
    return Cost(
        steps=steps,
        step_flop=values["accumulation"] * micro_tokens * llama.lora_flop_per_token(shape, length),
        other_flop=values["validation_rows"] * length * llama.forward_flop_per_token(shape, length),
        disk_bytes=4 * (base + adapter) + rows * (4 * length + 8),
        # weights, and four copies of the adapters (weight, gradient, two moments); logits, their softmax and gradient
        memory_bytes=4 * base
        + 16 * adapter
        + 12 * micro_tokens * shape.vocab_size
        + 4 * micro_tokens * llama.saved_values_per_token(shape, length),
    )


WORKLOAD = Workload(
    name=NAME,
    summary="LoRA fine-tuning of TinyLlama 1.1B (rank 2 on q and v, float32, AdamW, gradient accumulation)",
    presets={"strict": "strict"},
    backends=dict.fromkeys(BACKENDS, ("tiny", "real")),
    hyperparameters=HYPERPARAMETERS,
    make_work=make_work,
    cost=cost,
    packages={
        "torch": ("torch", "triton", "transformers", "peft", "accelerate", "tokenizers"),
        "mlx": ("mlx", "mlx-cpu", "mlx-metal", "mlx-cuda-12", "mlx-cuda-13", "mlx-lm", "transformers"),
    },
    open_task=open_task,
)
