"""Checkpoints and data sets of a hub, through `prepare` against a hub on this machine."""

import json
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from checkpoints import DATASET, MODEL, rows, sharded, values
from finetune_bench.errors import EXIT_OUT_OF_REACH
from finetune_bench.generate import read_token_file
from finetune_bench.parity import RUNGS, climb, draw, first_failure
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.training_values import HUB_NAMES
from hub_place import NOWHERE, Place
from ladder import record
from local_hub import serving
from support import CPU_BACKENDS, SFT, Interpreters, run, write_json


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


def test_a_row_that_is_too_long_keeps_its_beginning(sft: str, place: Place) -> None:
    whole, cut = (
        read_token_file(place.cache / place.order(sft, max_length=length).files["data"])["train"]
        for length in (500, 24)
    )
    assert cut.lengths.max() == 24 < whole.lengths.max()
    for row in range(len(whole.lengths)):
        start, kept = whole.offsets[row], cut.lengths[row]
        assert kept == min(whole.lengths[row], 24)
        assert cut.ids[cut.offsets[row] :][:kept].tolist() == whole.ids[start : start + kept].tolist()


def decoded(python: str, program: str, *arguments: Path) -> str:
    import subprocess

    command = [python, "-c", program, *map(str, arguments)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout)


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
