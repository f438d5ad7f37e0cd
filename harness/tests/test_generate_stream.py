"""The synthetic text, its windows and the positions of the model that reads it."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from finetune_bench.generate import END_ID, SPECIAL_IDS
from finetune_bench.generate_stream import generate_stream, read_stream_file
from finetune_bench.order import StreamRecipe, read_order
from finetune_bench.structure import from_json
from finetune_bench.workloads.lm import positions
from finetune_bench.workloads.lm_work import SENTENCES, LmWork, WindowBatches
from support import LM, SMALL_LM, prepare

RECIPE = StreamRecipe(generator="zipf-sentences-1", seed=5, vocab_size=10_000, sentences=SENTENCES, zipf_exponent=1.1)


def test_a_text_never_changes() -> None:
    digest = hashlib.sha256(generate_stream(RECIPE, 2000, "train-stream").tobytes()).hexdigest()
    assert digest == "0a052454e7d7053358238d2b3cabc8d199acdf75d58d41506c9e6545d55ee9c1"


def test_sentences_are_as_long_as_asked_for() -> None:
    text = generate_stream(RECIPE, 200_000, "train-stream")
    assert text.dtype == np.int32
    ends = np.flatnonzero(text == END_ID)
    words = np.diff(ends) - 1
    assert words.min() >= SENTENCES.shortest
    assert words.max() <= SENTENCES.longest
    assert np.median(words) == pytest.approx(SENTENCES.mean, abs=1)
    assert words.std() == pytest.approx(SENTENCES.deviation, abs=1)
    assert SPECIAL_IDS <= text[text != END_ID].min() < text.max() < RECIPE.vocab_size


def test_the_validation_is_another_text() -> None:
    train, validation = (generate_stream(RECIPE, 300, f"{name}-stream") for name in ("train", "validation"))
    assert not np.array_equal(train, validation)


@pytest.mark.parametrize(("stride", "step"), [(0, 8), (1, 1), (11, 11)])
def test_windows_are_cut_from_the_text(tmp_path: Path, cache: Path, stride: int, step: int) -> None:
    order = read_order(prepare(tmp_path, cache, LM, SMALL_LM | {"stride": stride, "tokens": 400}))
    rows = WindowBatches(cache / order.files["data"], from_json(LmWork, order.work, "work"))
    rows.load()
    texts = read_stream_file(cache / order.files["data"])
    for split, apart in (("train", step), ("validation", 8)):
        batch = rows.batch(split, [3, 1])
        for line, row in enumerate((3, 1)):
            start = row * apart
            assert np.array_equal(batch.inputs[0][line], texts[split][start : start + 8])
            assert np.array_equal(batch.targets[line], texts[split][start + 1 : start + 9])
        assert (batch.padded, batch.real, batch.loss_tokens) == (16, 16, 16)


def test_positions_are_sines_and_cosines_of_falling_frequency() -> None:
    table = positions(100, 16)
    assert np.allclose(table[0], [0] * 8 + [8**-0.5] * 8)
    assert np.allclose(table[:, 0], 8**-0.5 * np.sin(np.arange(100)))
    assert np.allclose(table[:, 15], 8**-0.5 * np.cos(np.arange(100) * 1e-4))
