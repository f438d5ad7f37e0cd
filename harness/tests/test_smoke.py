"""The smoke test of a framework: broken installations and missing devices are told in a sentence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from finetune_bench.backends import no_device
from support import CPU_BACKENDS, Interpreters, environment, harness


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_the_smoke_test_prints_the_environment(interpreters: Interpreters, backend: str) -> None:
    done = harness("smoke", "--backend", backend, python=interpreters.of(backend))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["threads"] == 1
    assert backend.split("-")[0] in said["packages"]
    assert "event" not in said


SABOTAGE = """
from finetune_bench.backends.mlx_backend import MlxBackend
from finetune_bench.cli import main
real = MlxBackend.multiply
MlxBackend.multiply = lambda self, size: real(self, size) - 1
raise SystemExit(main(["smoke", "--backend", "mlx-cpu"]))
"""


def test_a_device_that_multiplies_wrongly_fails_the_smoke_test(interpreters: Interpreters) -> None:
    program = [interpreters.mlx, "-c", SABOTAGE]
    ended = subprocess.run(program, capture_output=True, text=True, env=environment(), check=False)
    assert ended.returncode == 3
    assert ended.stderr == "error: mlx-cpu multiplies wrongly: 63.0 instead of 64\n"


@pytest.mark.parametrize(
    ("torch", "said"),
    [
        ("raise AttributeError('module numpy has no x')", "torch cannot be imported: AttributeError: module numpy has"),
        ("raise OSError('libcudart.so.13: cannot open')", "torch cannot be imported: libcudart.so.13: cannot open"),
        ("__version__ = '2.13.0'", "torch-cpu cannot multiply two matrices: AttributeError: module 'torch' has no"),
    ],
    ids=["does not fit", "library lost", "half there"],
)
def test_a_broken_installation_fails_the_smoke_test_in_a_sentence(tmp_path: Path, torch: str, said: str) -> None:
    (tmp_path / "torch.py").write_text(torch)
    smoke = [sys.executable, "-m", "finetune_bench", "smoke", "--backend", "torch-cpu"]
    path = os.pathsep.join((str(tmp_path), environment()["PYTHONPATH"]))
    ended = subprocess.run(smoke, capture_output=True, text=True, env=environment(PYTHONPATH=path), check=False)
    assert ended.returncode == 3
    assert ended.stderr.startswith(f"error: {said}")
    assert "Traceback" not in ended.stderr


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac has these devices")
@pytest.mark.parametrize("backend", ["mlx-metal", "torch-mps"])
def test_a_device_that_the_framework_does_not_find(interpreters: Interpreters, backend: str) -> None:
    framework, device = backend.split("-")
    smoke = harness("smoke", "--backend", backend, python=interpreters.of(framework))
    assert smoke.returncode == 3
    assert f"finds no {device} device on this machine" in smoke.stderr
    assert "Traceback" not in smoke.stderr


def test_on_a_mac_a_missing_device_is_a_missing_session() -> None:
    words = no_device("mlx 0.32.0", "mlx-metal", "darwin")
    assert words == "mlx 0.32.0 finds no metal device on this machine: the runner needs a logged-in session"
    assert "session" not in no_device("torch 2.13.0", "torch-cuda", "linux")
