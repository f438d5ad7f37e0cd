"""Where weights and rows come from: made here from random bits, or from a hub."""

from dataclasses import dataclass
from pathlib import Path

from finetune_bench.errors import BadInput
from finetune_bench.hub import Repository
from finetune_bench.hub_rows import Split
from finetune_bench.model_shapes import LlamaShape
from finetune_bench.order import Data, RowLengths, Weights
from finetune_bench.workloads.base import Values
from finetune_bench.workloads.token_rows import made_rows
from finetune_bench.workloads.training_work import Tensors, made_weights


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Of one workload: what its model is called in a configuration, and what the hub holds for it."""

    model_type: str
    template: str
    lengths: RowLengths


def weights_and_rows(
    origin: Origin, shape: LlamaShape, tensors: Tensors, values: Values, cache: Path
) -> tuple[tuple[Weights, str], tuple[Data, str]]:
    """Weights and rows with the names of their files, made or fetched where they are missing."""
    seed, kind = values["seed"], origin.model_type
    if "hub" not in (values["weights"], values["data"]):
        return made_weights(kind, shape, tensors, seed, cache), made_rows(
            shape.vocab_size, origin.lengths, values, cache
        )
    from finetune_bench.checkpoint import hub_weights
    from finetune_bench.checkpoint_llama import llama

    model = Repository(values["model_id"], values["revision"])
    rows = _rows_of(
        model, origin, shape.vocab_size, values, cache
    )  # first: a mistake shows before gigabytes are fetched
    if values["weights"] == "hub":
        return hub_weights(model, llama(kind, shape, dict(tensors)), seed, cache), rows
    return made_weights(kind, shape, tensors, seed, cache), rows


def _rows_of(model: Repository, origin: Origin, vocab_size: int, values: Values, cache: Path) -> tuple[Data, str]:
    from finetune_bench.hub_text import TEMPLATES, HubSource, hub_rows

    if values["data"] == "synthetic":
        return made_rows(vocab_size, origin.lengths, values, cache)
    train, validation = splits_of(values)
    source = HubSource(
        train=train,
        validation=validation,
        tokenizer=model,
        template=TEMPLATES[origin.template],
        vocab_size=vocab_size,
    )
    return hub_rows(source, values, cache)


def splits_of(values: Values) -> tuple[Split, Split | None]:
    """The files of training and of validation, of one data set at one commit."""
    dataset = Repository(values["dataset_id"], values["dataset_revision"], "dataset")

    def split(setting: str) -> Split:
        files = tuple(name.strip() for name in values[setting].split(","))
        return Split(dataset=dataset, setting=setting, files=files)

    return split("dataset_file"), split("validation_file") if values["validation_file"].strip() else None


def both_splits_of(values: Values) -> tuple[Split, Split]:
    """BadInput where no file of validation is named."""
    train, validation = splits_of(values)
    if validation is None:
        raise BadInput("set.validation_file must name a file of the data set")
    return train, validation
