"""Rows packed behind one another, so that hardly any place is padding: which go together, and the batches of them.

A row attends itself alone and no loss reaches from one to the next, so a step computes what it would of padded rows.
Places are numbered on through a pack: a rotary embedding acts only through the distance of two places.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from finetune_bench.generate import PAD_ID, TokenRows, read_token_file
from finetune_bench.order import Data, Loss
from finetune_bench.workloads.training_task import Batch, checked_file

Packs = tuple[tuple[int, ...], ...]
"""Row indices of every pack."""


def pack(rows: Sequence[int], lengths: np.ndarray, places: int) -> Packs:
    """First-fit decreasing: the longest row first (of equal ones the earlier), each into the first pack with room."""
    packs: list[list[int]] = []
    room: list[int] = []
    for row in sorted(rows, key=lambda row: -int(lengths[row])):
        needed = int(lengths[row])
        index = next((index for index, left in enumerate(room) if left >= needed), len(packs))
        if index == len(packs):
            packs.append([])
            room.append(places)
        packs[index].append(row)
        room[index] -= needed
    return tuple(map(tuple, packs))


class PackedRows:
    """One pack a batch: its ids [1, places], and where its rows begin, int32 [most + 2].

    Those begin with 0 and, once the rows have ended, repeat the last place: what is left of a pack is one more row.
    `most` is the largest number of rows in a pack of the work, so that all batches have one shape.
    """

    def __init__(self, path: Path, data: Data, places: int, loss: Loss, most: int) -> None:
        self.sha256 = data.sha256
        self.shape = [places]
        self._path = path
        self._places = places
        self._loss = loss
        self._most = most
        self._splits: dict[str, TokenRows] = {}

    def load(self) -> None:
        self._splits = read_token_file(checked_file(self._path, self.sha256))

    def batch(self, split: str, rows: Sequence[int]) -> Batch:
        tokens = self._splits[split]
        ends = np.cumsum(tokens.lengths[list(rows)])
        ids = np.full((1, self._places), PAD_ID, dtype=np.int32)
        ids[0, : ends[-1]] = np.concatenate([tokens.ids[tokens.offsets[row] : tokens.offsets[row + 1]] for row in rows])
        starts = np.full(self._most + 2, self._places, dtype=np.int32)
        starts[: len(rows) + 1] = [0, *ends]
        shift = self._loss.shift
        mask = np.zeros((1, self._places - shift), dtype=np.float32)
        for start, end in zip(starts, ends, strict=False):
            mask[0, start : max(start, end - shift)] = 1
        return Batch(
            inputs=(ids, starts),
            targets=ids[:, shift:],
            mask=mask,
            samples=len(rows),
            padded=ids.size,
            real=int(ends[-1]),
        )


def attended(batch: Batch) -> float:
    """The length of the row that a place lies in, in the mean over all places of a pack."""
    spans = np.diff(batch.inputs[1].astype(np.int64))
    return float((spans**2).sum() / spans.sum())
