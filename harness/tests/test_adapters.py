"""Trained adapters as they are saved: in the format of PEFT and of mlx-lm, whose own loaders must read them."""

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from finetune_bench.order import Order, read_order
from finetune_bench.stored_tensors import StoredTensors
from finetune_bench.workloads.lora_saving import KEEP, saving
from support import CPU_BACKENDS, HARNESS, LORA, SMALL_LORA, Interpreters, environment, prepare

# Adapters of matrices that are not square, among them one of the feed-forward, of a rank that is no side of any.
ASKED = {"targets": "v_proj, down_proj,q_proj", "rank": 3, "alpha": 12.0, "dropout": 0.1, "learning_rate": 5e-3}
PRECISIONS = ("float32", "mixed")
FILES = {"torch-cpu": "adapter_model.safetensors", "mlx-cpu": "adapters.safetensors"}


@dataclass(frozen=True)
class Saved:
    order: Order
    folder: Path
    said: dict[str, Any]

    def stored(self, backend: str) -> StoredTensors:
        return StoredTensors([self.folder / FILES[backend]], "adapters")

    @property
    def config(self) -> dict[str, Any]:
        return json.loads((self.folder / "adapter_config.json").read_text())


@pytest.fixture(scope="module")
def saved(
    cache: Path, interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], Saved]:
    folder = tmp_path_factory.mktemp("adapters")
    orders = [prepare(folder, cache, LORA, SMALL_LORA | ASKED | {"precision": one}) for one in PRECISIONS]
    found = {}
    for backend in CPU_BACKENDS:
        command = [interpreters.of(backend), HARNESS / "tests" / "save_adapters.py", backend, cache, folder / backend]
        done = subprocess.run(
            [*map(str, (*command, *orders))],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        for precision, order, said in zip(PRECISIONS, orders, json.loads(done.stdout), strict=True):
            place = folder / backend / order.stem / said["folder"]
            found[backend, precision] = Saved(read_order(order), place, said)
    return found


every_save = pytest.mark.parametrize("key", [(name, one) for name in CPU_BACKENDS for one in PRECISIONS], ids=str)


@every_save
def test_the_framework_s_own_loader_brings_back_the_trained_model(
    saved: dict[tuple[str, str], Saved], key: tuple[str, str]
) -> None:
    said = saved[key].said
    assert said["moved"] > 0.01, "training must have changed what the model says"
    assert said["lost"] < 1e-6


@every_save
def test_what_is_stored_are_the_trained_values_under_the_framework_s_names(
    saved: dict[tuple[str, str], Saved], key: tuple[str, str]
) -> None:
    backend, _ = key
    one = saved[key]
    stored, values = one.stored(backend), one.said["values"]
    assert len(values) == 4 * 3 * 2
    names = {}
    for name in values:
        module, side = name.rsplit(".", 1)
        names[name] = (
            f"base_model.model.{module}.{side}.weight" if backend == "torch-cpu" else f"{module}.{side.lower()}"
        )
    assert set(stored.shapes) == set(names.values())
    for name, value in values.items():
        trained = np.array(value, dtype=np.float32)
        assert np.abs(trained).max() > 0, "the B of an adapter starts at zero"
        expected = trained if backend == "torch-cpu" else trained.T
        assert stored.shapes[names[name]] == expected.shape
        assert np.array_equal(stored.float32(names[name]), expected.ravel())


@every_save
def test_the_size_that_is_told_is_that_of_the_file(saved: dict[tuple[str, str], Saved], key: tuple[str, str]) -> None:
    backend, _ = key
    one = saved[key]
    size = (one.folder / FILES[backend]).stat().st_size
    parameters = one.order.work["trainable"]["parameters"]
    assert one.said["metrics"]["adapter_size"] == size
    assert 4 * parameters < size < 4 * parameters + 8192, "in float32, also above a base in bfloat16"
    assert one.folder.name == f"{LORA}.strict.tiny.{backend}"


def test_the_configurations_say_what_was_trained(saved: dict[tuple[str, str], Saved]) -> None:
    peft = saved["torch-cpu", "float32"].config
    assert (peft["peft_type"], peft["task_type"]) == ("LORA", "CAUSAL_LM")
    assert (peft["r"], peft["lora_alpha"], peft["lora_dropout"]) == (3, 12.0, 0.1)
    assert sorted(peft["target_modules"]) == ["down_proj", "q_proj", "v_proj"]
    assert saved["mlx-cpu", "float32"].config == {
        "fine_tune_type": "lora",
        "num_layers": 4,
        "lora_parameters": {
            "rank": 3,
            "scale": 4.0,
            "dropout": 0.1,
            "keys": ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"],
        },
    }


def test_nothing_stays_behind_unless_a_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.delenv(KEEP, raising=False)

    def write(folder: Path) -> None:
        assert os.listdir(tmp_path) == [folder.name]
        (folder / "a.safetensors").write_bytes(b"12345")
        (folder / "README.md").write_text("not counted")

    ((name, save),) = saving("mine", write)
    assert name == "save"
    assert [metric.value for metric in save().metrics] == [5]
    assert os.listdir(tmp_path) == []
