"""`lm-ptb`: a language model of 172 million parameters, trained from the start on one text, everything trained."""

from pathlib import Path

from finetune_bench.backends import BACKENDS, Backend, framework_of, is_cpu
from finetune_bench.errors import BadInput
from finetune_bench.model_shapes import LmShape
from finetune_bench.order import Order
from finetune_bench.structure import from_json
from finetune_bench.tasks import Task
from finetune_bench.workloads import lm
from finetune_bench.workloads.base import MLX, STRICT, TORCH, Cost, Preset, Values, Work, Workload, needed_files
from finetune_bench.workloads.training_values import (
    at_most_steps,
    bias_correction,
    check_hub_values,
    dropout,
    hub_data_values,
    optimiser_values,
    precision,
    validation_passes,
    whole,
)
from finetune_bench.workloads.training_work import TUNED, parameter_count, state_bytes, steps_of

NAME = "lm-ptb"

SHAPES = {
    "tiny": LmShape(vocab_size=1000, hidden_size=128, intermediate_size=512, layers=2, heads=4, norm_eps=1e-5),
    "real": LmShape(vocab_size=10_000, hidden_size=1024, intermediate_size=4096, layers=12, heads=16, norm_eps=1e-5),
}

# Tokens of tiny: 92 and 8 windows. A step of real reads 32 windows, in parts that fit into 16 GB.
HYPERPARAMETERS = (
    whole("tokens", "tokens of the training text", (5889, 929_589)),
    whole("context", "tokens a window holds", (64, 1024), minimum=2),
    whole("stride", "tokens from one window to the next; 0: the context, so that none overlap", (0, 0), minimum=0),
    whole("epochs", "passes over the windows", (1, 1)),
    whole("batch_size", "windows in a micro-batch", (4, 4)),
    whole("accumulation", "micro-batches in an optimiser step", (1, 8)),
    at_most_steps((0, 0)),
    dropout(),
    precision("float32", "float32"),
    *optimiser_values(learning_rate=(3e-4, 3e-4), weight_decay=(1e-5, 1e-5), lr_warmup_steps=(4, 200)),
    bias_correction(),
    whole("validation_tokens", "tokens of the validation text", (513, 73_760)),
    validation_passes(),
    whole("seed", "seed of weights, text and order", (0, 0), minimum=0),
    *hub_data_values(
        "ptb-text-only/ptb_text_only",
        "penn_treebank/train/0000.parquet",
        "penn_treebank/validation/0000.parquet",
        "refs/convert/parquet",  # the set itself is a program, which newer libraries do not run
    ),
)


# Five steps, six passes over 1,024 windows: 93 % of it is reading without training. Dropout on one side only, and no
# bias correction on the other. An optimiser that never steps, as the published one on torch, is not replayed.
SEED_REPLAY = Preset(
    comparison_class="informative",
    values={
        "stride": 1,
        "batch_size": 32,
        "accumulation": 1,
        "steps": 5,
        "validation_tokens": 1_048_577,
        "validation_passes": 6,
    },
    tiny={"validation_tokens": 513, "batch_size": 4},
    sides={"torch": {"dropout": 0.1}, "mlx": {"bias_correction": False}},
)
PRESET_TUNED = Preset(comparison_class="strict", values={"precision": "mixed"}, tiny={"precision": "float32"})


def windows_of(tokens: int, context: int, stride: int, name: str) -> int:
    """How many whole windows a text has, each with the token after it; BadInput when it has none."""
    if tokens <= context:
        raise BadInput(f"set.{name} must be more than the context, {context}; got {tokens}")
    return (tokens - context - 1) // stride + 1


def plan(values: Values) -> tuple[tuple[int, int], int]:
    """The windows of training and of validation, and the number of steps; BadInput when the values contradict."""
    check_hub_values(values, HYPERPARAMETERS)
    context = values["context"]
    stride = values["stride"] or context
    train = windows_of(values["tokens"], context, stride, "tokens")
    validation = windows_of(values["validation_tokens"], context, context, "validation_tokens")
    return (train, validation), steps_of({**values, "rows": train}, rows="windows")


def make_work(preset: str, size: str, values: Values, cache: Path) -> Work:
    from finetune_bench.workloads.lm_work import make_lm_work

    windows, steps = plan(values)
    names = {"workload": NAME, "preset": preset, "size": size}
    return make_lm_work(names, SHAPES[size], values, windows, steps, cache)


def open_task(order: Order, backend: Backend, cache: Path) -> Task:
    from finetune_bench.workloads.lm_work import LmWork, WindowBatches
    from finetune_bench.workloads.training_task import Batch, TrainingTask

    work = from_json(LmWork, order.work, "work")
    files = needed_files(order, cache)
    backend.open()
    if framework_of(backend.name) == "torch":
        from finetune_bench.workloads.lm_torch import open_lm
    else:
        from finetune_bench.workloads.lm_mlx import open_lm

    def train_flop(batch: Batch) -> float:
        return 3 * batch.padded * lm.forward_flop_per_token(work.model, batch.length)

    model = open_lm(work, backend, files["weights"])
    return TrainingTask(work, model, WindowBatches(files["data"], work), train_flop)


def cost(size: str, values: Values) -> Cost:
    """Arithmetic and bytes of one run, after the formulas in `lm`; backward costs twice what forward does."""
    (_, validation), steps = plan(values)
    shape, context = SHAPES[size], values["context"]
    parameters = parameter_count(lm.tensors(shape))
    forward = lm.forward_flop_per_token(shape, context)
    micro_tokens = values["batch_size"] * context
    saved = lm.saved_values_per_token(shape, context) + 3 * shape.vocab_size
    return Cost(
        steps=steps,
        step_flop=3 * forward * values["accumulation"] * micro_tokens,
        other_flop=forward * validation * values["validation_passes"] * context,
        disk_bytes=4 * (parameters + values["tokens"] + values["validation_tokens"]),
        memory_bytes=state_bytes(values, parameters, parameters) + 4 * micro_tokens * saved,
    )


WORKLOAD = Workload(
    name=NAME,
    summary="Training a transformer language model from the start (172 M parameters, AdamW, windows of 1,024 tokens)",
    presets={"strict": STRICT, "seed-replay": SEED_REPLAY, TUNED: PRESET_TUNED},
    backends={name: ("tiny",) if is_cpu(name) else ("tiny", "real") for name in BACKENDS},
    hyperparameters=HYPERPARAMETERS,
    make_work=make_work,
    cost=cost,
    packages={"torch": TORCH, "mlx": MLX},
    open_task=open_task,
)
