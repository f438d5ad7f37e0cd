"""A text of the hub as word numbers, for a model that has one for every word: done once, kept as ids."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from finetune_bench.canonical import sha256_of
from finetune_bench.errors import BadInput
from finetune_bench.generate_stream import write_streams
from finetune_bench.hub_recipes import HubWords
from finetune_bench.hub_rows import Split
from finetune_bench.store import made_once, say

END, UNKNOWN = "<eos>", "<unk>"
COLUMNS = ("sentence", "text")
"""Where a row has its words: the first of these that it has."""


def hub_words(
    splits: tuple[Split, Split], tokens: tuple[int, int], vocab_size: int, cache: Path
) -> tuple[HubWords, str, str]:
    """What the text is, its sha256 and the name of its file; `splits` and `tokens` of training and of validation."""
    train, validation = splits
    for split in splits:
        split.fetch()
    recipe = HubWords(
        hub_dataset=train.dataset.name,
        commit=str(train.dataset.commit),
        file=",".join(train.files),
        validation_file=",".join(validation.files),
        ids="first-occurrence-1",
    )
    name = f"text-{sha256_of([asdict(recipe), tokens, vocab_size])[:16]}.safetensors"

    def make(path: Path) -> dict[str, object]:
        say(f"tokens: {name} (words of {recipe.hub_dataset})")
        numbers: dict[str, int] = {}
        text = np.fromiter((numbers.setdefault(word, len(numbers)) for word in _words(train)), dtype=np.int32)
        if len(numbers) > vocab_size:
            raise BadInput(
                f"{train.what} has {len(numbers):,} different words; the model of this size accepts {vocab_size:,}"
            )
        other = np.fromiter(_known(numbers, validation), dtype=np.int32)
        return {
            "words": len(numbers),
            "sha256": write_streams(
                path,
                {
                    "train": _cut(text, tokens[0], train, "tokens"),
                    "validation": _cut(other, tokens[1], validation, "validation_tokens"),
                },
            ),
        }

    return recipe, str(made_once(cache / name, make)["sha256"]), name


def _words(split: Split) -> Iterator[str]:
    """All words, an end mark after each row."""
    for number, row in enumerate(split.rows(COLUMNS), start=1):
        column = next((one for one in COLUMNS if one in row), COLUMNS[0])
        text = row.get(column)
        if not isinstance(text, str):
            raise split.refusal(number, row, "has no text", f"rows with {' or '.join(COLUMNS)}, or lines of a .txt")
        yield from text.split()
        yield END


def _known(numbers: dict[str, int], split: Split) -> Iterator[int]:
    """The numbers of words that the training text has, and of its unknown word for all others."""
    unknown = numbers.get(UNKNOWN)
    for word in _words(split):
        number = numbers.get(word, unknown)
        if number is None:
            raise BadInput(
                f"{split.what} has the word {word!r}, which the training text does not have, nor has that {UNKNOWN}"
            )
        yield number


def _cut(text: np.ndarray, count: int, split: Split, setting: str) -> np.ndarray:
    if len(text) < count:
        raise BadInput(f"{split.what} has {len(text):,} tokens; set.{setting} asks for {count:,}")
    return text[:count]
