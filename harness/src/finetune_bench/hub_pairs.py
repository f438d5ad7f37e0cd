"""Labelled pairs of sentences of the hub, through the tokenizer of a model: done once, kept as ids."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.generate import TokenRows
from finetune_bench.generate_pairs import SIDES, Pairs, write_pairs
from finetune_bench.hub import Repository
from finetune_bench.hub_recipes import HubPairs
from finetune_bench.hub_rows import Row, Split
from finetune_bench.hub_tokenizer import encoded, tokenizer_of
from finetune_bench.order import PairData
from finetune_bench.row_files import row_file
from finetune_bench.store import say
from finetune_bench.workloads.base import Values

LABELS = ("entailment", "neutral", "contradiction")
"""As data sets number them."""
COLUMNS = (*SIDES, "label")


def hub_pairs(
    splits: tuple[Split, Split], model: Repository, vocab_size: int, values: Values, cache: Path
) -> tuple[PairData, str]:
    """The tokens of both splits (training, validation) in the cache, made where they are missing, and their file."""
    train, validation = splits
    for split in splits:
        split.fetch()
    tokenizer = tokenizer_of(model)
    recipe = HubPairs(
        hub_dataset=train.dataset.name,
        commit=str(train.dataset.commit),
        file=",".join(train.files),
        validation_file=",".join(validation.files),
        tokenizer=model.name,
        tokenizer_commit=str(model.commit),
        vocab_size=vocab_size,
    )
    rows, validation_rows, max_length = values["rows"], values["validation_rows"], values["max_length"]

    def make(path: Path) -> dict[str, object]:
        say(f"tokens: {rows + validation_rows:,} pairs of {recipe.hub_dataset}")
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_length)  # keeps the mark at the end

        def pairs(split: Split, count: int, setting: str) -> Pairs:
            found = split.first(count, COLUMNS, f"set.{setting} asks")
            premise, hypothesis = (
                _joined(encoded(tokenizer, _sentences(split, found, side), vocab_size, model)) for side in SIDES
            )
            labels = [_label(split, number, row) for number, row in enumerate(found, start=1)]
            return Pairs(premise, hypothesis, np.array(labels, dtype=np.int32))

        return write_pairs(
            path,
            {
                "train": pairs(train, rows, "rows"),
                "validation": pairs(validation, validation_rows, "validation_rows"),
            },
        )

    return row_file(PairData, recipe, values, cache, make)


def _sentences(split: Split, rows: Sequence[Row], side: str) -> list[str]:
    return [split.text(number, row, side, COLUMNS) for number, row in enumerate(rows, start=1)]


def _label(split: Split, number: int, row: Row) -> int:
    label: Any = row.get("label")
    if label in LABELS:
        return LABELS.index(label)
    if isinstance(label, int) and not isinstance(label, bool) and 0 <= label < len(LABELS):
        return label
    accepted = ", ".join(f"{place} or {name!r}" for place, name in enumerate(LABELS))
    raise split.refusal(number, row, f"has the label {label!r}", f"labels {accepted}")


def _joined(sentences: Sequence[np.ndarray]) -> TokenRows:
    return TokenRows(np.concatenate(sentences), np.cumsum([0, *map(len, sentences)]))
