"""Packed rows: which go together, what a batch of them holds, and that a step computes what it does of padded rows."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetune_bench.errors import BadInput
from finetune_bench.generate import TokenRows, generate_rows, shuffled_batches, write_splits
from finetune_bench.order import Data, Loss, Order, RowLengths, TextRecipe, read_order
from finetune_bench.parity import RUNGS, climb, draw, first_failure
from finetune_bench.request import parse_request
from finetune_bench.structure import from_json
from finetune_bench.trace import Trace, read_trace
from finetune_bench.workloads import qwen3, sft_dolly_qwen3
from finetune_bench.workloads.expected_rows import expected_packs, mean_length
from finetune_bench.workloads.packed_rows import PackedRows, attended, pack
from finetune_bench.workloads.sft_work import SftWork
from finetune_bench.workloads.token_rows import TokenRowBatches
from support import CPU_BACKENDS, HARNESS, SFT, Interpreters, changed, environment, prepare, request, write_order

STEPS = {"rows": 12, "validation_rows": 4, "max_length": 16, "accumulation": 1, "learning_rate": 5e-4, "seed": 1}
"""Three steps of four rows: of 16, 8 and 6, and 4 tokens; of 16, 16, and two of 4; of 16, 14, and 7 and 6."""


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_every_row_is_in_one_pack_and_no_row_of_a_later_pack_fits_into_an_earlier(lengths: list[int]) -> None:
    packs = pack(range(len(lengths)), np.array(lengths), 40)
    assert sorted(row for one in packs for row in one) == list(range(len(lengths)))
    rooms = [40 - sum(lengths[row] for row in one) for one in packs]
    assert min(rooms) >= 0
    for index, room in enumerate(rooms):
        assert all(lengths[row] > room for later in packs[index + 1 :] for row in later)


def test_the_longest_row_goes_first_and_of_equal_ones_the_earlier() -> None:
    assert pack([7, 3, 5, 1], np.array([0, 9, 0, 4, 0, 9, 0, 4]), 14) == ((5, 7), (1, 3))


LAW = RowLengths(median=1, sigma=1.0, shortest=1, longest=9)


def written(path: Path, lengths: list[int]) -> Data:
    """A token file of rows that count up from 10, 20, 30 …"""
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.concatenate([np.arange(length) + 10 * (row + 1) for row, length in enumerate(lengths)])
    rows = TokenRows(ids.astype(np.int32), offsets)
    facts = write_splits(path, rows, rows)
    recipe = TextRecipe(generator="none", seed=0, vocab_size=99, lengths=LAW, zipf_exponent=1.0)
    return Data(
        recipe=recipe, rows=len(lengths), validation_rows=len(lengths), length_histogram={}, sha256=str(facts["sha256"])
    )


def test_a_batch_holds_rows_behind_one_another_and_no_loss_between_them(tmp_path: Path) -> None:
    path = tmp_path / "rows.safetensors"
    rows = PackedRows(path, written(path, [3, 4, 1]), 10, Loss(mask="attended", shift=1, reduction="mean"), most=4)
    rows.load()
    batch = rows.batch("train", (1, 0, 2))
    ids, starts = batch.inputs
    assert ids.tolist() == [[20, 21, 22, 23, 10, 11, 12, 30, 0, 0]]
    assert starts.tolist() == [0, 4, 7, 8, 10, 10], "what is left is one more row; the rest repeats the end"
    assert batch.targets.tolist() == [[21, 22, 23, 10, 11, 12, 30, 0, 0]]
    assert batch.mask.tolist() == [[1, 1, 1, 0, 1, 1, 0, 0, 0]]
    assert (batch.samples, batch.padded, batch.real, batch.loss_tokens) == (3, 10, 8, 5)
    assert attended(batch) == (4 * 4 + 3 * 3 + 1 * 1 + 2 * 2) / 10


def test_a_full_pack_has_nothing_left(tmp_path: Path) -> None:
    path = tmp_path / "rows.safetensors"
    rows = PackedRows(path, written(path, [3, 4]), 7, Loss(mask="attended", shift=1, reduction="mean"), most=2)
    rows.load()
    batch = rows.batch("train", (1, 0))
    assert batch.inputs[1].tolist() == [0, 4, 7, 7]
    assert batch.mask.tolist() == [[1, 1, 1, 0, 1, 1]]


@pytest.fixture(scope="module")
def orders(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Order]:
    folder = tmp_path_factory.mktemp("packed")
    padded, packed = (
        read_order(prepare(folder, cache, SFT, STEPS | {"padding": padding})) for padding in ("length", "packed")
    )
    return {"padded": padded, "packed": packed, "leaking": changed(packed, steps=1)}


def test_a_step_has_the_same_rows_and_losses_in_fewer_places(orders: dict[str, Order], cache: Path) -> None:
    padded, packed = (from_json(SftWork, orders[name].work, "work") for name in ("padded", "packed"))
    path = cache / orders["packed"].files["data"]
    sources = {
        "padded": TokenRowBatches(path, padded.data, 16, padded.loss),
        "packed": PackedRows(path, packed.data, 16, packed.loss, most=4),
    }
    for source in sources.values():
        source.load()
    assert padded.steps == packed.steps == 3
    assert isinstance(packed.accumulation, tuple)
    assert sum(packed.accumulation) == len(packed.batches)
    for step in range(3):
        numbers = {}
        for work, (name, source) in zip((padded, packed), sources.items(), strict=True):
            batches = [source.batch("train", rows) for rows in work.micro_batches(step)]
            rows = sorted(row for rows in work.micro_batches(step) for row in rows)
            numbers[name] = (rows, sum(one.real for one in batches), sum(one.loss_tokens for one in batches))
            places = sum(one.padded for one in batches)
            assert places == (64 if name == "padded" else 16 * packed.accumulation[step])
        assert numbers["padded"] == numbers["packed"]
    assert packed.accumulation == (3, 3, 3)
    assert sorted(row for rows in packed.validation_batches for row in rows) == [0, 1, 2, 3]


@pytest.fixture(scope="module")
def traces(
    orders: dict[str, Order], cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Trace]]:
    """By backend: of padded rows, of the same packed, and of packed rows that see those before them."""
    folder = tmp_path_factory.mktemp("traces")
    paths = {name: write_order(folder, order) for name, order in orders.items()}
    for backend in CPU_BACKENDS:
        told(interpreters.of(backend), "record_packed.py", backend, cache, *paths.values())
    return {
        backend: {name: read_trace(path.with_suffix(f".{backend}.trace")) for name, path in paths.items()}
        for backend in CPU_BACKENDS
    }


def told(python: str, script: str, *arguments: object) -> str:
    """What a script of this folder prints."""
    command = [python, HARNESS / "tests" / script, *arguments]
    done = subprocess.run(
        list(map(str, command)), env=environment(), capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_packed_rows_train_as_padded_ones(traces: dict[str, dict[str, Trace]], backend: str) -> None:
    """Loss, gradients, updates and three steps, to what float32 rounds. Only the plan and so the logits differ."""
    rungs = climb(traces[backend]["padded"], traces[backend]["packed"])
    assert [rung.name for rung in rungs if not rung.passes] == ["1 data", "3 logits"], f"\n{draw(rungs)}"
    assert len(rungs) == len(RUNGS)


def test_both_frameworks_pack_alike(traces: dict[str, dict[str, Trace]]) -> None:
    rungs = climb(*(traces[backend]["packed"] for backend in CPU_BACKENDS))
    assert first_failure(rungs) is None, f"\n{draw(rungs)}"


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_a_row_that_sees_those_before_it_is_found(traces: dict[str, dict[str, Trace]], backend: str) -> None:
    leaking = traces[backend]["leaking"]
    failed = {rung.name for rung in climb(traces[backend]["padded"], leaking) if not rung.passes}
    assert {"4 loss", "5 gradients", "6 first update"} <= failed
    (other,) = set(CPU_BACKENDS) - {backend}
    failure = first_failure(climb(traces[other]["packed"], leaking))
    assert failure is not None
    assert failure.name == "4 loss", "the logits kept are of the first pack, which is one row"


@pytest.fixture(scope="module")
def shapes(
    orders: dict[str, Order], cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    path = write_order(tmp_path_factory.mktemp("shapes"), orders["packed"])
    return json.loads(told(interpreters.torch, "packed_shapes.py", cache, path))


def test_a_step_is_compiled_once_and_the_kernel_gets_whole_rows(
    shapes: dict[str, Any], traces: dict[str, dict[str, Trace]]
) -> None:
    """torch.compile traces packs of any rows once, and the call of CUDA's kernel fits it, as far as no GPU can tell."""
    assert shapes["graphs"] == 1
    assert shapes["losses"] == pytest.approx(traces["torch-cpu"]["packed"].losses, abs=1e-5)
    assert shapes["knobs"]["attention"] == "sdpa with a mask"
    assert shapes["traced"] == [4], "one whole graph, with a kernel in every block"
    queries, keys = [16, 4, 64], [16, 2, 64]
    forward, backward = (
        shapes["calls"]["torch_attn._varlen_attn.default"],
        shapes["calls"]["torch_attn._varlen_attn_backward.default"],
    )
    assert forward == [[queries, keys, keys, [8], [8]]] * 4
    assert [one[:5] for one in backward] == [[queries, queries, keys, keys, queries]] * 4


def test_model_flops_count_attention_within_rows(orders: dict[str, Order], shapes: dict[str, Any]) -> None:
    """Of every place its matrices, of attention as many places as its own row has: rows of 16, of 8, 6 and 2 left, …"""
    spans = [[16, 8, 6, 2, 4, 12], [16, 16, 4, 4, 8], [16, 14, 2, 7, 6, 3]]
    model = from_json(SftWork, orders["packed"].work, "work").model
    expected = [sum(span * qwen3.train_flop_per_token(model, 0, span) for span in step) for step in spans]
    assert shapes["flop"] == pytest.approx(expected, rel=1e-9)


def test_padding_in_the_loss_needs_padding() -> None:
    asked = parse_request(request(SFT, {"padding": "packed", "mask": "all"}))
    with pytest.raises(BadInput, match="packed rows have none"):
        asked.workload.cost("tiny", asked.values)


@pytest.mark.parametrize("size", ["tiny", "real"])
def test_what_is_expected_of_packs_is_near_what_they_are(size: str) -> None:
    asked = parse_request(request(SFT, {}, preset="tuned", size=size))
    law, values = sft_dolly_qwen3.TEXTS[size], asked.values
    recipe = TextRecipe(generator="zipf-lognormal-1", seed=0, vocab_size=99, lengths=law, zipf_exponent=1.1)
    lengths = generate_rows(recipe, 800, values["max_length"], "train").lengths
    assert mean_length(law, values["max_length"]) == pytest.approx(lengths.mean(), rel=0.05)
    packs = [pack(rows, lengths, values["max_length"]) for rows in shuffled_batches(800, 8, 100, 0)]
    made = sum(map(len, packs)) / len(packs)
    assert expected_packs(law, 8, values["max_length"]) == pytest.approx(made, rel=0.1)
    padded = parse_request(request(SFT, {}, size=size))
    saved = padded.workload.cost(size, padded.values).step_flop / asked.workload.cost(size, values).step_flop
    assert saved == pytest.approx(8 / made, rel=0.15), "hardly more than the places count"
