"""The synthetic pairs: their lengths, their planted labels, and that they never change from one version to the next."""

import hashlib

import numpy as np
import pytest

from finetune_bench.generate import BEGIN_ID, END_ID, SPECIAL_IDS
from finetune_bench.generate_pairs import CONTRADICTION, ENTAILMENT, NEUTRAL, Pairs, generate_pairs
from finetune_bench.order import PairRecipe
from finetune_bench.workloads.nli_work import HYPOTHESIS, PREMISE

RECIPE = PairRecipe(
    generator="zipf-normal-pairs-1",
    seed=5,
    vocab_size=30_522,
    premise=PREMISE,
    hypothesis=HYPOTHESIS,
    zipf_exponent=1.1,
)


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    return generate_pairs(RECIPE, 4000, 128, "train-pairs")


def test_pairs_never_change() -> None:
    pairs = generate_pairs(RECIPE, 50, 128, "train-pairs")
    parts = (pairs.premise.ids, pairs.premise.offsets, pairs.hypothesis.ids, pairs.hypothesis.offsets, pairs.labels)
    digest = hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()
    assert digest == "228921836a421fa1192ac7c6617f2f4dc7d61188e614db080d2a50591c1d2108"


def test_lengths_are_normal_and_clipped(pairs: Pairs) -> None:
    for law, lengths in ((PREMISE, pairs.premise.lengths), (HYPOTHESIS, pairs.hypothesis.lengths)):
        assert lengths.min() == law.shortest
        assert lengths.max() <= law.longest
        assert np.median(lengths) == pytest.approx(law.mean, abs=1)
        assert np.quantile(lengths, 0.84) - law.mean == pytest.approx(law.deviation, abs=1)


def test_sentences_are_framed(pairs: Pairs) -> None:
    for side in (pairs.premise, pairs.hypothesis):
        assert (side.ids[side.offsets[:-1]] == BEGIN_ID).all()
        assert (side.ids[side.offsets[1:] - 1] == END_ID).all()
        assert side.ids.dtype == np.int32


def test_the_label_says_how_much_of_the_hypothesis_stems_from_the_premise(pairs: Pairs) -> None:
    shares: dict[int, list[float]] = {CONTRADICTION: [], ENTAILMENT: [], NEUTRAL: []}
    for row, label in enumerate(pairs.labels):
        premise, hypothesis = (
            side.ids[side.offsets[row] + 1 : side.offsets[row + 1] - 1] for side in (pairs.premise, pairs.hypothesis)
        )
        shares[int(label)].append(float(np.isin(hypothesis, premise).mean()))
        assert hypothesis.min() >= SPECIAL_IDS
    means = {label: np.mean(values) for label, values in shares.items()}
    assert means[ENTAILMENT] == 1
    assert 0.5 < means[NEUTRAL] < 0.75  # frequent ids are in both by chance
    assert means[CONTRADICTION] < 0.4
    assert min(len(values) for values in shares.values()) > 1200


def test_more_rows_start_with_the_same_rows(pairs: Pairs) -> None:
    few = generate_pairs(RECIPE, 7, 128, "train-pairs")
    assert np.array_equal(few.labels, pairs.labels[:7])
    assert np.array_equal(few.hypothesis.ids, pairs.hypothesis.ids[: len(few.hypothesis.ids)])
    other = generate_pairs(RECIPE, 7, 128, "validation-pairs")
    assert not np.array_equal(few.premise.ids[:30], other.premise.ids[:30])


def test_no_sentence_is_longer_than_the_model_reads() -> None:
    short = generate_pairs(RECIPE, 200, 8, "train-pairs")
    assert short.premise.lengths.max() == short.hypothesis.lengths.max() == 8
