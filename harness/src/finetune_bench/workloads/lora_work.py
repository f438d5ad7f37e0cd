"""The work of a LoRA workload: a frozen record of everything that decides its numbers, and how it is made."""

from dataclasses import asdict, dataclass
from pathlib import Path

from finetune_bench.canonical import sha256_of
from finetune_bench.generate import shuffled_batches, write_token_file
from finetune_bench.order import (
    Data,
    LlamaShape,
    Lora,
    Loss,
    Optimiser,
    Precision,
    RowLengths,
    TextRecipe,
    Trainable,
    Weights,
    WeightsRecipe,
    trainable_hash,
)
from finetune_bench.store import made_once, say
from finetune_bench.structure import to_json
from finetune_bench.workloads import llama, llama_files
from finetune_bench.workloads.base import Values, Work


@dataclass(frozen=True, kw_only=True)
class LoraWork:
    """The work of this workload: everything that decides its numbers."""

    workload: str
    preset: str
    size: str
    model: LlamaShape
    weights: Weights
    lora: Lora
    adapter_sha256: str
    data: Data
    pad_length: int
    batches: tuple[tuple[int, ...], ...]
    """Row indices of every micro-batch, in order; `accumulation` of them make a step."""
    accumulation: int
    steps: int
    validation_batches: tuple[tuple[int, ...], ...]
    loss: Loss
    optimiser: Optimiser
    trainable: Trainable
    precision: Precision


@dataclass(frozen=True, kw_only=True)
class LoraModel:
    """What is adapted, and the rows it learns from: the part of the work that no hyperparameter changes."""

    shape: LlamaShape
    targets: tuple[str, ...]
    lengths: RowLengths


def make_lora_work(workload: str, preset: str, size: str, model: LoraModel, values: Values, cache: Path) -> Work:
    """The work of a LoRA workload on a Llama; makes its weights, adapters and tokens where they are missing."""
    steps = values["rows"] * values["epochs"] // (values["batch_size"] * values["accumulation"])
    lora = Lora(rank=values["rank"], scale=values["alpha"] / values["rank"], targets=model.targets)
    shape = model.shape
    weights, weights_file = _weights(shape, values["seed"], cache)
    adapter_sha256, adapter_file = _adapter(shape, lora, values["seed"], cache)
    data, data_file = _data(model, values, cache)
    trainable = dict(llama.adapter_tensors(shape, lora))
    size_of_batch, accumulation = values["batch_size"], values["accumulation"]
    validation = range(values["validation_rows"])
    work = LoraWork(
        workload=workload,
        preset=preset,
        size=size,
        model=shape,
        weights=weights,
        lora=lora,
        adapter_sha256=adapter_sha256,
        data=data,
        pad_length=values["max_length"],
        batches=shuffled_batches(values["rows"], size_of_batch, steps * accumulation, values["seed"]),
        accumulation=accumulation,
        steps=steps,
        validation_batches=tuple(
            tuple(validation[i : i + size_of_batch]) for i in range(0, len(validation), size_of_batch)
        ),
        loss=Loss(mask="attended", shift=1, reduction="step-token-mean"),
        optimiser=Optimiser(
            name="adamw",
            beta1=0.9,
            beta2=0.999,
            eps=1e-8,
            weight_decay=values["weight_decay"],
            bias_correction=True,
            clip=values["clip"] or None,
            learning_rates=learning_rates(values, steps),
        ),
        trainable=Trainable(
            rule="lora",
            also=(),
            parameters=llama.parameter_count(trainable.items()),
            hash=trainable_hash(trainable),
        ),
        precision=Precision(weights="float32", compute="float32", tf32=False),
    )
    return Work(work=to_json(work), files={"weights": weights_file, "adapter": adapter_file, "data": data_file})


def learning_rates(values: Values, steps: int) -> tuple[float, ...]:
    """The learning rate of every step, written out: no framework's scheduler has a say in it."""
    rising = values["lr_warmup_steps"]
    falling = steps - rising if values["schedule"] == "linear" else None

    def factor(step: int) -> float:
        if step < rising:
            return (step + 1) / (rising + 1)
        return 1.0 if falling is None else (steps - step) / falling

    return tuple(values["learning_rate"] * factor(step) for step in range(steps))


def _weights(shape: LlamaShape, seed: int, cache: Path) -> tuple[Weights, str]:
    recipe = WeightsRecipe(generator=llama_files.GENERATOR, seed=seed, std=0.02)
    name = f"llama-{sha256_of([to_json(shape), to_json(recipe)])[:16]}.safetensors"
    count = llama.parameter_count(llama.base_tensors(shape))
    say(f"weights: {name} ({count:,} parameters)")
    facts = made_once(cache / name, lambda path: {"sha256": llama_files.write_base(path, shape, recipe)})
    return Weights(recipe=recipe, dtype="float32", sha256=str(facts["sha256"])), name


def _adapter(shape: LlamaShape, lora: Lora, seed: int, cache: Path) -> tuple[str, str]:
    recipe = [llama_files.GENERATOR, to_json(shape), lora.rank, list(lora.targets), seed]
    name = f"adapter-{sha256_of(recipe)[:16]}.safetensors"
    facts = made_once(cache / name, lambda path: {"sha256": llama_files.write_adapter(path, shape, lora, seed)})
    return str(facts["sha256"]), name


def _data(model: LoraModel, values: Values, cache: Path) -> tuple[Data, str]:
    recipe = TextRecipe(
        generator="zipf-lognormal-1",
        seed=values["seed"],
        vocab_size=model.shape.vocab_size,
        lengths=model.lengths,
        zipf_exponent=1.1,
    )
    rows, validation_rows, max_length = values["rows"], values["validation_rows"], values["max_length"]
    name = f"tokens-{sha256_of([asdict(recipe), rows, validation_rows, max_length])[:16]}.safetensors"
    facts = made_once(cache / name, lambda path: write_token_file(path, recipe, rows, validation_rows, max_length))
    data = Data(
        recipe=recipe,
        rows=rows,
        validation_rows=validation_rows,
        length_histogram=facts["length_histogram"],
        sha256=str(facts["sha256"]),
    )
    return data, name
