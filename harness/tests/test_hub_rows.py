"""Which files of a data set are read: formats, several files, a split of its own, and what is refused."""

import subprocess

import pytest

from checkpoints import DATASET, MODEL, model_repo, rows
from finetune_bench.hub_rows import PYARROW
from finetune_bench.order import Order
from hub_files import json_lines, parquet, zipped
from hub_place import Place
from local_hub import Repo
from support import HARNESS, SFT, environment

ROWS = rows(SFT)
FILES = {
    "rows.jsonl": json_lines(ROWS),
    "rows.jsonl.gz": zipped(json_lines(ROWS)),
    "rows.parquet": parquet(ROWS),
    "data/train-00000-of-00002.parquet": parquet(ROWS[:20]),
    "data/train-00001-of-00002.parquet": parquet(ROWS[20:]),
    "dev.parquet": parquet(ROWS[32:36]),
    "other.parquet": parquet([{"question": "a", "label": 1}]),
    "damaged.parquet": parquet(ROWS)[:-40],
    "cut.jsonl.gz": zipped(json_lines(ROWS))[:-40],
    "deep.json": b"[" * 100_000,
    "rows.txt": b"the quick brown fox\n",
}
SHARDS = "data/train-00000-of-00002.parquet, data/train-00001-of-00002.parquet"


@pytest.fixture
def place(place: Place, tokens: bytes) -> Place:
    place.hub.repos[MODEL] = model_repo(SFT, tokens)
    place.hub.repos[f"datasets/{DATASET}"] = Repo(FILES, commit="b" * 40)
    place.values = {
        "data": "hub",
        "model_id": MODEL,
        "dataset_id": DATASET,
        "rows": 32,
        "validation_rows": 4,
        "max_length": 48,
    }
    return place


def digest(order: Order) -> str:
    return order.work["data"]["sha256"]


def test_every_format_holds_the_same_rows(place: Place) -> None:
    """And so do several files, and a split of its own that holds what the next rows would be."""
    choices = [{"dataset_file": file} for file in ("rows.jsonl", "rows.jsonl.gz", "rows.parquet", SHARDS)]
    choices.append({"dataset_file": "rows.parquet", "validation_file": "dev.parquet"})
    orders = [place.order(SFT, **choice) for choice in choices]
    assert len({digest(order) for order in orders}) == 1
    assert len({order.work_hash for order in orders}) == 5


ONE_ROW = {"validation_file": "dev.parquet", "rows": 1, "batch_size": 1, "accumulation": 1}
REFUSED = {
    "columns": (
        {"dataset_file": "other.parquet", "rows": 8, "accumulation": 1, "validation_rows": 1},
        "has 1 rows; set.rows and set.validation_rows ask for 9",
    ),
    "fields": (
        ONE_ROW | {"dataset_file": "other.parquet"},
        "row 1 of other.parquet of the data set makers/small-rows at main has no text 'instruction' (it has question, "
        "label); accepted: rows with instruction, context, response; name another file with set.dataset_file, or",
    ),
    "text": (
        ONE_ROW | {"dataset_file": "rows.txt"},
        "row 1 of rows.txt of the data set makers/small-rows at main has no text 'instruction' (it has text)",
    ),
    "split": (
        {"dataset_file": "rows.jsonl", "validation_file": "validation.parquet"},
        "has no file validation.parquet; it is named by set.validation_file",
    ),
    "short split": (
        {"dataset_file": "rows.jsonl", "validation_file": "dev.parquet", "validation_rows": 5},
        "dev.parquet of the data set makers/small-rows at main has 4 rows; set.validation_rows asks for 5",
    ),
    "damaged": (
        {"dataset_file": "damaged.parquet"},
        "damaged.parquet of the data set makers/small-rows at main cannot",
    ),
    "cut": ({"dataset_file": "cut.jsonl.gz"}, "cut.jsonl.gz of the data set makers/small-rows at main cannot be read:"),
    "deep": ({"dataset_file": "deep.json"}, "deep.json of the data set makers/small-rows at main cannot be read:"),
    "ending": (
        {"dataset_file": "rows.csv"},
        "accepted in set.dataset_file: .txt, .jsonl, .json, .parquet, and .gz after all but the last",
    ),
    "no effect": (
        {"data": "synthetic", "validation_file": "dev.parquet", "dataset_file": "databricks-dolly-15k.jsonl"},
        "has no effect without set.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_said(case: str, place: Place) -> None:
    values, words = REFUSED[case]
    assert words in place.refused(SFT, 2, **values)


def test_parquet_without_its_reader_names_the_package(place: Place) -> None:
    place.parquet = ""
    said = place.refused(SFT, 1, dataset_file="rows.parquet")
    assert f"is parquet, and {place.python} cannot read it: No module named 'pyarrow'" in said
    assert f"install {PYARROW} there, or name a file that ends in .jsonl" in said
    for lock in ("parquet", "dev"):
        assert PYARROW in (HARNESS / "requirements" / f"{lock}.txt").read_text().splitlines()
    place.order(SFT, dataset_file="rows.jsonl")


TWO_MODELS = f"""
import sys
from pathlib import Path
from finetune_bench.errors import BadInput
from finetune_bench.hub import Repository
from finetune_bench.hub_rows import Split
from finetune_bench.hub_text import TEMPLATES, HubSource, hub_rows

train = Split(dataset=Repository("{DATASET}", "main", "dataset"), setting="dataset_file", files=("rows.jsonl",))
for vocab_size in (4096, 300):
    try:
        hub_rows(
            HubSource(
                train=train,
                validation=None,
                tokenizer=Repository("{MODEL}", "main"),
                template=TEMPLATES["role-tags-1"],
                vocab_size=vocab_size,
            ),
            {{"rows": 8, "validation_rows": 1, "max_length": 48}},
            Path(sys.argv[1]),
        )
    except BadInput as error:
        print(error)
"""


def test_tokens_made_for_a_larger_model_do_not_serve_a_smaller(place: Place) -> None:
    done = subprocess.run(
        [place.python, "-c", TWO_MODELS, str(place.cache)],
        env=environment(HF_ENDPOINT=place.hub.url, HF_HOME=str(place.hub_cache)),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (said,) = done.stdout.splitlines()
    assert said.endswith("the model accepts ids below 300")
