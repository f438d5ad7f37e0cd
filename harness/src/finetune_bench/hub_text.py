"""Rows of a data set of the hub, through a workload's template and a checkpoint's tokenizer: done once, kept as ids."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.errors import BadInput
from finetune_bench.generate import TokenRows, write_splits
from finetune_bench.hub import Repository
from finetune_bench.hub_recipes import HubText
from finetune_bench.hub_rows import Split
from finetune_bench.hub_tokenizer import encoded, tokenizer_of
from finetune_bench.order import Data
from finetune_bench.row_files import row_file
from finetune_bench.store import say
from finetune_bench.workloads.base import Values


@dataclass(frozen=True)
class Template:
    """How a row becomes text. `fields` must be there; the name changes whenever the text would."""

    name: str
    fields: tuple[str, ...]
    text: Callable[[Mapping[str, str]], str]


def _role_tags(row: Mapping[str, str]) -> str:
    question = "\n\n".join(part for part in (row["instruction"], row["context"]) if part)
    return f"<|user|>\n{question}\n<|end|>\n<|assistant|>\n{row['response']}\n<|end|>"


def _headings(row: Mapping[str, str]) -> str:
    given = f"### Input:\n{row['input']}\n\n" if row["input"] else ""
    return f"### Instruction:\n{row['instruction']}\n\n{given}### Response:\n{row['output']}"


TEMPLATES = {
    template.name: template
    for template in (
        Template("role-tags-1", ("instruction", "context", "response"), _role_tags),
        Template("headings-1", ("instruction", "input", "output"), _headings),
    )
}


@dataclass(frozen=True, kw_only=True)
class HubSource:
    """Which rows, and what makes tokens of them. Without a split of its own the next rows validate."""

    train: Split
    validation: Split | None
    tokenizer: Repository
    template: Template
    vocab_size: int


def hub_rows(source: HubSource, values: Values, cache: Path) -> tuple[Data, str]:
    """The tokens in the cache, made where they are missing, and the name of their file."""
    rows, validation_rows = values["rows"], values["validation_rows"]
    for split in (source.train, source.validation):
        if split is not None:
            split.fetch()
    tokenizer = tokenizer_of(source.tokenizer)
    recipe = HubText(
        hub_dataset=source.train.dataset.name,
        commit=str(source.train.dataset.commit),
        file=",".join(source.train.files),
        validation_file=",".join(source.validation.files) if source.validation else "",
        template=source.template.name,
        tokenizer=source.tokenizer.name,
        tokenizer_commit=str(source.tokenizer.commit),
        vocab_size=source.vocab_size,
    )

    def make(path: Path) -> dict[str, object]:
        texts = _texts(source, rows, validation_rows)
        say(f"tokens: {len(texts):,} rows of {recipe.hub_dataset}")
        made = _tokenise(tokenizer, texts, values["max_length"], source)
        return write_splits(path, _rows(made[:rows]), _rows(made[rows:]))

    return row_file(Data, recipe, values, cache, make)


def _texts(source: HubSource, rows: int, validation_rows: int) -> list[str]:
    """Of the rows that train, then of those that validate."""
    if source.validation is None:
        return _first(source.train, source, rows + validation_rows, "set.rows and set.validation_rows ask")
    return [
        *_first(source.train, source, rows, "set.rows asks"),
        *_first(source.validation, source, validation_rows, "set.validation_rows asks"),
    ]


def _first(split: Split, source: HubSource, count: int, asking: str) -> list[str]:
    fields = source.template.fields
    return [
        source.template.text({field: split.text(number, row, field, fields) for field in fields})
        for number, row in enumerate(split.first(count, fields, asking), start=1)
    ]


def _tokenise(tokenizer: Any, texts: Sequence[str], max_length: int, source: HubSource) -> list[np.ndarray]:
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [ids[:max_length] for ids in encoded(tokenizer, texts, source.vocab_size, source.tokenizer)]
    if any(len(row) < 2 for row in rows):
        raise BadInput(f"a row of the {source.train.dataset.what} has less than two tokens: nothing to predict")
    return rows


def _rows(rows: Sequence[np.ndarray]) -> TokenRows:
    return TokenRows(np.concatenate(rows), np.concatenate([[0], np.cumsum([len(row) for row in rows])]))
