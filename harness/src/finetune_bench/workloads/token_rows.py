"""Rows of text as the data of a workload: how they are made, and how they become batches of a language model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from finetune_bench.generate import TokenRows, read_token_file, write_token_file
from finetune_bench.order import Data, Loss, RowLengths, TextRecipe
from finetune_bench.row_files import row_file
from finetune_bench.workloads.base import Values
from finetune_bench.workloads.training_task import Batch, checked_file


def made_rows(vocab_size: int, lengths: RowLengths, values: Values, cache: Path) -> tuple[Data, str]:
    """Token rows in the cache, made where they are missing, and the name of their file."""
    recipe = TextRecipe(
        generator="zipf-lognormal-1",
        seed=values["seed"],
        vocab_size=vocab_size,
        lengths=lengths,
        zipf_exponent=1.1,
    )
    rows, validation_rows, max_length = values["rows"], values["validation_rows"], values["max_length"]
    return row_file(
        Data, recipe, values, cache, lambda path: write_token_file(path, recipe, rows, validation_rows, max_length)
    )


class TokenRowBatches:
    """Every row padded to one length, or to the `longest` of its batch.

    The target of a place is the token `shift` places on.
    """

    def __init__(self, path: Path, data: Data, pad_length: int, loss: Loss, longest: bool = False) -> None:
        self.sha256 = data.sha256
        self.shape = [pad_length]
        self._path = path
        self._pad_length = pad_length
        self._loss = loss
        self._longest = longest
        self._splits: dict[str, TokenRows] = {}

    def load(self) -> None:
        self._splits = read_token_file(checked_file(self._path, self.sha256))

    def batch(self, split: str, rows: Sequence[int]) -> Batch:
        tokens = self._splits[split]
        lengths = tokens.lengths[list(rows)]
        length = int(lengths.max()) if self._longest else self._pad_length
        ids = tokens.padded(rows, length)
        mask = target_mask(lengths, length, self._loss)
        return Batch(
            inputs=(ids,),
            targets=ids[:, self._loss.shift :],
            mask=mask,
            samples=len(ids),
            padded=ids.size,
            real=int(lengths.sum()),
        )


def target_mask(lengths: np.ndarray, pad_length: int, loss: Loss) -> np.ndarray:
    """float32 [rows, pad_length - shift]: 1 where the token `shift` places on is a target."""
    positions = np.arange(loss.shift, pad_length)
    counted = positions[None, :] < lengths[:, None]
    return (counted if loss.mask == "attended" else np.ones_like(counted)).astype(np.float32)
