"""The work of a LoRA workload: a frozen record of everything that decides its numbers, and how it is made."""

from dataclasses import dataclass
from pathlib import Path

from finetune_bench.canonical import sha256_of
from finetune_bench.generate import shuffled_batches
from finetune_bench.model_shapes import LlamaShape
from finetune_bench.order import Data, Lora, Loss, Trainable, trainable_hash
from finetune_bench.store import made_once
from finetune_bench.structure import to_json
from finetune_bench.weights import Uniform, generator, write_random_tensors
from finetune_bench.workloads import llama
from finetune_bench.workloads.base import Values, Work
from finetune_bench.workloads.origin import Origin, weights_and_rows
from finetune_bench.workloads.training_work import (
    GENERATOR,
    TrainingWork,
    in_batches,
    optimiser_of,
    parameter_count,
    precision_of,
    steps_of,
)


@dataclass(frozen=True, kw_only=True)
class LoraWork(TrainingWork):
    """The work of this workload. `dropout` falls on what the adapters read.

    Where `precision` has two types the frozen base is held and computes in `compute`; adapters, their products,
    gradients and moments are in `weights`, and what an adapter adds is rounded to `compute`.
    """

    model: LlamaShape
    lora: Lora
    dropout: float
    adapter_sha256: str
    data: Data
    pad_length: int
    loss: Loss


@dataclass(frozen=True, kw_only=True)
class LoraModel:
    """What is adapted, and the rows it learns from: the part of the work that no hyperparameter changes."""

    shape: LlamaShape
    origin: Origin


def make_lora_work(workload: str, preset: str, size: str, model: LoraModel, values: Values, cache: Path) -> Work:
    """The work of a LoRA workload on a Llama; makes its weights, adapters and tokens where they are missing."""
    steps, seed, shape = steps_of(values), values["seed"], model.shape
    lora = Lora(
        rank=values["rank"], scale=values["alpha"] / values["rank"], targets=llama.targets_of(values["targets"])
    )
    made = weights_and_rows(model.origin, shape, llama.base_tensors(shape), values, cache)
    (weights, weights_file), (data, data_file) = made
    adapter_sha256, adapter_file = _adapter(shape, lora, seed, cache)
    trainable = dict(llama.adapter_tensors(shape, lora))
    work = LoraWork(
        workload=workload,
        preset=preset,
        size=size,
        model=shape,
        weights=weights,
        lora=lora,
        dropout=values["dropout"],
        adapter_sha256=adapter_sha256,
        data=data,
        pad_length=values["max_length"],
        batches=shuffled_batches(values["rows"], values["batch_size"], steps * values["accumulation"], seed),
        accumulation=values["accumulation"],
        steps=steps,
        validation_batches=in_batches(values["validation_rows"], values["batch_size"]),
        loss=Loss(mask=values["mask"], shift=1, reduction="step-token-mean"),
        optimiser=optimiser_of(values, steps),
        trainable=Trainable(
            rule="lora",
            also=(),
            parameters=parameter_count(trainable.items()),
            hash=trainable_hash(trainable),
        ),
        precision=precision_of(values),
    )
    return Work(work=to_json(work), files={"weights": weights_file, "adapter": adapter_file, "data": data_file})


def _adapter(shape: LlamaShape, lora: Lora, seed: int, cache: Path) -> tuple[str, str]:
    recipe = [GENERATOR, to_json(shape), lora.rank, list(lora.targets), seed]
    name = f"adapter-{sha256_of(recipe)[:16]}.safetensors"
    facts = made_once(cache / name, lambda path: {"sha256": _write_adapter(path, shape, lora, seed)})
    return str(facts["sha256"]), name


def _write_adapter(path: Path, shape: LlamaShape, lora: Lora, seed: int) -> str:
    """Initial adapters: A uniform within ±1/sqrt(in), B zero, so that the adapted model starts as the base."""
    tensors = {
        name: Uniform(tensor_shape, tensor_shape[1] ** -0.5 if name.endswith("lora_A") else 0.0)
        for name, tensor_shape in llama.adapter_tensors(shape, lora)
    }
    return write_random_tensors(path, tensors, generator(seed, "adapter"))
