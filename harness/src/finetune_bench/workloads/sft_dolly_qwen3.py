"""`sft-dolly-qwen3`: supervised tuning of Qwen3 0.6B on instruction-like rows, of all of it or of its last blocks."""

from dataclasses import replace
from pathlib import Path

from finetune_bench.backends import BACKENDS, Backend, framework_of, is_cpu
from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import Hyperparameter
from finetune_bench.model_shapes import Qwen3Shape
from finetune_bench.order import Order, RowLengths
from finetune_bench.structure import from_json
from finetune_bench.tasks import Task
from finetune_bench.workloads import llama, qwen3
from finetune_bench.workloads.base import MLX, STRICT, TORCH, Cost, Preset, Values, Work, Workload, needed_files
from finetune_bench.workloads.expected_rows import expected_packs, mean_length
from finetune_bench.workloads.training_values import (
    at_most_steps,
    batch_values,
    bias_correction,
    check_hub_values,
    fetched_bytes,
    hub_values,
    mask,
    optimiser_values,
    precision,
    validation_rows,
    whole,
)
from finetune_bench.workloads.training_work import TUNED, parameter_count, state_bytes, steps_of

NAME = "sft-dolly-qwen3"

SHAPES = {
    "tiny": Qwen3Shape(
        vocab_size=4096,
        hidden_size=256,
        intermediate_size=768,
        layers=4,
        heads=4,
        kv_heads=2,
        head_dim=64,
        rope_theta=500_000.0,  # not the libraries' default: a setting that is not read must change the logits
        rms_norm_eps=1e-6,
        max_positions=2048,
        tied=True,
    ),
    "real": Qwen3Shape(
        vocab_size=151_936,
        hidden_size=1024,
        intermediate_size=3072,
        layers=28,
        heads=16,
        kv_heads=8,
        head_dim=128,
        rope_theta=1_000_000.0,
        rms_norm_eps=1e-6,
        max_positions=40_960,
        tied=True,
    ),
}

# Tiny rows are short because a processor without a fast BLAS does some 100 tokens a second.
TEXTS = {
    "tiny": RowLengths(median=10, sigma=0.9, shortest=4, longest=64),
    "real": RowLengths(median=130, sigma=0.9, shortest=16, longest=512),
}

HYPERPARAMETERS = (
    *batch_values(rows=(184, 100), batch_size=(4, 4), accumulation=(2, 2), max_length=(16, 512)),
    at_most_steps((0, 0)),
    whole("trained_blocks", "last blocks that train, with the head; 0: everything trains", (0, 0), minimum=0),
    Hyperparameter(
        name="head",
        type="str",
        help="tied: the head is the embedding table and moves with it; untied: it starts as a copy of the table",
        tiny="tied",
        real="tied",
        choices=("tied", "untied"),
    ),
    mask(),
    Hyperparameter(
        name="checkpointing",
        type="bool",
        help="compute the activations of a block again in the backward pass, to save memory",
        tiny=False,
        real=True,
    ),
    Hyperparameter(
        name="padding",
        type="str",
        help="length: every row to max_length; longest: to the longest row of its micro-batch; "
        "packed: rows behind one another, in as few sequences of max_length as a step needs, one a micro-batch",
        tiny="length",
        real="length",
        choices=("length", "longest", "packed"),
    ),
    precision("float32", "bfloat16"),
    *optimiser_values(learning_rate=(3e-5, 3e-5), clip=(1.0, 1.0), schedule="linear"),
    bias_correction(),
    validation_rows((8, 32)),
    whole("seed", "seed of weights, rows and order", (0, 0), minimum=0),
    *hub_values("Qwen/Qwen3-0.6B", "databricks/databricks-dolly-15k", "databricks-dolly-15k.jsonl"),
)


LAST_BLOCKS = Preset(
    comparison_class="strict",
    values={"trained_blocks": 4, "batch_size": 2, "accumulation": 1},
    tiny={"trained_blocks": 2},
)
# One side tuned everything and counted padding; the other fed single rows as long as they are, trained the last blocks,
# and left Adam's bias as it was.
SEED_REPLAY = Preset(
    comparison_class="informative",
    sides={
        "torch": {"mask": "all", "lr_warmup_steps": 2},
        "mlx": {
            "batch_size": 1,
            "accumulation": 1,
            "padding": "longest",
            "trained_blocks": 4,
            "learning_rate": 1e-5,
            "schedule": "constant",
            "clip": 0.0,
            "bias_correction": False,
            "checkpointing": False,
        },
    },
)
PRESET_TUNED = Preset(comparison_class="strict", values={"checkpointing": False, "padding": "packed"})


def shape_of(size: str, values: Values) -> Qwen3Shape:
    return replace(SHAPES[size], tied=values["head"] == "tied")


def check(size: str, values: Values) -> int:
    """The number of optimiser steps; BadInput when the values contradict each other or the model."""
    check_hub_values(values, HYPERPARAMETERS)
    shape = SHAPES[size]
    for name, most, what in (
        ("max_length", shape.max_positions, "the model's positions"),
        ("trained_blocks", shape.layers, "the model's blocks"),
    ):
        if values[name] > most:
            raise BadInput(f"set.{name} must be at most {most}, {what}; got {values[name]}")
    if values["padding"] == "packed" and values["mask"] == "all":
        raise BadInput("set.mask = all counts the padding of every row, and packed rows have none")
    return steps_of(values)


def make_work(preset: str, size: str, values: Values, cache: Path) -> Work:
    from finetune_bench.workloads.origin import Origin
    from finetune_bench.workloads.sft_work import make_sft_work

    check(size, values)
    names = {"workload": NAME, "preset": preset, "size": size}
    origin = Origin(model_type="qwen3", template="role-tags-1", lengths=TEXTS[size])
    return make_sft_work(names, shape_of(size, values), origin, values, cache)


def open_task(order: Order, backend: Backend, cache: Path) -> Task:
    from finetune_bench.workloads.packed_rows import PackedRows, attended
    from finetune_bench.workloads.sft_work import SftWork
    from finetune_bench.workloads.token_rows import TokenRowBatches
    from finetune_bench.workloads.training_task import Batch, TrainingTask

    work = from_json(SftWork, order.work, "work")
    files = needed_files(order, cache)
    backend.open()
    if framework_of(backend.name) == "torch":
        from finetune_bench.workloads.qwen3_torch import open_qwen3
    else:
        from finetune_bench.workloads.qwen3_mlx import open_qwen3
    packed = work.padding == "packed"
    made = files["data"], work.data, work.pad_length, work.loss
    rows = (
        PackedRows(*made, most=max(map(len, (*work.batches, *work.validation_batches))))
        if packed
        else TokenRowBatches(*made, longest=work.padding == "longest")
    )

    def train_flop(batch: Batch) -> float:
        """Of rows that are packed, every one attends as many places as it has, not as many as the pack."""
        length = attended(batch) if packed else batch.length
        return batch.padded * qwen3.train_flop_per_token(work.model, work.trained_blocks, length)

    return TrainingTask(work, open_qwen3(work, backend, files["weights"]), rows, train_flop)


def cost(size: str, values: Values) -> Cost:
    """Arithmetic and bytes of one run, after the formulas in `qwen3`."""
    steps = check(size, values)
    shape, length, blocks = shape_of(size, values), values["max_length"], values["trained_blocks"]
    sequences, micro_batches, validation = values["batch_size"], values["accumulation"], values["validation_rows"]
    attended = length
    if values["padding"] == "packed":
        law = TEXTS[size]
        micro_batches = expected_packs(law, sequences * micro_batches, length)
        sequences, validation = 1, expected_packs(law, validation, length)
        attended = mean_length(law, length)
    micro_tokens = sequences * length
    width = 4 if values["precision"] == "float32" else 2
    trained = parameter_count(qwen3.trained_tensors(shape, blocks).items())
    stored = parameter_count(qwen3.tensors(SHAPES[size]))
    rows = values["rows"] + values["validation_rows"]
    saved = qwen3.saved_bytes_per_token(shape, length, width, values["checkpointing"])
    return Cost(
        steps=steps,
        step_flop=micro_batches * micro_tokens * qwen3.train_flop_per_token(shape, blocks, attended),
        other_flop=validation * length * llama.forward_flop_per_token(shape, attended),
        download_bytes=fetched_bytes(values, stored),
        disk_bytes=4 * stored + rows * (4 * length + 8),
        memory_bytes=state_bytes(values, parameter_count(qwen3.tensors(shape)), trained) + micro_tokens * saved,
    )


WORKLOAD = Workload(
    name=NAME,
    summary="Supervised tuning of Qwen3 0.6B, all of it or its last blocks (AdamW, bfloat16, gradient accumulation)",
    presets={"strict": STRICT, "last-blocks": LAST_BLOCKS, "seed-replay": SEED_REPLAY, TUNED: PRESET_TUNED},
    backends={name: ("tiny",) if is_cpu(name) else ("tiny", "real") for name in BACKENDS},
    hyperparameters=HYPERPARAMETERS,
    make_work=make_work,
    cost=cost,
    packages={
        "torch": (*TORCH, "transformers", "tokenizers"),
        "mlx": (*MLX, "mlx-lm", "transformers"),
    },
    open_task=open_task,
)
