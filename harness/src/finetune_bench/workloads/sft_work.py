"""The work of `sft-dolly-qwen3`: a frozen record of everything that decides its numbers, and how it is made."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from finetune_bench.generate import shuffled_batches
from finetune_bench.order import Data, Loss, Qwen3Shape, Trainable, trainable_hash
from finetune_bench.structure import to_json
from finetune_bench.workloads import qwen3
from finetune_bench.workloads.base import Values, Work
from finetune_bench.workloads.origin import Origin, weights_and_rows
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
    """The work of this workload. `trained_blocks` are the last ones, which train with the head; 0: all train."""

    model: Qwen3Shape
    trained_blocks: int
    checkpointing: bool
    data: Data
    pad_length: int
    padding: Literal["length", "longest"]
    loss: Loss


def make_sft_work(names: dict[str, str], shape: Qwen3Shape, origin: Origin, values: Values, cache: Path) -> Work:
    """`names` are workload, preset and size. A head that is not tied starts as a copy, so both have one file."""
    steps, seed, accumulation = steps_of(values), values["seed"], values["accumulation"]
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
        batches=shuffled_batches(values["rows"], values["batch_size"], steps * accumulation, seed),
        accumulation=accumulation,
        steps=steps,
        validation_batches=in_batches(values["validation_rows"], values["batch_size"]),
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
