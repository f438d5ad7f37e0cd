"""Pairs and checkpoints of the hub for `nli-bert-tiny`: the defaults, tokens, labels, tensors, and what is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from checkpoints import BERT, DATASET, WORDS, bert_config, bert_values, stored
from finetune_bench.generate_pairs import Pairs, read_pair_file
from finetune_bench.order import Order
from finetune_bench.weights import STD, generator, initial
from hub_files import json_lines, parquet
from hub_place import NOWHERE, Place
from local_hub import Repo
from support import CPU_BACKENDS, NLI, Interpreters, run

MODEL, PAIRS = "gaunernst/bert-tiny-uncased", "datasets/sentence-transformers/all-nli"
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, "##s", "."]
NAMES = ("entailment", "neutral", "contradiction")


def pair(number: int) -> dict[str, Any]:
    return {"premise": "The quick foxs.", "hypothesis": f"A {WORDS[number % 20]} Zebra", "label": number % 3}


TRAIN, DEV = [pair(number) for number in range(50)], [pair(number) for number in range(1, 9)]
LONG = {"premise": "the " * 40, "hypothesis": "dog", "label": 2}
SPLITS = {
    "pair-class/train-00000-of-00001.parquet": parquet(TRAIN),
    "pair-class/dev-00000-of-00001.parquet": parquet(DEV),
}
OTHER = {
    "names.jsonl": json_lines([LONG, *({**row, "label": NAMES[row["label"]]} for row in TRAIN)]),
    "label.jsonl": json_lines([{**row, "label": 3} for row in TRAIN]),
    "unlabelled.jsonl": json_lines([*TRAIN[:4], {**TRAIN[4], "label": -1}, *TRAIN[5:]]),
    "columns.jsonl": json_lines([{"sentence1": "a", "sentence2": "b", "label": 1}] * 50),
    "no.csv": b"",
}


def as_stored(prefix: str = "bert.", old_norms: bool = False) -> dict[str, np.ndarray]:
    """The tensors under the names of a checkpoint, with the heads of the task it was trained for."""

    def name(ours: str) -> str:
        for old, new in {
            "embeddings.word": "embeddings.word_embeddings",
            "embeddings.position": "embeddings.position_embeddings",
            "embeddings.token_type": "embeddings.token_type_embeddings",
            "embeddings.norm": "embeddings.LayerNorm",
            "layers.": "encoder.layer.",
            "attention_norm": "attention.output.LayerNorm",
            "output_norm": "output.LayerNorm",
            "attention.query": "attention.self.query",
            "attention.key": "attention.self.key",
            "attention.value": "attention.self.value",
            "inner": "intermediate.dense",
            "outer": "output.dense",
            "pooler": "pooler.dense",
        }.items():
            ours = ours.replace(old, new)
        ours = ours.replace("attention.output.weight", "attention.output.dense.weight")
        ours = ours.replace("attention.output.bias", "attention.output.dense.bias")
        if old_norms and "LayerNorm" in ours:
            ours = ours.replace("weight", "gamma").replace("bias", "beta")
        return prefix + ours

    tensors = {name(ours): values for ours, values in bert_values().items()}
    return tensors | {
        f"{prefix}embeddings.position_ids": np.zeros((1, BERT.max_positions), dtype=np.float32),
        "cls.predictions.bias": np.zeros(BERT.vocab_size, dtype=np.float32),
    }


@pytest.fixture
def place(place: Place) -> Place:
    files = {
        "config.json": json.dumps(bert_config()).encode(),
        "vocab.txt": "\n".join(PIECES).encode(),
        "model.safetensors": stored(as_stored(), "float32"),
    }
    place.hub.repos[MODEL] = Repo(files, commit="a" * 40)
    place.hub.repos[PAIRS] = Repo(SPLITS, commit="b" * 40)
    place.hub.repos[f"datasets/{DATASET}"] = Repo(SPLITS | OTHER, commit="c" * 40)
    place.values = {"data": "hub", "rows": 48, "validation_rows": 8, "max_length": 16}
    return place


def pairs_of(place: Place, order: Order) -> dict[str, Pairs]:
    return read_pair_file(place.cache / order.files["data"])


def pieces(pairs: Pairs, side: str, row: int) -> list[str]:
    rows = getattr(pairs, side)
    return [PIECES[number] for number in rows.ids[rows.offsets[row] : rows.offsets[row + 1]]]


def test_sentences_are_word_pieces_and_labels_those_of_the_set(place: Place) -> None:
    """With the names that the workload has by default. The words are in lower case unless the tokenizer says more."""
    splits = pairs_of(place, place.order(NLI))
    train = splits["train"]
    assert pieces(train, "premise", 0) == ["[CLS]", "the", "quick", "fox", "##s", ".", "[SEP]"]
    assert pieces(train, "hypothesis", 1) == ["[CLS]", "a", WORDS[1], "[UNK]", "[SEP]"]
    assert train.labels.tolist() == [number % 3 for number in range(48)]
    assert splits["validation"].labels.tolist() == [number % 3 for number in range(1, 9)]
    place.hub.repos[MODEL].files["tokenizer_config.json"] = b'{"do_lower_case": false}'
    place.hub.repos[MODEL].commit = "d" * 40
    cased = pairs_of(place, place.order(NLI, revision="d" * 40))["train"]
    assert pieces(cased, "premise", 0)[1] == "[UNK]"


def test_labels_may_be_names_and_long_sentences_keep_their_end(place: Place) -> None:
    train = pairs_of(place, place.order(NLI, dataset_id=DATASET, dataset_file="names.jsonl"))["train"]
    assert train.labels.tolist() == [2, *(number % 3 for number in range(47))]
    assert pieces(train, "premise", 0) == ["[CLS]", *["the"] * 14, "[SEP]"]


def test_both_frameworks_train_the_checkpoint_where_no_hub_is(
    place: Place, interpreters: Interpreters, tmp_path: Path
) -> None:
    order = place.order(NLI, weights="hub")
    assert order.work["weights"]["recipe"] == {"hub_model": MODEL, "commit": "a" * 40, "seed": 0}
    losses = {}
    for backend in CPU_BACKENDS:
        done = run(interpreters.of(backend), place.order_path, backend, place.cache, tmp_path, HF_ENDPOINT=NOWHERE)
        assert (done.exit_code, done.last["event"]) == (0, "end"), done.stderr
        losses[backend] = [step["loss"] for step in done.of("step")]
    assert len(losses["torch-cpu"]) == 6
    assert losses["torch-cpu"] == pytest.approx(losses["mlx-cpu"], abs=1e-4)


STORED = {
    "float16": stored(as_stored(), "float16"),
    "no head": stored(as_stored(prefix=""), "bfloat16"),
    "old norms": stored(as_stored(old_norms=True), "float32"),
}


@pytest.mark.parametrize("kind", STORED)
def test_the_encoder_is_the_checkpoints_and_the_classifier_made_here(kind: str, place: Place) -> None:
    place.hub.repos[MODEL].files["model.safetensors"] = STORED[kind]
    made = load_file(place.cache / place.order(NLI, weights="hub", seed=3, data="synthetic").files["weights"])
    for name, values in bert_values().items():
        expected = values.astype(np.float16).astype(np.float32) if kind == "float16" else values
        assert np.array_equal(made[name], expected), name
    random = generator(3, "weights")
    for name in ("classifier.weight", "classifier.bias"):
        (drawn,) = initial(name, made[name].shape, STD).chunks(random)
        assert np.array_equal(made[name].ravel(), drawn)
    again = load_file(place.cache / place.order(NLI, weights="hub", seed=4, data="synthetic").files["weights"])
    assert not np.array_equal(made["classifier.weight"], again["classifier.weight"])


def test_a_checkpoint_without_safetensors_or_of_another_model_is_refused(place: Place) -> None:
    files = place.hub.repos[MODEL].files
    files["config.json"] = json.dumps(bert_config(hidden_act="gelu_new", num_hidden_layers=4)).encode()
    said = place.refused(NLI, 2, weights="hub")
    assert "num_hidden_layers is 4, accepted 2; hidden_act is 'gelu_new', accepted 'gelu'" in said
    place.hub.repos[MODEL].commit = "e" * 40
    files |= {"config.json": json.dumps(bert_config()).encode(), "pytorch_model.bin": files.pop("model.safetensors")}
    said = place.refused(NLI, 2, weights="hub", revision="e" * 40)
    assert f"the model {MODEL} at {'e' * 40} has no safetensors" in said
    assert "other formats are not read" in said
    assert "set.revision can name" in said


REFUSED = {
    "label": ("label.jsonl", "row 1 of label.jsonl of the data set makers/small-rows at main has the label 3 (it has"),
    "unlabelled": (
        "unlabelled.jsonl",
        "has the label -1 (it has premise, hypothesis, label); accepted: labels 0 or",
    ),
    "columns": (
        "columns.jsonl",
        "has no text 'premise' (it has sentence1, sentence2, label); accepted: rows with premise",
    ),
    "ending": ("no.csv", "'no.csv' of the data set makers/small-rows at main has no ending that tells how to read it"),
    "missing": ("none.parquet", "has no file none.parquet; it is named by set.dataset_file"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_are_no_such_pairs_is_said(case: str, place: Place) -> None:
    file, words = REFUSED[case]
    assert words in place.refused(NLI, 2, dataset_id=DATASET, dataset_file=file)


def test_tokens_made_for_a_larger_model_do_not_serve_a_smaller(place: Place) -> None:
    """Whose embedding table ends before them: one framework would fail in the middle, the other read beyond the end."""
    pieces = [*PIECES[:5], *(f"[unused{number}]" for number in range(3000)), *PIECES[5:]]
    place.hub.repos[MODEL].files["vocab.txt"] = "\n".join(pieces).encode()
    place.order(NLI, size="real", steps=6)
    assert "the model accepts ids below 2048" in place.refused(NLI, 2, steps=6)


def test_a_cache_filled_by_hand_serves_offline(place: Place) -> None:
    """It has the word pieces, and does not know that the hub has no tokenizer.json."""
    files = place.hub.repos[MODEL].files
    files["tokenizer_config.json"] = b"{}"
    first = place.order(NLI, weights="hub")
    for folder in (place.cache, *place.hub_cache.rglob(".no_exist")):
        shutil.rmtree(folder)
    assert place.order(NLI, weights="hub", endpoint=NOWHERE).work_hash == first.work_hash


def test_a_model_without_a_tokenizer_is_refused(place: Place) -> None:
    del place.hub.repos[MODEL].files["vocab.txt"]
    assert f"the model {MODEL} at main has no tokenizer: neither" in place.refused(NLI, 2)
