"""The work order: what reaches its hash, what does not, and that it says all of the work."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import resolve
from finetune_bench.order import Lora, Order, order_text, read_order
from finetune_bench.prepare import prepare
from finetune_bench.request import parse_request
from finetune_bench.structure import from_json
from finetune_bench.workloads import (
    WORKLOADS,
    bert,
    find_workload,
    llama,
    lm,
    lm_ptb,
    nli_bert_tiny,
    qwen3,
    sft_dolly_qwen3,
)
from finetune_bench.workloads.convert_work import ConvertWork
from finetune_bench.workloads.lm_work import LmWork
from finetune_bench.workloads.lora_alpaca_tinyllama import SHAPES
from finetune_bench.workloads.lora_work import LoraWork
from finetune_bench.workloads.nli_work import NliWork
from finetune_bench.workloads.sft_work import SftWork
from finetune_bench.workloads.switch_matmul import MatmulWork
from finetune_bench.workloads.training_values import HUB_NAMES
from finetune_bench.workloads.training_work import parameter_count
from support import (
    CONVERT,
    LM,
    LORA,
    MATMUL,
    NLI,
    SFT,
    SMALL,
    SMALL_LORA,
    SMALL_MATMUL,
    SMALL_SFT,
    request,
    write_order,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("orders")


def prepared(cache: Path, folder: Path, workload: str, overrides: dict[str, Any]) -> tuple[Order, dict[str, Any]]:
    result = prepare(parse_request(request(workload, overrides)), cache, folder)
    return read_order(Path(str(result["order"]))), result


def lora(cache: Path, folder: Path, **overrides: Any) -> LoraWork:
    return from_json(LoraWork, prepared(cache, folder, LORA, SMALL_LORA | overrides)[0].work, "work")


def test_the_same_request_gives_the_same_order(cache: Path, folder: Path) -> None:
    first = prepared(cache, folder, LORA, SMALL_LORA)
    assert prepared(cache, folder, LORA, SMALL_LORA) == first
    assert prepared(cache, folder, LORA, SMALL_LORA | {"rank": 2})[1]["work_hash"] == first[1]["work_hash"]


def test_the_result_tells_what_the_caller_needs(cache: Path, folder: Path) -> None:
    order, result = prepared(cache, folder, LORA, SMALL_LORA)
    assert result["work_hash"] == order.work_hash
    assert (result["steps"], result["warmup"], result["comparison_class"]) == (6, 3, "strict")
    assert result["hyperparameters"] | SMALL_LORA == result["hyperparameters"]
    assert list(result["hyperparameters"]) == [one.name for one in find_workload(LORA).hyperparameters]


OF_A_HUB = {"weights", "data", *HUB_NAMES}  # test_hub.py has these
EVERY_HYPERPARAMETER = [
    (workload.name, one.name) for workload in WORKLOADS for one in workload.hyperparameters if one.name not in OF_A_HUB
]


@pytest.mark.parametrize(("workload", "name"), EVERY_HYPERPARAMETER)
def test_every_hyperparameter_reaches_the_hash(cache: Path, folder: Path, workload: str, name: str) -> None:
    base, result = prepared(cache, folder, workload, SMALL[workload])
    declared = next(one for one in find_workload(workload).hyperparameters if one.name == name)
    value = result["hyperparameters"][name]
    if declared.choices is not None:
        other = next(choice for choice in declared.choices if choice != value)
    elif declared.type == "bool":
        other = not value
    elif declared.type == "str":
        other = {"targets": "q_proj"}[name]
    else:
        other = {"rows": value + 8, "stride": 4, "steps": 2}.get(
            name, value + 1 if declared.type == "int" else value / 2 + 0.1
        )
    assert prepared(cache, folder, workload, {**SMALL[workload], name: other})[0].work_hash != base.work_hash


def test_targets_are_a_set_of_modules(cache: Path, folder: Path) -> None:
    default, turned = (
        prepared(cache, folder, LORA, SMALL_LORA | given)[0] for given in ({}, {"targets": "v_proj, q_proj,v_proj"})
    )
    assert turned.work_hash == default.work_hash
    assert turned.work["lora"]["targets"] == ["q_proj", "v_proj"]


def test_file_names_do_not_reach_the_hash(cache: Path, folder: Path, tmp_path: Path) -> None:
    order = prepared(cache, folder, MATMUL, SMALL_MATMUL)[0]
    moved = replace(order, files={"matrices": "elsewhere", "check": "nowhere"})
    assert read_order(write_order(tmp_path, moved)).work_hash == order.work_hash


@given(
    rows=st.integers(1, 64),
    epochs=st.integers(1, 3),
    batch_size=st.integers(1, 8),
    accumulation=st.integers(1, 4),
)
@settings(deadline=None, max_examples=25)
def test_steps_are_whole_batches_of_rows_times_epochs(
    cache: Path, folder: Path, rows: int, epochs: int, batch_size: int, accumulation: int
) -> None:
    given_set = {"rows": rows, "epochs": epochs, "batch_size": batch_size, "accumulation": accumulation}
    steps = rows * epochs // (batch_size * accumulation)
    if steps == 0:
        with pytest.raises(BadInput, match="not one step"):
            lora(cache, folder, **given_set)
        return
    work = lora(cache, folder, **given_set)
    assert work.steps == steps == len(work.optimiser.learning_rates)
    assert len(work.batches) == steps * accumulation
    assert {len(batch) for batch in work.batches} == {batch_size}


def test_the_validation_batches_hold_every_row_once(cache: Path, folder: Path) -> None:
    work = lora(cache, folder, validation_rows=7)
    assert work.validation_batches == ((0, 1, 2, 3), (4, 5, 6))


@pytest.mark.parametrize(
    ("change", "rates"),
    [
        ({}, [1.0] * 6),
        ({"schedule": "linear"}, [1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6]),
        ({"lr_warmup_steps": 3}, [0.25, 0.5, 0.75, 1, 1, 1]),
        ({"lr_warmup_steps": 2, "schedule": "linear"}, [1 / 3, 2 / 3, 1, 0.75, 0.5, 0.25]),
        ({"lr_warmup_steps": 9}, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        ({"lr_warmup_steps": 6, "schedule": "linear"}, [1 / 7, 2 / 7, 3 / 7, 4 / 7, 5 / 7, 6 / 7]),
    ],
)
def test_learning_rates_are_written_out(cache: Path, folder: Path, change: dict[str, Any], rates: list[float]) -> None:
    work = lora(cache, folder, learning_rate=1.0, **change)
    assert work.optimiser.learning_rates == pytest.approx(rates)


def test_no_clipping_is_said_as_such(cache: Path, folder: Path) -> None:
    assert lora(cache, folder, clip=0).optimiser.clip is None


def test_the_classifier_has_the_parameters_of_bert_tiny() -> None:
    assert parameter_count(bert.tensors(nli_bert_tiny.SHAPES["real"])) == 4_387_459


def test_the_flops_of_the_classifier_are_those_of_its_matrices() -> None:
    """Blocks of 196,608 matrix parameters, and attention: 5.64 GFLOP a step of 8 pairs of 128 tokens."""
    step = nli_bert_tiny.cost("real", resolve(nli_bert_tiny.HYPERPARAMETERS, "real", {}, NLI)).step_flop
    assert step == pytest.approx(5.64e9, rel=0.01)


def test_the_language_model_has_the_parameters_and_the_flops_of_the_published_one() -> None:
    """171.6 million parameters; 1.118 GFLOP a trained token and 0.373 a token read, at 1,024 tokens of context."""
    values = resolve(lm_ptb.HYPERPARAMETERS, "real", {}, LM)
    assert parameter_count(lm.tensors(lm_ptb.SHAPES["real"])) == pytest.approx(171.6e6, rel=1e-3)
    assert lm.forward_flop_per_token(lm_ptb.SHAPES["real"], 1024) == pytest.approx(0.373e9, rel=2e-3)
    assert lm_ptb.cost("real", values).step_flop == pytest.approx(36.6e12, rel=2e-3)
    assert lm_ptb.plan(values) == ((907, 72), 28)


@pytest.mark.parametrize(
    ("change", "windows"),
    [({"tokens": 65}, 1), ({"tokens": 128}, 1), ({"tokens": 129}, 2), ({"tokens": 129, "stride": 1}, 65)],
    ids=str,
)
def test_every_window_is_whole_and_has_a_token_after_it(change: dict[str, Any], windows: int) -> None:
    values = resolve(lm_ptb.HYPERPARAMETERS, "tiny", {"batch_size": 1, **change}, LM)
    assert lm_ptb.plan(values) == ((windows, 8), windows)


def test_a_text_shorter_than_a_window_is_refused() -> None:
    for name in ("tokens", "validation_tokens"):
        values = resolve(lm_ptb.HYPERPARAMETERS, "tiny", {name: 64}, LM)
        with pytest.raises(BadInput, match=f"set.{name} must be more than the context, 64; got 64"):
            lm_ptb.plan(values)


def test_qwen3_has_the_parameters_of_the_published_model() -> None:
    """596.0 million, of which the last four blocks and the head are 218.5."""
    shape = sft_dolly_qwen3.SHAPES["real"]
    assert parameter_count(qwen3.tensors(shape)) == pytest.approx(596.0e6, rel=1e-4)
    assert parameter_count(qwen3.trained_tensors(shape, 4).items()) == pytest.approx(218.5e6, rel=1e-4)
    assert dict(qwen3.tensors(shape)) == qwen3.trained_tensors(shape, 0)


def test_a_tied_head_carries_gradients_through_the_whole_model() -> None:
    """GFLOP a token at 512 tokens: 3.93 for all of it, 3.17 for the last four blocks and a tied head, 2.22 untied."""
    tied = sft_dolly_qwen3.SHAPES["real"]
    untied = replace(tied, tied=False)
    flop = [
        qwen3.train_flop_per_token(shape, blocks, 512) / 1e9
        for shape, blocks in ((tied, 0), (tied, 4), (untied, 4), (untied, 0))
    ]
    assert flop == pytest.approx([3.93, 3.17, 2.22, 3.93], abs=0.006)


def test_an_untied_head_trains_in_place_of_the_table(cache: Path, folder: Path) -> None:
    made = {
        head: prepared(cache, folder, SFT, SMALL_SFT | {"head": head, "trained_blocks": 1})[0]
        for head in ("tied", "untied")
    }
    assert made["tied"].files == made["untied"].files, "the copy is made of the same weights"
    names = {
        head: set(qwen3.trained_tensors(from_json(SftWork, one.work, "work").model, 1)) for head, one in made.items()
    }
    assert names["tied"] ^ names["untied"] == {"model.embed_tokens.weight", "lm_head.weight"}
    assert {name.split(".")[2] for name in names["tied"] if ".layers." in name} == {"3"}


def test_the_real_size_trains_281600_of_1100_million_parameters() -> None:
    shape = SHAPES["real"]
    assert parameter_count(llama.base_tensors(shape)) == 1_100_048_384
    adapters = llama.adapter_tensors(shape, Lora(rank=2, scale=2.0, targets=("q_proj", "v_proj")))
    assert parameter_count(adapters) == 281_600


def test_the_model_flops_are_those_of_the_formula() -> None:
    """4N + 12·layers·heads·head_dim·length with N the matrices and the head: 4.42 GFLOP a token at 512."""
    assert llama.matrix_parameters(SHAPES["real"]) == 1_034_420_224
    assert llama.lora_flop_per_token(SHAPES["real"], 512) == pytest.approx(4.42e9, rel=2e-3)


def damage(text: str, kind: str) -> str:
    value = json.loads(text)
    match kind:
        case "cut":
            return text[: len(text) // 2]
        case "changed":
            value["work"]["steps"] += 1
        case "no work":
            del value["work"]
        case "other protocol":
            value["protocol"] = 2
        case "work is a list":
            value["work"] = []
        case "a list":
            value = [value]
    return json.dumps(value)


@pytest.mark.parametrize("kind", ["cut", "changed", "no work", "other protocol", "work is a list", "a list"])
def test_a_damaged_order_is_refused(cache: Path, folder: Path, tmp_path: Path, kind: str) -> None:
    order = prepared(cache, folder, MATMUL, SMALL_MATMUL)[0]
    path = tmp_path / "order.json"
    path.write_text(damage(order_text(order), kind), encoding="utf-8")
    with pytest.raises(BadInput, match=r"prepare|changed|cannot read"):
        read_order(path)


@pytest.mark.parametrize(
    ("name", "work"),
    [(LORA, LoraWork), (LM, LmWork), (NLI, NliWork), (SFT, SftWork), (MATMUL, MatmulWork), (CONVERT, ConvertWork)],
)
def test_a_work_with_a_field_too_many_is_refused(cache: Path, folder: Path, name: str, work: type) -> None:
    value = prepared(cache, folder, name, SMALL[name])[0].work
    assert from_json(work, value, "work")
    with pytest.raises(BadInput, match="unknown field 'momentum'"):
        from_json(work, value | {"momentum": 0.1}, "work")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"max_length": 4096}, "set.max_length must be at most 2048"),
        ({"rank": 65}, "set.rank must be at most 64, the narrowest adapted matrix"),
        ({"rows": 7}, "not one step"),
    ],
)
def test_values_that_contradict_the_model_are_refused(
    cache: Path, folder: Path, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        lora(cache, folder, **change)
