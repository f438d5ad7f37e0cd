"""The part of a work order that every training workload has, and how it is made of the hyperparameters."""

import math
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

from finetune_bench.canonical import sha256_of
from finetune_bench.errors import BadInput
from finetune_bench.order import Optimiser, Precision, Trainable, Weights, WeightsRecipe, trainable_hash
from finetune_bench.store import made_once, say
from finetune_bench.structure import to_json
from finetune_bench.workloads.base import Values

TUNED = "tuned"
"""The preset of which every framework makes the best; what it uses is reported as knobs, and is no part of the work."""

GENERATOR = "numpy-pcg64-uniform-1"

Tensors = Iterable[tuple[str, tuple[int, ...]]]
"""Name and shape of every tensor, [out, in], in the order of the file."""


@dataclass(frozen=True, kw_only=True)
class TrainingWork:
    workload: str
    preset: str
    size: str
    weights: Weights
    batches: tuple[tuple[int, ...], ...]
    """Row indices of every micro-batch, in order; `accumulation` of them make a step."""
    accumulation: int | tuple[int, ...]
    """A number for every step where they differ."""
    steps: int
    validation_batches: tuple[tuple[int, ...], ...]
    optimiser: Optimiser
    trainable: Trainable
    precision: Precision

    def micro_batches(self, step: int) -> tuple[tuple[int, ...], ...]:
        """Row indices of every micro-batch of a step."""
        counts = self.accumulation
        first, count = (step * counts, counts) if isinstance(counts, int) else (sum(counts[:step]), counts[step])
        return self.batches[first : first + count]


def steps_of(values: Values, rows: str = "rows") -> int:
    """The number of optimiser steps: whole steps of rows × epochs, or fewer where `steps` says so.

    BadInput, which calls the rows by the name given, when there is not one.
    """
    count = values["rows"] * values["epochs"]
    per_step = values["batch_size"] * values["accumulation"]
    steps = count // per_step
    if steps == 0:
        raise BadInput(f"{rows} × epochs = {count} is less than batch_size × accumulation = {per_step}: not one step")
    return min(steps, values.get("steps") or steps)


def optimiser_of(values: Values, steps: int) -> Optimiser:
    return Optimiser(
        name="adamw",
        beta1=0.9,
        beta2=0.999,
        eps=1e-8,
        weight_decay=values["weight_decay"],
        bias_correction=values.get("bias_correction", True),
        clip=values["clip"] or None,
        learning_rates=learning_rates(values, steps),
    )


def learning_rates(values: Values, steps: int) -> tuple[float, ...]:
    """The learning rate of every step, written out: no framework's scheduler has a say in it."""
    rising = values["lr_warmup_steps"]
    falling = steps - rising if values["schedule"] == "linear" else None

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / (rising + 1)
        return 1.0 if falling is None else (steps - step) / falling

    return tuple(values["learning_rate"] * factor(step) for step in range(steps))


def not_compiled(backend: str, obstacle: str | None = None) -> tuple[str, ...]:
    """What a run says of a preset that would compile its step, where it does not, and what is in the way of it."""
    why = "" if obstacle is None else f": {obstacle}"
    return (f"not_compiled: steps are not compiled on {backend}, and the preset {TUNED} runs without{why}",)


PRECISIONS = {
    "float32": Precision(weights="float32", compute="float32", tf32=False),
    "mixed": Precision(weights="float32", compute="bfloat16", tf32=False),
    "bfloat16": Precision(weights="bfloat16", compute="bfloat16", tf32=False),
}


def precision_of(values: Values) -> Precision:
    return PRECISIONS[values["precision"]]


def check_precision(work: TrainingWork, dtypes: Container[str], framework: str) -> None:
    """BadInput where a framework has no such type, or the two types differ otherwise than in `mixed`."""
    precision = work.precision
    if precision.weights in dtypes and precision.weights == precision.compute:
        return
    if precision != PRECISIONS["mixed"]:
        raise BadInput(
            f"{framework} trains in {', '.join(PRECISIONS)}, not with weights in {precision.weights} "
            f"and computing in {precision.compute}"
        )


def state_bytes(values: Values, parameters: int, trained: int) -> int:
    """Bytes of weights, and of the gradients and two moments of those that train."""
    match values["precision"]:
        case "float32":
            return 4 * parameters + 12 * trained
        case "mixed":  # the model's copies; gradients and moments, and the weights themselves, in float32
            return 2 * parameters + 16 * trained
        case _:
            return 2 * parameters + 6 * trained


def in_batches(rows: int, size: int) -> tuple[tuple[int, ...], ...]:
    """All rows in order, `size` to a batch; the last may be shorter."""
    return tuple(tuple(range(start, min(start + size, rows))) for start in range(0, rows, size))


def trainable_all(tensors: Tensors) -> Trainable:
    shapes = dict(tensors)
    return Trainable(rule="all", also=(), parameters=parameter_count(shapes.items()), hash=trainable_hash(shapes))


def parameter_count(tensors: Tensors) -> int:
    return sum(math.prod(shape) for _, shape in tensors)


def made_weights(kind: str, shape: object, tensors: Tensors, seed: int, cache: Path) -> tuple[Weights, str]:
    """Random weights in the cache, made where they are missing, and the name of their file."""
    from finetune_bench.weights import STD, write_initial_weights

    recipe = WeightsRecipe(generator=GENERATOR, seed=seed, std=STD)
    name = f"{kind}-{sha256_of([to_json(shape), to_json(recipe)])[:16]}.safetensors"
    shapes = dict(tensors)
    say(f"weights: {name} ({parameter_count(shapes.items()):,} parameters)")
    facts = made_once(cache / name, lambda path: {"sha256": write_initial_weights(path, shapes, recipe)})
    return Weights(recipe=recipe, dtype="float32", sha256=str(facts["sha256"])), name
