"""A text of the hub for `lm-ptb`: the defaults, the numbers of its words, both frameworks, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from checkpoints import DATASET
from finetune_bench.generate_stream import read_stream_file
from finetune_bench.order import Order
from hub_files import json_lines, zipped
from hub_place import NOWHERE, Place
from local_hub import Repo
from support import CPU_BACKENDS, LM, SMALL_LM, Interpreters, run
from treebank import FOLDER, NAME, TRAIN, VALIDATION, treebank


def words(texts: Sequence[str]) -> list[str]:
    return [word for text in texts for word in [*text.split(), "<eos>"]]


@pytest.fixture
def place(place: Place) -> Place:
    place.hub.repos[NAME] = treebank()
    place.hub.repos[f"datasets/{DATASET}"] = Repo(
        {
            "train.txt": "\n".join(TRAIN).encode() + b"\n\n",
            "train.txt.gz": zipped("\n".join(TRAIN).encode()),
            "train.jsonl": json_lines([{"text": text} for text in TRAIN]),
            "known.txt": "\n".join(TRAIN[1:]).encode(),
            "many.txt": " ".join(f"word{number}" for number in range(1000)).encode(),
            "labels.jsonl": json_lines([{"label": 1}]),
            "valid.txt": "\n".join(VALIDATION).encode(),
        },
        commit="c" * 40,
    )
    place.values = {"data": "hub", **SMALL_LM}
    return place


def texts_of(place: Place, order: Order) -> dict[str, np.ndarray]:
    return read_stream_file(place.cache / order.files["data"])


def test_words_are_numbered_as_they_first_occur(place: Place) -> None:
    """With the names that the workload has by default; a word that the training text lacks is its unknown one."""
    texts = texts_of(place, place.order(LM))
    numbers = {word: number for number, word in enumerate(dict.fromkeys(words(TRAIN)))}
    assert texts["train"].tolist() == [numbers[word] for word in words(TRAIN)][: SMALL_LM["tokens"]]
    expected = [numbers.get(word, numbers["<unk>"]) for word in words(VALIDATION)]
    assert texts["validation"].tolist() == expected[: SMALL_LM["validation_tokens"]]
    assert numbers["<unk>"] == 0 in texts["validation"]


def test_the_test_split_is_read_where_it_is_named(place: Place) -> None:
    first = place.order(LM)
    other = place.order(LM, validation_file=FOLDER.format("test"))
    assert first.work_hash != other.work_hash
    train, validation = (
        [np.array_equal(*pair) for pair in [[texts_of(place, order)[split] for order in (first, other)]]]
        for split in ("train", "validation")
    )
    assert (train, validation) == ([True], [False])


def test_every_format_is_the_same_text(place: Place) -> None:
    first = place.order(LM)
    own = {"dataset_id": DATASET, "dataset_revision": "main", "validation_file": "valid.txt"}
    for file in ("train.txt", "train.txt.gz", "train.jsonl"):
        order = place.order(LM, **own, dataset_file=file)
        assert order.work["data"]["sha256"] == first.work["data"]["sha256"]


def test_both_frameworks_train_on_it_where_no_hub_is(place: Place, interpreters: Interpreters, tmp_path: Path) -> None:
    place.order(LM)
    losses = {}
    for backend in CPU_BACKENDS:
        done = run(interpreters.of(backend), place.order_path, backend, place.cache, tmp_path, HF_ENDPOINT=NOWHERE)
        assert (done.exit_code, done.last["event"]) == (0, "end"), done.stderr
        losses[backend] = [step["loss"] for step in done.of("step")]
    assert len(losses["torch-cpu"]) == 6
    assert losses["torch-cpu"] == pytest.approx(losses["mlx-cpu"], abs=1e-4)


OWN = {"dataset_id": DATASET, "dataset_revision": "main", "validation_file": "valid.txt"}
REFUSED = {
    "tokens": (
        {"tokens": 2000},
        " tokens; set.tokens asks for 2,000",
    ),
    "validation": (
        {"validation_tokens": 500},
        " tokens; set.validation_tokens asks for 500",
    ),
    "words": (
        OWN | {"dataset_file": "many.txt"},
        "many.txt of the data set makers/small-rows at main has 1,001 different words; "
        "the model of this size accepts 1,000",
    ),
    "unknown": (
        OWN | {"dataset_file": "known.txt"},
        "valid.txt of the data set makers/small-rows at main has the word 'unheard', which the training text does not "
        "have, nor has that <unk>",
    ),
    "columns": (
        OWN | {"dataset_file": "labels.jsonl"},
        "row 1 of labels.jsonl of the data set makers/small-rows at main has no text (it has label); "
        "accepted: rows with sentence or text, or lines of a .txt",
    ),
    "no split": ({"validation_file": ""}, "set.validation_file must name a file of the data set"),
    "split": (
        {"validation_file": FOLDER.format("dev")},
        "has no file penn_treebank/dev/0000.parquet; it is named by set.validation_file",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_such_text_is_said(case: str, place: Place) -> None:
    values, said = REFUSED[case]
    assert said in place.refused(LM, 2, **values)
