"""Checkpoints and data sets of a hub, through `prepare` against a hub on this machine."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from checkpoints import DATASET, MODEL, SHAPES, config, dataset_repo, model_repo, rows, sharded, stored, values
from finetune_bench.errors import EXIT_OUT_OF_REACH
from finetune_bench.generate import read_token_file
from finetune_bench.order import Order
from finetune_bench.parity import RUNGS, climb, draw, first_failure
from finetune_bench.workloads import find_workload, llama_layouts
from finetune_bench.workloads.training_values import HUB_NAMES
from hub_place import NOWHERE, Place
from ladder import record
from local_hub import Hub, serving
from support import CPU_BACKENDS, LORA, SFT, Interpreters, run, write_json

WORKLOADS = (LORA, SFT)
HUB = {
    "weights": "hub",
    "model_id": MODEL,
    "data": "hub",
    "dataset_id": DATASET,
    "dataset_file": "rows.jsonl",
    "rows": 32,
    "validation_rows": 4,
    "max_length": 48,
}


@pytest.fixture
def place(place: Place) -> Place:
    place.values = HUB
    return place


@pytest.fixture(params=WORKLOADS)
def workload(request: pytest.FixtureRequest, place: Place, tokens: bytes) -> str:
    return offer(place.hub, request.param, tokens)


@pytest.fixture
def sft(place: Place, tokens: bytes) -> str:
    return offer(place.hub, SFT, tokens)


def offer(hub: Hub, workload: str, tokens: bytes) -> str:
    hub.repos[MODEL] = model_repo(workload, tokens)
    hub.repos[f"datasets/{DATASET}"] = dataset_repo(workload)
    return workload


def weights_of(place: Place, order: Order) -> dict[str, np.ndarray]:
    return load_file(place.cache / order.files["weights"])


def test_both_frameworks_do_the_same_work_on_a_checkpoint(
    workload: str, place: Place, interpreters: Interpreters
) -> None:
    """And run it where no hub is, from the cache alone."""
    order = place.order(workload)
    assert order.work["model"]["rope_theta"] not in (10_000.0, 1_000_000.0)
    assert (order.work["weights"]["recipe"]["commit"], order.work["data"]["recipe"]["commit"]) == ("a" * 40, "b" * 40)
    traces = {
        backend: record(interpreters.of(backend), backend, place.cache, place.folder / backend, {"hub": order})["hub"]
        for backend in CPU_BACKENDS
    }
    rungs = climb(*traces.values())
    assert [rung.name for rung in rungs] == list(RUNGS)
    assert first_failure(rungs) is None, f"\n{draw(rungs)}"
    done = run(interpreters.torch, place.order_path, "torch-cpu", place.cache, place.folder, HF_ENDPOINT=NOWHERE)
    assert (done.exit_code, done.last["event"]) == (0, "end"), done.stderr


def test_the_weights_are_those_of_the_checkpoint(workload: str, place: Place) -> None:
    made = weights_of(place, place.order(workload))
    expected = values(workload)
    assert list(made) == sorted(expected) or set(made) == set(expected)
    assert all(np.array_equal(made[name], expected[name]) for name in expected)


@pytest.mark.parametrize("kind", ["shards", "float16", "float32"])
def test_shards_and_other_types_hold_the_same_values(kind: str, place: Place, sft: str) -> None:
    files = place.hub.repos[MODEL].files
    expected = values(sft)
    del files["model.safetensors"]
    files |= sharded(expected) if kind == "shards" else {"model.safetensors": stored(expected, kind)}
    made = weights_of(place, place.order(sft))
    for name, array in expected.items():
        wanted = array.astype(np.float16).astype(np.float32) if kind == "float16" else array
        assert np.array_equal(made[name], wanted), name


def test_meta_s_layout_holds_the_same_model(place: Place, tokens: bytes) -> None:
    """Its names are others, and the rows of q and k are in the order of its rotation."""
    offer(place.hub, LORA, tokens)
    shape, expected = SHAPES[LORA], values(LORA)
    turned = {
        llama_layouts.stored_name(name, "meta"): llama_layouts.to_layout(name, array, shape, "meta")
        for name, array in expected.items()
    }
    frequencies = {"rope.freqs": np.ones(shape.head_dim // 2, dtype=np.float32)}
    place.hub.repos[MODEL].files["model.safetensors"] = stored(turned | frequencies)
    made = weights_of(place, place.order(LORA))
    assert set(made) == set(expected)
    assert all(np.array_equal(made[name], expected[name]) for name in expected)
    del turned["output.weight"]
    turned["spare"] = turned.pop("norm.weight")
    place.hub.repos[MODEL].files["model.safetensors"] = stored(turned)
    place.hub.repos[MODEL].commit = "c" * 40
    said = place.refused(LORA, 2, revision="c" * 40)
    assert "norm.weight is missing, accepted [256]; spare has no place in the model" in said


def test_a_tied_head_is_the_table_again_where_the_model_has_its_own(place: Place, tokens: bytes) -> None:
    offer(place.hub, LORA, tokens)
    tensors = values(LORA)
    del tensors["lm_head.weight"]
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    made = weights_of(place, place.order(LORA))
    assert np.array_equal(made["lm_head.weight"], made["model.embed_tokens.weight"])


def test_a_head_of_its_own_has_no_place_in_a_tied_model(place: Place, sft: str) -> None:
    tensors = values(sft)
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"] + np.float32(1)
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    assert "has a head of its own; accepted: one tied to the embedding table" in place.refused(sft, 2)
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    place.hub.repos[MODEL].commit = "c" * 40
    assert "lm_head.weight" not in weights_of(place, place.order(sft, revision="c" * 40))


@pytest.mark.parametrize("file", ["rows.jsonl", "rows.json"])
def test_rows_are_the_texts_of_the_template(file: str, workload: str, place: Place, interpreters: Interpreters) -> None:
    order = place.order(workload, dataset_file=file, max_length=500)
    splits = read_token_file(place.cache / order.files["data"])
    path = write_json(place.folder / "ids.json", [splits["train"].ids[: splits["train"].offsets[2]].tolist()])
    program = (
        "import json, sys\nfrom tokenizers import Tokenizer\n"
        "made = Tokenizer.from_file(sys.argv[1])\n"
        "print(json.dumps(made.decode(json.load(open(sys.argv[2]))[0])))"
    )
    (place.folder / "t.json").write_bytes(place.hub.repos[MODEL].files["tokenizer.json"])
    text = decoded(interpreters.torch, program, place.folder / "t.json", path)
    first, second = rows(workload)[:2]
    if workload == SFT:
        assert text == (
            f"<|user|>\n{first['instruction']}\n<|end|>\n<|assistant|>\n{first['response']}\n<|end|>"
            f"<|user|>\n{second['instruction']}\n\n{second['context']}\n<|end|>\n"
            f"<|assistant|>\n{second['response']}\n<|end|>"
        )
    else:
        assert text == (
            f"### Instruction:\n{first['instruction']}\n\n### Response:\n{first['output']}"
            f"### Instruction:\n{second['instruction']}\n\n### Input:\n{second['input']}\n\n"
            f"### Response:\n{second['output']}"
        )
    assert (len(splits["train"].lengths), len(splits["validation"].lengths)) == (32, 4)


def decoded(python: str, program: str, *arguments: Path) -> str:
    import subprocess

    command = [python, "-c", program, *map(str, arguments)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout)


def test_a_second_prepare_asks_for_nothing_and_works_offline(workload: str, place: Place) -> None:
    first = place.order(workload)
    assert place.hub.gets("model.safetensors")
    place.hub.requests.clear()
    assert place.order(workload) == first
    assert place.hub.requests == []
    assert place.order(workload, endpoint=NOWHERE) == first


def test_a_cache_filled_beforehand_serves_offline(sft: str, place: Place) -> None:
    """Also one that was filled by hand, which does not know that there is no single file of weights."""
    files = place.hub.repos[MODEL].files
    del files["model.safetensors"]
    files |= sharded(values(sft))
    first = place.order(sft)
    for file in place.cache.iterdir():
        file.unlink()
    for folder in place.hub_cache.rglob(".no_exist"):
        shutil.rmtree(folder)
    assert place.order(sft, endpoint=NOWHERE).work_hash == first.work_hash


def test_a_missing_checkpoint_offline_is_a_named_failure(sft: str, place: Place) -> None:
    """Told after three looks, each of which is said, and not after the half minute that the hub's client takes."""
    started = time.monotonic()
    done = place.prepare(sft, endpoint=NOWHERE)
    assert time.monotonic() - started < 20
    assert done.returncode == EXIT_OUT_OF_REACH
    assert done.stderr.count("hub: cannot be reached ([Errno 111] Connection refused); again in") == 2
    said = done.stderr.splitlines()[-1]
    assert f"the data set {DATASET} at main is not in the cache of this machine" in said
    assert "cannot be reached" in said


def defaults(workload: str) -> dict[str, Any]:
    return {one.name: one.tiny for one in find_workload(workload).hyperparameters}


def test_the_hub_is_asked_only_when_the_request_says_so(sft: str, place: Place) -> None:
    none = {name: default for name, default in defaults(sft).items() if name in HUB_NAMES}
    place.order(sft, weights="random", data="synthetic", **none)
    assert place.hub.requests == []


def test_every_value_of_the_hub_reaches_the_hash(workload: str, place: Place) -> None:
    """Or is refused, where nothing of the hub is asked for."""
    place.hub.repos["makers/other"] = place.hub.repos[MODEL]
    place.hub.repos["datasets/makers/other"] = place.hub.repos[f"datasets/{DATASET}"]
    unnamed = {name: defaults(workload)[name] for name in HUB_NAMES if name.startswith("dataset")}
    hashes = {place.order(workload).work_hash}
    changes = [{"weights": "random"}, {"data": "synthetic", **unnamed}, {"model_id": "makers/other"}]
    for change in [*changes, {"dataset_id": "makers/other"}, {"dataset_file": "rows.json"}]:
        hashes.add(place.order(workload, **change).work_hash)
    assert len(hashes) == 6
    for name, commit, repo in (
        ("revision", "d" * 40, MODEL),
        ("dataset_revision", "e" * 40, f"datasets/{DATASET}"),
    ):
        place.hub.repos[repo].commit = commit
        hashes.add(place.order(workload, **{name: commit}).work_hash)
    assert len(hashes) == 8
    said = place.refused(workload, 2, weights="random", data="synthetic")
    assert "set.model_id has no effect without set.weights or set.data = hub" in said


def test_a_token_goes_to_the_hub_alone(sft: str, place: Place) -> None:
    """Large files lie with another host, to which the hub sends its readers."""
    with serving() as store:
        store.repos, place.hub.elsewhere = place.hub.repos, store.url
        place.order(sft, token="of-mine")
    assert store.gets("model.safetensors")
    assert (place.hub.tokens, store.tokens) == ({"of-mine"}, {""})


def test_a_gated_model_needs_a_token(sft: str, place: Place) -> None:
    place.hub.repos[MODEL].token = "right"
    for token in ("", "wrong"):
        said = place.refused(sft, 1, token=token)
        assert f"the model {MODEL} at main is gated" in said
        assert "set HF_TOKEN in the job's env" in said
        assert "wrong" not in said
    order = place.order(sft, token="right")
    assert "right" not in place.order_path.read_text()
    assert order.work["weights"]["recipe"]["hub_model"] == MODEL


REFUSED = {
    "model": ({"model_id": "makers/none"}, 1, "the hub does not show the model makers/none at main"),
    "name": ({"model_id": "a/b/c"}, 2, "'a/b/c' is no name of a repository"),
    "ending": ({"dataset_file": "rows.csv"}, 2, "'rows.csv' of the data set makers/small-rows at main has no ending"),
    "revision": ({"revision": "v9"}, 1, f"the hub knows no revision 'v9' of {MODEL}"),
    "data set": ({"dataset_id": "makers/none"}, 1, "the hub does not show the data set makers/none at main"),
    "file": ({"dataset_file": "none.jsonl"}, 2, f"the data set {DATASET} at main has no file none.jsonl"),
    "path": ({"dataset_file": "../rows.jsonl"}, 2, "'../rows.jsonl' is no name of a file inside the data set"),
    "rows": ({"rows": 57}, 2, "has 60 rows; set.rows and set.validation_rows ask for 61"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_hub_does_not_have_is_said(case: str, sft: str, place: Place) -> None:
    overrides, code, words = REFUSED[case]
    assert words in place.refused(sft, code, **overrides)


OTHERS = {
    "hidden_size": ({"hidden_size": 128}, "hidden_size is 128, accepted 256"),
    "model_type": ({"model_type": "gemma3"}, "model_type is 'gemma3', accepted 'qwen3'"),
    "nested theta": ({"rope_parameters": {"rope_theta": 1e4}}, "rope_theta is 10000.0, accepted 500000.0"),
    "no theta": ({"rope_parameters": None}, "rope_theta is 10000.0, accepted 500000.0"),
    "two thetas": ({"rope_theta": 1e4}, "rope_theta is (10000.0, 500000.0), accepted 500000.0"),
    "scaling": ({"rope_scaling": {"type": "linear", "factor": 2}}, "rope_scaling is 'linear', accepted 'none'"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_another_architecture_is_refused_before_weights_are_fetched(case: str, sft: str, place: Place) -> None:
    changes, words = OTHERS[case]
    place.hub.repos[MODEL].files["config.json"] = json.dumps(config(sft, **changes)).encode()
    said = place.refused(sft, 2)
    assert "is not the model of this workload and size" in said
    assert words in said
    assert not place.hub.gets("model.safetensors")


def test_a_theta_at_the_top_level_is_read_as_well(sft: str, place: Place) -> None:
    place.hub.repos[MODEL].files["config.json"] = json.dumps(
        config(sft, rope_parameters=None, rope_theta=500_000)
    ).encode()
    place.order(sft)


def test_tensors_that_are_missing_or_spare_are_named(sft: str, place: Place) -> None:
    tensors = values(sft)
    tensors["model.layers.9.extra.weight"] = tensors.pop("model.norm.weight")
    place.hub.repos[MODEL].files["model.safetensors"] = stored(tensors)
    said = place.refused(sft, 2)
    assert "model.norm.weight is missing, accepted [256]" in said
    assert "model.layers.9.extra.weight has no place in the model" in said


CHUNK = 10 * 2**20
"""What the hub's client writes at a time."""


def test_a_download_that_breaks_off_goes_on_where_it_was(sft: str, place: Place) -> None:
    place.hub.repos[MODEL].files["model.safetensors"] = stored(values(sft), "float32")
    place.hub.cut["model.safetensors"] = [CHUNK + 100_000]
    place.order(sft)
    whole, rest = place.hub.gets("model.safetensors")
    assert rest == f"{whole} bytes={CHUNK}-"


def test_a_download_that_never_ends_leaves_nothing_that_passes_for_whole(sft: str, place: Place) -> None:
    place.hub.cut["model.safetensors"] = [0] * 6
    assert f"cannot fetch model.safetensors of the model {MODEL} at main" in place.refused(sft, 1)
    assert not list(place.cache.glob("hub-*.safetensors"))
    place.order(sft)


def test_a_file_for_which_there_is_no_room_says_so(sft: str, place: Place, tmp_path: Path) -> None:
    """The limit of a process stands in for the end of a disk."""
    limited = tmp_path / "limited-python"
    limited.write_text(f'#!/bin/sh\nulimit -f 4000\nexec "{place.python}" "$@"\n')
    limited.chmod(0o755)
    unlimited, place.python = place.python, str(limited)
    said = place.refused(sft, 1)
    assert f"no space left for model.safetensors of the model {MODEL} at main: free some, or point HF_HOME" in said
    place.python = unlimited
    place.order(sft)


def test_bytes_that_are_not_the_promised_ones_are_removed(sft: str, place: Place) -> None:
    for file in ("config.json", "model.safetensors"):
        place.hub.altered = {file}
        assert f"{file} of the model {MODEL} at main arrived with other bytes" in place.refused(sft, 1)
    place.hub.altered = set()
    place.order(sft)
