"""A small text in the place of the Penn Treebank, as its repository on the hub holds it."""

from collections.abc import Sequence

import numpy as np

from checkpoints import WORDS
from hub_files import parquet
from local_hub import Repo

NAME = "datasets/ptb-text-only/ptb_text_only"
FOLDER = "penn_treebank/{}/0000.parquet"
"""Where the hub's own converter puts a split."""


def _sentences(count: int, seed: int, words: Sequence[str] = WORDS) -> list[str]:
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(words, size=int(random.integers(3, 9)))) for _ in range(count)]


TRAIN = ["<unk> said the N fox", *_sentences(60, 1)]
VALIDATION = [f" {text} " for text in _sentences(12, 2, [*WORDS, "unheard"])]
TEST = _sentences(12, 3)


def treebank() -> Repo:
    splits = {"train": TRAIN, "validation": VALIDATION, "test": TEST}
    files = {FOLDER.format(name): parquet([{"sentence": text} for text in texts]) for name, texts in splits.items()}
    return Repo(files, commit="b" * 40, branch="refs/convert/parquet")
