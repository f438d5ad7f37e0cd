"""Synthetic token rows: log-normal lengths and Zipf-distributed ids, so that no tokenizer or data set is needed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from finetune_bench.order import TextRecipe
from finetune_bench.weights import generator, write_arrays

PAD_ID, BEGIN_ID, END_ID = 0, 1, 2
SPECIAL_IDS = 3
HISTOGRAM_WIDTH = 16


@dataclass(frozen=True)
class TokenRows:
    """Rows of token ids, end to end: row i is `ids[offsets[i]:offsets[i + 1]]`."""

    ids: np.ndarray
    offsets: np.ndarray

    @cached_property
    def lengths(self) -> np.ndarray:
        return np.diff(self.offsets)

    def padded(self, rows: Sequence[int], length: int) -> np.ndarray:
        """int32 [len(rows), length], filled with PAD_ID after each row's end."""
        block = np.full((len(rows), length), PAD_ID, dtype=np.int32)
        for line, row in enumerate(rows):
            ids = self.ids[self.offsets[row] : self.offsets[row + 1]]
            block[line, : len(ids)] = ids
        return block


def generate_rows(recipe: TextRecipe, rows: int, max_length: int, stream: str) -> TokenRows:
    """Rows that begin with BEGIN_ID and end with END_ID, cut to `max_length` tokens.

    More rows of one recipe start with the same rows: lengths and ids come from two streams.
    """
    random = generator(recipe.seed, stream)
    lengths_random, ids_random = random.spawn(2)
    law = recipe.lengths
    drawn = np.exp(math.log(law.median) + law.sigma * lengths_random.standard_normal(rows))
    natural = np.clip(np.rint(drawn), law.shortest, law.longest).astype(np.int64)
    lengths = np.minimum(natural, max_length)
    starts = np.concatenate([[0], np.cumsum(natural)])
    text = zipf_ids(zipf_law(recipe.vocab_size, recipe.zipf_exponent), ids_random.random(int(starts[-1])))
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.empty(int(offsets[-1]), dtype=np.int32)
    for row in range(rows):
        line = ids[offsets[row] : offsets[row + 1]]
        line[:] = text[starts[row] : starts[row] + lengths[row]]
        line[0], line[-1] = BEGIN_ID, END_ID
    return TokenRows(ids, offsets)


def zipf_law(vocab_size: int, exponent: float) -> np.ndarray:
    """Cumulative weights of ids whose frequency falls as 1 / rank**exponent, special ids left out."""
    ranks = np.arange(1, vocab_size - SPECIAL_IDS + 1, dtype=np.float64)
    return np.cumsum(ranks**-exponent)


def zipf_ids(law: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """One id for every uniform draw from [0, 1)."""
    return SPECIAL_IDS + np.searchsorted(law, uniform * law[-1], side="right").clip(max=len(law) - 1)


def length_histogram(lengths: np.ndarray) -> dict[str, int]:
    """Number of rows by length, in bins of 16 tokens named by their first length."""
    bins, counts = np.unique(lengths // HISTOGRAM_WIDTH * HISTOGRAM_WIDTH, return_counts=True)
    return {str(first): int(count) for first, count in zip(bins, counts, strict=True)}


def shuffled_batches(rows: int, batch_size: int, count: int, seed: int) -> tuple[tuple[int, ...], ...]:
    """The first `count` batches of row indices: every epoch a fresh permutation, joined without a gap."""
    random = generator(seed, "shuffle")
    epochs = -(-count * batch_size // rows)
    order = np.concatenate([random.permutation(rows) for _ in range(epochs)])
    return tuple(tuple(map(int, order[i * batch_size : (i + 1) * batch_size])) for i in range(count))


def write_token_file(
    path: Path, recipe: TextRecipe, rows: int, validation_rows: int, max_length: int
) -> dict[str, object]:
    """Writes both splits as safetensors. Returns the file's sha256 and the lengths of the training rows."""
    train = generate_rows(recipe, rows, max_length, "train")
    return write_splits(path, train, generate_rows(recipe, validation_rows, max_length, "validation"))


def write_splits(path: Path, train: TokenRows, validation: TokenRows) -> dict[str, object]:
    """Writes rows of any origin as a token file. Returns its sha256 and the lengths of the training rows."""
    sha256 = write_arrays(
        path,
        {
            "train.offsets": train.offsets,
            "validation.offsets": validation.offsets,
            "train.ids": train.ids,
            "validation.ids": validation.ids,
        },
    )
    return {"sha256": sha256, "length_histogram": length_histogram(train.lengths)}


def read_token_file(path: Path) -> dict[str, TokenRows]:
    """The splits of a token file, by name."""
    from safetensors.numpy import load_file

    arrays = load_file(path)
    return {split: TokenRows(arrays[f"{split}.ids"], arrays[f"{split}.offsets"]) for split in ("train", "validation")}
