"""Hyperparameters that training workloads have in common, with the defaults (tiny, real) of each."""

from collections.abc import Iterable

from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import Hyperparameter
from finetune_bench.workloads.base import Values

Whole = tuple[int, int]
Number = tuple[float, float]


LARGEST = 1e18
"""Numbers stay below it, so that the product of two is still a float32: of a learning rate and a decay, for one.

Torch ends with words of its own where one is not. Far below it a loss may cease to be finite, which the run tells.
"""


def whole(name: str, summary: str, defaults: Whole, minimum: int = 1) -> Hyperparameter:
    tiny, real = defaults
    return Hyperparameter(name=name, type="int", help=summary, tiny=tiny, real=real, minimum=minimum)


def number(name: str, summary: str, defaults: Number) -> Hyperparameter:
    tiny, real = defaults
    return Hyperparameter(name=name, type="float", help=summary, tiny=tiny, real=real, minimum=0, below=LARGEST)


def at_most_steps(defaults: Whole) -> Hyperparameter:
    return whole("steps", "at most so many optimiser steps; 0: as many as rows × epochs give", defaults, minimum=0)


def batch_values(rows: Whole, batch_size: Whole, accumulation: Whole, max_length: Whole) -> tuple[Hyperparameter, ...]:
    return (
        whole("rows", "training rows generated", rows),
        whole("epochs", "passes over the rows", (1, 1)),
        whole("batch_size", "rows in a micro-batch", batch_size),
        whole("accumulation", "micro-batches in an optimiser step", accumulation),
        whole("max_length", "tokens every row is cut or padded to", max_length, minimum=8),
    )


def optimiser_values(
    learning_rate: Number,
    weight_decay: Number = (0.0, 0.0),
    clip: Number = (0.0, 0.0),
    schedule: str = "constant",
    lr_warmup_steps: Whole = (0, 0),
) -> tuple[Hyperparameter, ...]:
    return (
        number("learning_rate", "learning rate at its highest", learning_rate),
        Hyperparameter(
            name="schedule",
            type="str",
            help="constant, or linear down to zero after the last step",
            tiny=schedule,
            real=schedule,
            choices=("constant", "linear"),
        ),
        whole("lr_warmup_steps", "steps of a linear rise before that", lr_warmup_steps, minimum=0),
        number("clip", "largest global gradient norm; 0 clips nothing", clip),
        number("weight_decay", "decoupled weight decay", weight_decay),
    )


def bias_correction() -> Hyperparameter:
    return Hyperparameter(
        name="bias_correction",
        type="bool",
        help="Adam's; torch cannot leave it out",
        tiny=True,
        real=True,
        not_on={"torch": (False,)},
    )


def validation_passes() -> Hyperparameter:
    return whole("validation_passes", "times the validation split is read", (1, 1))


def validation_rows(defaults: Whole) -> Hyperparameter:
    return whole("validation_rows", "rows of the validation split", defaults)


def dropout() -> Hyperparameter:
    return Hyperparameter(
        name="dropout", type="float", help="share of values dropped in training", tiny=0.0, real=0.0, minimum=0, below=1
    )


def mask() -> Hyperparameter:
    return Hyperparameter(
        name="mask",
        type="str",
        help="which tokens are targets: attended leaves padding out, all keeps it",
        tiny="attended",
        real="attended",
        choices=("attended", "all"),
    )


def precision(
    tiny: str,
    real: str,
    summary: str = "float32; bfloat16 (weights, gradients and moments too); mixed: float32, computing in bfloat16",
) -> Hyperparameter:
    return Hyperparameter(
        name="precision",
        type="str",
        help=summary,
        tiny=tiny,
        real=real,
        choices=("float32", "mixed", "bfloat16"),
    )


def _text(name: str, summary: str, default: str, choices: tuple[str, ...] | None = None) -> Hyperparameter:
    return Hyperparameter(name=name, type="str", help=summary, tiny=default, real=default, choices=choices)


def hub_values(
    model: str, dataset: str, file: str, validation_file: str = "", dataset_revision: str = "main"
) -> tuple[Hyperparameter, ...]:
    return (
        _text("weights", "random: made here; hub: a checkpoint, fetched once", "random", ("random", "hub")),
        _text("model_id", "the checkpoint on the hub, whose tokenizer `data: hub` takes as well", model),
        _text("revision", "its branch, tag or commit; a branch is looked up once a machine", "main"),
        *hub_data_values(dataset, file, validation_file, dataset_revision),
    )


def hub_data_values(
    dataset: str, file: str, validation_file: str, dataset_revision: str = "main"
) -> tuple[Hyperparameter, ...]:
    validating = "" if validation_file else "; none: the rows after those that train"
    return (
        _text("data", "synthetic: made here; hub: a data set, tokenised once", "synthetic", ("synthetic", "hub")),
        _text("dataset_id", "the data set on the hub", dataset),
        _text("dataset_revision", "its branch, tag or commit", dataset_revision),
        _text("dataset_file", "its file of rows (parquet, JSON or text), or several with commas between", file),
        _text("validation_file", f"its file of rows for validation{validating}", validation_file),
    )


HUB_NAMES = {
    "model_id": ("weights", "data"),
    "revision": ("weights", "data"),
    "dataset_id": ("data",),
    "dataset_revision": ("data",),
    "dataset_file": ("data",),
    "validation_file": ("data",),
}
"""What names something on the hub, and the values that lead there."""


def fetched_bytes(values: Values, parameters: int, width: int = 2) -> int:
    """What a checkpoint of so many parameters weighs on the hub, in a type of `width` bytes."""
    return width * parameters if values["weights"] == "hub" else 0


def check_hub_values(values: Values, declared: Iterable[Hyperparameter]) -> None:
    """BadInput where a value names something on the hub and nothing is taken from there."""
    for one in declared:
        users = HUB_NAMES.get(one.name)
        if users is not None and values[one.name] != one.tiny and not _leads_there(values, users):
            known = " or ".join(f"set.{user}" for user in users if user in values)
            raise BadInput(f"set.{one.name} has no effect without {known} = hub")


def _leads_there(values: Values, users: Iterable[str]) -> bool:
    return any(values.get(user) == "hub" for user in users)
