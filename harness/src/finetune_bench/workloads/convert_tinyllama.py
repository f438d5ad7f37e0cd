"""`convert-tinyllama`: a PyTorch checkpoint of TinyLlama 1.1B becomes mlx-lm's model, again and again, exactly."""

from pathlib import Path

from finetune_bench.backends import BACKENDS, Backend, framework_of
from finetune_bench.hyperparameters import Hyperparameter
from finetune_bench.order import Order
from finetune_bench.structure import from_json
from finetune_bench.tasks import Task
from finetune_bench.workloads import llama
from finetune_bench.workloads.base import MLX, STRICT, Cost, Values, Work, Workload, needed_files
from finetune_bench.workloads.llama_layouts import LAYOUTS
from finetune_bench.workloads.lora_alpaca_tinyllama import SHAPES
from finetune_bench.workloads.training_values import whole
from finetune_bench.workloads.training_work import parameter_count

NAME = "convert-tinyllama"
WIDTHS = {"float32": 4, "float16": 2, "bfloat16": 2}
ROWS, PLACES = 4, 32
"""Of the tokens whose logits are compared."""

HYPERPARAMETERS = (
    whole("conversions", "how often the whole checkpoint is converted", (23, 13)),
    Hyperparameter(
        name="precision",
        type="str",
        help="type of the checkpoint's values, which the model keeps",
        tiny="float32",
        real="float32",
        choices=tuple(WIDTHS),
    ),
    Hyperparameter(
        name="layout",
        type="str",
        help="names and order of rows in the file: huggingface, or meta, whose q and k are put in order",
        tiny="huggingface",
        real="huggingface",
        choices=LAYOUTS,
    ),
    whole("seed", "seed of weights and tokens", (0, 0), minimum=0),
)


def make_work(preset: str, size: str, values: Values, cache: Path) -> Work:
    from finetune_bench.workloads.convert_work import make_convert_work

    names = {"workload": NAME, "preset": preset, "size": size}
    return make_convert_work(names, SHAPES[size], values, cache)


def open_task(order: Order, backend: Backend, cache: Path) -> Task:
    from finetune_bench.workloads.convert_task import ConvertTask
    from finetune_bench.workloads.convert_work import ConvertWork

    work = from_json(ConvertWork, order.work, "work")
    checkpoint = needed_files(order, cache)["weights"]
    backend.open()
    from finetune_bench.workloads.convert_mlx import MlxConversion

    return ConvertTask(work, MlxConversion(work, backend, checkpoint), checkpoint)


def cost(size: str, values: Values) -> Cost:
    """Arithmetic and bytes of one run. Logits are computed twice: by the model, and in float64 for comparison."""
    shape, width = SHAPES[size], WIDTHS[values["precision"]]
    parameters = parameter_count(llama.base_tensors(shape))
    rewritten = width if (values["precision"], values["layout"]) != ("float32", "huggingface") else 0
    return Cost(
        steps=values["conversions"],
        step_flop=0.0,
        products=True,
        step_bytes=width * parameters,
        other_flop=2 * ROWS * PLACES * llama.forward_flop_per_token(shape, PLACES),
        disk_bytes=(4 + rewritten) * parameters,
        memory_bytes=(width + 4) * parameters,  # the model, widened to float32 for its logits
    )


WORKLOAD = Workload(
    name=NAME,
    summary="A PyTorch checkpoint of TinyLlama 1.1B becomes an MLX model: time and bytes a second, proven exact",
    presets={"strict": STRICT},
    backends={name: ("tiny", "real") if framework_of(name) == "mlx" else () for name in BACKENDS},
    hyperparameters=HYPERPARAMETERS,
    make_work=make_work,
    cost=cost,
    packages={
        "torch": (),
        "mlx": (*MLX, "mlx-lm", "transformers"),
    },
    open_task=open_task,
)
