"""Rows of a data set of the hub, through a workload's template and a checkpoint's tokenizer: done once, kept as ids."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from finetune_bench.canonical import sha256_of
from finetune_bench.errors import BadInput
from finetune_bench.generate import TokenRows, write_splits
from finetune_bench.hub import Repository
from finetune_bench.hub_recipes import HubText
from finetune_bench.order import Data
from finetune_bench.store import made_once, say


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
class HubRows:
    """Which rows: the first ones train, the next ones validate."""

    dataset: Repository
    file: str
    tokenizer: Repository
    template: Template
    vocab_size: int


def hub_rows(source: HubRows, rows: int, validation_rows: int, max_length: int, cache: Path) -> tuple[Data, str]:
    """The tokens in the cache, made where they are missing, and the name of their file."""
    try:
        text, tokenizer = source.dataset.file(source.file), source.tokenizer.file("tokenizer.json")
    except FileNotFoundError as error:
        raise BadInput(str(error)) from error
    recipe = HubText(
        hub_dataset=source.dataset.name,
        commit=str(source.dataset.commit),
        file=source.file,
        template=source.template.name,
        tokenizer=source.tokenizer.name,
        tokenizer_commit=str(source.tokenizer.commit),
    )
    name = f"tokens-{sha256_of([asdict(recipe), rows, validation_rows, max_length])[:16]}.safetensors"

    def make(path: Path) -> dict[str, object]:
        texts = _texts(text, source, rows + validation_rows)
        say(f"tokens: {name} ({len(texts):,} rows of {source.dataset.name})")
        made = _tokenise(tokenizer, texts, max_length, source)
        return write_splits(path, _rows(made[:rows]), _rows(made[rows:]))

    facts = made_once(cache / name, make)
    data = Data(
        recipe=recipe,
        rows=rows,
        validation_rows=validation_rows,
        length_histogram=facts["length_histogram"],
        sha256=str(facts["sha256"]),
    )
    return data, name


def _texts(path: Path, source: HubRows, count: int) -> list[str]:
    found = _read(path, source)
    if len(found) < count:
        raise BadInput(
            f"{source.file} of the {source.dataset.what} has {len(found):,} rows; "
            f"set.rows and set.validation_rows ask for {count:,}"
        )
    return [_text(row, number, source) for number, row in enumerate(found[:count], start=1)]


def _read(path: Path, source: HubRows) -> list[Any]:
    """JSON lines, or one JSON array."""
    try:
        text = path.read_text(encoding="utf-8")
        rows = (
            json.loads(text)
            if text.lstrip()[:1] == "["
            else [json.loads(line) for line in text.split("\n") if line.strip()]
        )
    except ValueError as error:
        raise BadInput(
            f"{source.file} of the {source.dataset.what} cannot be read: {error}; accepted: JSON lines or a JSON array"
        ) from error
    return rows


def _text(row: Any, number: int, source: HubRows) -> str:
    for field in source.template.fields:
        if not isinstance(row, dict) or not isinstance(row.get(field), str):
            raise BadInput(
                f"row {number} of {source.file} of the {source.dataset.what} has no text {field!r}; "
                f"accepted: rows with {', '.join(source.template.fields)}"
            )
    return source.template.text(row)


def _tokenise(path: Path, texts: Sequence[str], max_length: int, source: HubRows) -> list[np.ndarray]:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the library raises no narrower one
        raise BadInput(f"tokenizer.json of the {source.tokenizer.what} is damaged: {error}") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [np.array(one.ids[:max_length], dtype=np.int32) for one in tokenizer.encode_batch(list(texts))]
    highest = max((int(row.max()) for row in rows if len(row)), default=0)
    if highest >= source.vocab_size:
        raise BadInput(
            f"the tokenizer of the {source.tokenizer.what} gives id {highest}; "
            f"the model accepts ids below {source.vocab_size}"
        )
    if any(len(row) < 2 for row in rows):
        raise BadInput(
            f"a row of {source.file} of the {source.dataset.what} has less than two tokens: nothing to predict"
        )
    return rows


def _rows(rows: Sequence[np.ndarray]) -> TokenRows:
    return TokenRows(np.concatenate(rows), np.concatenate([[0], np.cumsum([len(row) for row in rows])]))
