"""The synthetic rows: their laws, and that they never change from one version to the next."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from finetune_bench.generate import (
    BEGIN_ID,
    END_ID,
    PAD_ID,
    SPECIAL_IDS,
    generate_rows,
    length_histogram,
    shuffled_batches,
)
from finetune_bench.order import RowLengths, TextRecipe

LENGTHS = RowLengths(median=80, sigma=0.6, shortest=16, longest=128)
RECIPE = TextRecipe(generator="zipf-lognormal-1", seed=5, vocab_size=4096, lengths=LENGTHS, zipf_exponent=1.1)


def test_rows_never_change() -> None:
    rows = generate_rows(RECIPE, rows=50, max_length=100, stream="train")
    digest = hashlib.sha256(rows.ids.tobytes() + rows.offsets.tobytes()).hexdigest()
    assert digest == "b765477ae723e96179faa811094fdd9b994379d04086e5d43a4bd006c9017d9b"


def test_lengths_are_log_normal_and_clipped() -> None:
    lengths = generate_rows(RECIPE, rows=20_000, max_length=10_000, stream="train").lengths
    assert lengths.min() == 16
    assert lengths.max() == 128
    assert np.median(lengths) == pytest.approx(80, abs=1)
    # Below the upper clip the logarithms have the standard deviation asked for: their first quartile tells.
    assert np.log(80 / np.quantile(lengths, 0.25)) == pytest.approx(0.6745 * 0.6, rel=0.05)


def test_ids_follow_zipf_s_law_and_leave_the_special_ids_out() -> None:
    rows = generate_rows(RECIPE, rows=5_000, max_length=128, stream="train")
    inner = np.concatenate([rows.ids[a + 1 : b - 1] for a, b in zip(rows.offsets, rows.offsets[1:], strict=False)])
    assert inner.min() == SPECIAL_IDS
    assert inner.max() < 4096
    counts = Counter(inner.tolist())
    for rank in (2, 5, 20):
        share = counts[SPECIAL_IDS] / counts[SPECIAL_IDS + rank - 1]
        assert share == pytest.approx(rank**1.1, rel=0.1)


@given(rows=st.integers(1, 40), more=st.integers(0, 40), max_length=st.integers(2, 140), seed=st.integers(0, 2**32))
@settings(deadline=None)
def test_rows_are_framed_cut_and_do_not_depend_on_how_many_follow(
    rows: int, more: int, max_length: int, seed: int
) -> None:
    recipe = TextRecipe(generator="g", seed=seed, vocab_size=64, lengths=LENGTHS, zipf_exponent=1.1)
    few = generate_rows(recipe, rows, max_length, "train")
    many = generate_rows(recipe, rows + more, max_length, "train")
    assert np.array_equal(few.ids, many.ids[: len(few.ids)])
    assert np.array_equal(few.offsets, many.offsets[: rows + 1])
    assert few.lengths.max() <= max_length
    assert (few.ids[few.offsets[:-1]] == BEGIN_ID).all()
    assert (few.ids[few.offsets[1:] - 1] == END_ID).all()
    assert few.ids.dtype == np.int32


def test_the_validation_split_is_another_text() -> None:
    train, validation = (generate_rows(RECIPE, 8, 128, stream) for stream in ("train", "validation"))
    assert not np.array_equal(train.ids[:64], validation.ids[:64])


def test_padding_stands_behind_each_row() -> None:
    rows = generate_rows(RECIPE, rows=6, max_length=40, stream="train")
    block = rows.padded([4, 1], length=48)
    assert block.shape == (2, 48)
    for line, row in zip(block, (4, 1), strict=True):
        length = rows.lengths[row]
        assert np.array_equal(line[:length], rows.ids[rows.offsets[row] : rows.offsets[row + 1]])
        assert (line[length:] == PAD_ID).all()


def test_the_histogram_counts_every_row() -> None:
    assert length_histogram(np.array([1, 15, 16, 31, 128])) == {"0": 2, "16": 2, "128": 1}


@given(rows=st.integers(1, 60), epochs=st.integers(1, 4), size=st.integers(1, 9), seed=st.integers(0, 100))
def test_every_epoch_takes_every_row_once(rows: int, epochs: int, size: int, seed: int) -> None:
    count = rows * epochs // size
    assume(count > 0)
    batches = shuffled_batches(rows, size, count, seed)
    assert len(batches) == count
    assert all(len(batch) == size for batch in batches)
    flat = [row for batch in batches for row in batch]
    for epoch in range(len(flat) // rows):
        assert sorted(flat[epoch * rows : (epoch + 1) * rows]) == list(range(rows))
    assert len(set(flat[len(flat) // rows * rows :])) == len(flat) % rows
    assert batches == shuffled_batches(rows, size, count, seed)


def test_epochs_are_shuffled_anew() -> None:
    (first,), (second,) = shuffled_batches(32, 32, 2, seed=0)[:1], shuffled_batches(32, 32, 2, seed=0)[1:]
    assert first != second
    assert first != tuple(range(32))
