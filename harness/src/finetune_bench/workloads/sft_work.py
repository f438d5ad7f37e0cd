"""The work of `sft-dolly-qwen3`: a frozen record of everything that decides its numbers, and how it is made."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from finetune_bench.generate import read_token_file, shuffled_batches
from finetune_bench.model_shapes import Qwen3Shape
from finetune_bench.order import Data, Loss, Trainable, trainable_hash
from finetune_bench.structure import to_json
from finetune_bench.workloads import qwen3
from finetune_bench.workloads.base import Values, Work
from finetune_bench.workloads.origin import Origin, weights_and_rows
from finetune_bench.workloads.packed_rows import pack
from finetune_bench.workloads.training_work import (
    TrainingWork,
    in_batches,
    optimiser_of,
    parameter_count,
    precision_of,
    steps_of,
)


@dataclass(frozen=True, kw_only=True)
class SftWork(TrainingWork):
    """The work of this workload. `trained_blocks` are the last ones, which train with the head; 0: all train.

    A micro-batch of rows that are `packed` is one sequence of `pad_length` places.
    """

    model: Qwen3Shape
    trained_blocks: int
    checkpointing: bool
    data: Data
    pad_length: int
    padding: Literal["length", "longest", "packed"]
    loss: Loss


def make_sft_work(names: dict[str, str], shape: Qwen3Shape, origin: Origin, values: Values, cache: Path) -> Work:
    """`names` are workload, preset and size. A head that is not tied starts as a copy, so both have one file."""
    steps = steps_of(values)
    stored = replace(shape, tied=True)
    made = weights_and_rows(origin, stored, qwen3.tensors(stored), values, cache)
    (weights, weights_file), (data, data_file) = made
    trained = qwen3.trained_tensors(shape, values["trained_blocks"])
    work = SftWork(
        **names,
        model=shape,
        trained_blocks=values["trained_blocks"],
        checkpointing=values["checkpointing"],
        weights=weights,
        data=data,
        pad_length=values["max_length"],
        padding=values["padding"],
        **_plan(values, steps, cache / data_file),
        steps=steps,
        loss=Loss(mask=values["mask"], shift=1, reduction="step-token-mean"),
        optimiser=optimiser_of(values, steps),
        trainable=Trainable(
            rule="last-blocks-and-head" if values["trained_blocks"] else "all",
            also=(),
            parameters=parameter_count(trained.items()),
            hash=trainable_hash(trained),
        ),
        precision=precision_of(values),
    )
    return Work(work=to_json(work), files={"weights": weights_file, "data": data_file})


def _plan(values: Values, steps: int, data: Path) -> dict[str, Any]:
    """Which rows go together: so many, or what a pack holds. Either way a step has the same rows."""
    rows, size, accumulation, seed = values["rows"], values["batch_size"], values["accumulation"], values["seed"]
    if values["padding"] != "packed":
        return {
            "batches": shuffled_batches(rows, size, steps * accumulation, seed),
            "accumulation": accumulation,
            "validation_batches": in_batches(values["validation_rows"], size),
        }
    splits, places = read_token_file(data), values["max_length"]
    by_step = [
        pack(step, splits["train"].lengths, places) for step in shuffled_batches(rows, size * accumulation, steps, seed)
    ]
    return {
        "batches": tuple(one for packs in by_step for one in packs),
        "accumulation": tuple(map(len, by_step)),
        "validation_batches": pack(range(values["validation_rows"]), splits["validation"].lengths, places),
    }
