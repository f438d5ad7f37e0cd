"""The conversion of PyTorch checkpoints to MLX: exact, told as bytes a second, and every defect found."""

import json
import subprocess
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from finetune_bench.errors import BadInput
from finetune_bench.order import read_order
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.structure import from_json
from finetune_bench.weights import write_streamed
from finetune_bench.workloads import llama, llama_layouts
from finetune_bench.workloads.convert_task import Conversion, ConvertTask
from finetune_bench.workloads.convert_work import ConvertWork
from finetune_bench.workloads.llama_numpy import Reference
from finetune_bench.workloads.lora_alpaca_tinyllama import SHAPES
from support import CONVERT, HARNESS, LORA, SMALL_CONVERT, SMALL_LORA, Interpreters, Run, environment, prepare, run

CASES = [("float32", "huggingface"), ("bfloat16", "meta")]
WIDTHS = {"float32": 4, "bfloat16": 2}
SHAPE = SHAPES["tiny"]
PARAMETERS = 4_917_504
every_case = pytest.mark.parametrize("case", CASES, ids=str)


@pytest.fixture(scope="module")
def orders(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("conversions")
    return {
        (precision, layout): prepare(folder, cache, CONVERT, SMALL_CONVERT | {"precision": precision, "layout": layout})
        for precision, layout in CASES
    }


@pytest.fixture(scope="module")
def runs(
    orders: dict[tuple[str, str], Path],
    cache: Path,
    interpreters: Interpreters,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[tuple[str, str], Run]:
    folder = tmp_path_factory.mktemp("runs")
    return {case: run(interpreters.mlx, order, "mlx-cpu", cache, folder) for case, order in orders.items()}


def work_of(order: Path) -> ConvertWork:
    return from_json(ConvertWork, read_order(order).work, "work")


def checkpoint(order: Path, cache: Path) -> StoredTensors:
    return StoredTensors([cache / read_order(order).files["weights"]], "checkpoint")


@every_case
def test_every_step_converts_all_bytes(runs: dict[tuple[str, str], Run], case: tuple[str, str]) -> None:
    done = runs[case]
    assert done.exit_code == 0, done.stderr
    assert [phase["name"] for phase in done.of("phase")] == ["import", "data", "warmup", "timed", "check"]
    steps = done.of("step")
    assert len(steps) == SMALL_CONVERT["conversions"]
    assert {step["bytes"] for step in steps} == {WIDTHS[case[0]] * PARAMETERS}
    assert all({"samples", "tokens_real", "loss"}.isdisjoint(step) for step in steps)


@every_case
def test_nothing_is_lost_and_the_logits_are_those_of_float64(
    runs: dict[tuple[str, str], Run], case: tuple[str, str]
) -> None:
    weights, logits = runs[case].of("metric")
    assert (weights["name"], weights["value"]) == ("weight_difference", 0)
    assert logits["name"] == "logits_difference"
    assert 0 < logits["value"] < 1e-5  # measured: 1.5e-6


@every_case
def test_the_checkpoint_lies_in_its_layout_and_type(
    orders: dict[tuple[str, str], Path], cache: Path, case: tuple[str, str]
) -> None:
    precision, layout = case
    stored = checkpoint(orders[case], cache)
    names = [llama_layouts.stored_name(name, layout) for name, _ in llama.base_tensors(SHAPE)]
    assert list(stored.shapes) == names
    assert len(set(names)) == len(names)
    assert ("tok_embeddings.weight" in names) == (layout == "meta")
    assert stored.bytes == WIDTHS[precision] * PARAMETERS
    tokens = work_of(orders[case]).tokens
    assert [len(row) for row in tokens] == [32] * 4
    assert len({token for row in tokens for token in row}) > 100


def test_torch_says_the_same_of_the_checkpoint_as_the_reference(
    orders: dict[tuple[str, str], Path], cache: Path, interpreters: Interpreters, tmp_path: Path
) -> None:
    """And the reference is the same in both layouts, each read as it lies: hence torch and MLX agree."""
    plain = orders["float32", "huggingface"]
    work, out = work_of(plain), tmp_path / "logits.npy"
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps(work.tokens))
    lora = prepare(tmp_path, cache, LORA, SMALL_LORA)
    assert read_order(lora).files["weights"] == read_order(plain).files["weights"]
    command = [interpreters.torch, HARNESS / "tests" / "torch_logits.py", cache, lora, tokens, out]
    done = subprocess.run([*map(str, command)], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = Reference(checkpoint(plain, cache), SHAPE, "huggingface").logits(work.tokens)
    assert np.abs(np.load(out) - expected).max() < 1e-5  # measured: 1.0e-6
    meta = prepare(tmp_path, cache, CONVERT, {"layout": "meta"})
    turned = Reference(checkpoint(meta, cache), SHAPE, "meta").logits(work.tokens)
    assert np.abs(turned - expected).max() < 1e-12


def test_every_defect_is_found(orders: dict[tuple[str, str], Path], cache: Path, interpreters: Interpreters) -> None:
    command = [interpreters.mlx, HARNESS / "tests" / "convert_defects.py", cache, orders["float32", "huggingface"]]
    done = subprocess.run([*map(str, command)], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said.pop("none") is None
    assert said.pop("one bit").startswith("model.layers.1.self_attn.q_proj.weight was not converted exactly")
    assert said.pop("rounded") == "the model is in bfloat16, its checkpoint in float32"
    assert said.pop("exchanged").startswith("model.layers.0.mlp.gate_proj.weight was not converted exactly")
    assert said.pop("rows in Meta's order").startswith("model.layers.1.self_attn.q_proj.weight was not")
    assert set(said) == {"exchanged, logits alone", "rows in Meta's order, logits alone", "default theta"}
    for refusal in said.values():
        assert refusal.startswith("the converted model's logits are off by")


def test_rows_of_q_and_k_change_places_and_no_others() -> None:
    """Of a head of 32: rows 0 and 1, which Meta turns together, become rows 0 and 16."""
    rows = np.arange(SHAPE.heads * SHAPE.head_dim, dtype=np.float32)[:, None]
    put = llama_layouts.from_layout("model.layers.0.self_attn.q_proj.weight", rows, SHAPE, "meta").ravel()
    assert put[:3].tolist() == [0, 2, 4]
    assert put[16:19].tolist() == [1, 3, 5]
    assert put[32:34].tolist() == [32, 34]
    for name, size in llama.base_tensors(SHAPE):
        value = np.random.default_rng(0).random(size, dtype=np.float32)
        there = llama_layouts.to_layout(name, value, SHAPE, "meta")
        assert np.array_equal(there, value) != name.endswith(("q_proj.weight", "k_proj.weight"))
        assert np.array_equal(llama_layouts.from_layout(name, there, SHAPE, "meta"), value)
        assert llama_layouts.to_layout(name, value, SHAPE, "huggingface") is value


def test_values_are_rounded_to_the_nearest_and_ties_to_even(tmp_path: Path) -> None:
    ulp = 2.0**-7  # of bfloat16 at 1
    given = np.array([1, 1 + ulp / 2, 1 + 1.5 * ulp, 1 + 0.51 * ulp, -1 - ulp / 2, 0, 2.0**-130], dtype=np.float32)
    write_streamed(tmp_path / "file", {"x": given.shape}, [given], "bfloat16")
    rounded = StoredTensors([tmp_path / "file"], "file").float32("x")
    assert rounded.tolist() == [1, 1, 1 + 2 * ulp, 1 + ulp, -1, 0, 2.0**-130]
    values = np.random.default_rng(1).normal(size=10_000).astype(np.float32)
    write_streamed(tmp_path / "file", {"x": values.shape}, [values], "bfloat16")
    again = StoredTensors([tmp_path / "file"], "file").float32("x")
    assert (np.abs(again - values) <= np.abs(values) * 2.0**-8).all()
    write_streamed(tmp_path / "file", {"x": values.shape}, [again], "bfloat16")
    assert np.array_equal(StoredTensors([tmp_path / "file"], "file").float32("x"), again)


def test_a_checkpoint_that_was_changed_is_refused(
    orders: dict[tuple[str, str], Path], cache: Path, tmp_path: Path
) -> None:
    order = orders["float32", "huggingface"]
    data = bytearray((cache / read_order(order).files["weights"]).read_bytes())
    data[-1] ^= 1
    (tmp_path / "changed").write_bytes(data)
    ((_, read),) = ConvertTask(work_of(order), cast(Conversion, None), tmp_path / "changed").preparation()
    with pytest.raises(BadInput, match="changed is not the file of the work order"):
        read()


def test_it_is_not_offered_on_torch(
    orders: dict[tuple[str, str], Path], cache: Path, interpreters: Interpreters, tmp_path: Path
) -> None:
    done = run(interpreters.torch, orders["float32", "huggingface"], "torch-cpu", cache, tmp_path)
    assert done.exit_code == 2
    assert done.last["message"] == "convert-tinyllama is not offered in size 'tiny' on torch-cpu"
