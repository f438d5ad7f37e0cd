"""Synthetic pairs of sentences with a planted label: how much of the second sentence stems from the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finetune_bench.generate import BEGIN_ID, END_ID, TokenRows, length_histogram, zipf_ids, zipf_law
from finetune_bench.order import NormalLengths, PairRecipe
from finetune_bench.weights import generator, write_arrays

CONTRADICTION, ENTAILMENT, NEUTRAL = 0, 1, 2
SHARED = {CONTRADICTION: 0.0, ENTAILMENT: 1.0, NEUTRAL: 0.5}
"""Label → the share of the hypothesis's tokens that are tokens of the premise."""
SIDES = ("premise", "hypothesis")


@dataclass(frozen=True)
class Pairs:
    premise: TokenRows
    hypothesis: TokenRows
    labels: np.ndarray


def generate_pairs(recipe: PairRecipe, rows: int, max_length: int, stream: str) -> Pairs:
    """Sentences that begin with BEGIN_ID and end with END_ID, no longer than `max_length`.

    More rows of one recipe start with the same rows: every row has a stream of its own.
    """
    premises, hypotheses = [], []
    law = zipf_law(recipe.vocab_size, recipe.zipf_exponent)
    labels = np.empty(rows, dtype=np.int32)
    for row, random in enumerate(generator(recipe.seed, stream).spawn(rows)):
        labels[row] = random.integers(len(SHARED))
        premise = zipf_ids(law, random.random(_length(recipe.premise, max_length, random) - 2))
        hypothesis = zipf_ids(law, random.random(_length(recipe.hypothesis, max_length, random) - 2))
        shared = random.random(len(hypothesis)) < SHARED[int(labels[row])]
        hypothesis[shared] = premise[random.integers(len(premise), size=int(shared.sum()))]
        premises.append(premise)
        hypotheses.append(hypothesis)
    return Pairs(_framed(premises), _framed(hypotheses), labels)


def _length(law: NormalLengths, max_length: int, random: np.random.Generator) -> int:
    drawn = round(law.mean + law.deviation * random.standard_normal())
    return min(max(drawn, law.shortest), law.longest, max_length)


def _framed(sentences: list[np.ndarray]) -> TokenRows:
    """The sentences end to end, each between BEGIN_ID and END_ID."""
    ids = np.concatenate([np.concatenate([[BEGIN_ID], sentence, [END_ID]]) for sentence in sentences])
    offsets = np.concatenate([[0], np.cumsum([len(sentence) + 2 for sentence in sentences])])
    return TokenRows(ids.astype(np.int32), offsets)


def write_pair_file(
    path: Path, recipe: PairRecipe, rows: int, validation_rows: int, max_length: int
) -> dict[str, object]:
    """Writes both splits as safetensors. Returns the file's sha256 and the lengths of the training sentences."""
    splits = {"train": rows, "validation": validation_rows}
    return write_pairs(
        path, {name: generate_pairs(recipe, count, max_length, f"{name}-pairs") for name, count in splits.items()}
    )


def write_pairs(path: Path, pairs: Mapping[str, Pairs]) -> dict[str, object]:
    """Writes pairs of any origin. Returns the file's sha256 and the lengths of the training sentences."""
    arrays: dict[str, np.ndarray] = {}
    for name, split in pairs.items():
        for side in SIDES:
            arrays[f"{name}.{side}.offsets"] = getattr(split, side).offsets
    for name, split in pairs.items():
        for side in SIDES:
            arrays[f"{name}.{side}.ids"] = getattr(split, side).ids
        arrays[f"{name}.labels"] = split.labels
    train = pairs["train"]
    lengths = np.concatenate([train.premise.lengths, train.hypothesis.lengths])
    return {"sha256": write_arrays(path, arrays), "length_histogram": length_histogram(lengths)}


def read_pair_file(path: Path) -> dict[str, Pairs]:
    """The splits of a file of pairs, by name."""
    from safetensors.numpy import load_file

    arrays = load_file(path)

    def side(split: str, name: str) -> TokenRows:
        return TokenRows(arrays[f"{split}.{name}.ids"], arrays[f"{split}.{name}.offsets"])

    return {
        split: Pairs(side(split, "premise"), side(split, "hypothesis"), arrays[f"{split}.labels"])
        for split in ("train", "validation")
    }
