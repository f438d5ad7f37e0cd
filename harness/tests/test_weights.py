"""The weight files: read by the safetensors library, the same bytes on every machine, little memory."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from finetune_bench import weights
from finetune_bench.weights import Uniform, file_sha256, generator, write_arrays, write_random_tensors
from support import HARNESS, environment

TENSORS = {"w": Uniform((300, 70), 0.5), "gain": Uniform((33,), 0.25, centre=1.0), "zero": Uniform((4, 2), 0.0)}


def test_the_library_reads_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    digest = write_random_tensors(path, TENSORS, generator(1, "weights"))
    read = load_file(path)
    assert {name: (value.shape, str(value.dtype)) for name, value in read.items()} == {
        name: (tensor.shape, "float32") for name, tensor in TENSORS.items()
    }
    assert file_sha256(path) == digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_values_are_uniform_around_their_centre(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    write_random_tensors(path, TENSORS, generator(1, "weights"))
    read = load_file(path)
    assert -0.5 <= read["w"].min() < -0.499
    assert 0.499 < read["w"].max() < 0.5
    assert read["w"].std() == pytest.approx(0.5 / 3**0.5, rel=0.01)
    assert read["gain"].mean() == pytest.approx(1.0, abs=0.1)
    assert not read["zero"].any()


def test_bytes_never_change(tmp_path: Path) -> None:
    """One stream, scaled by exact arithmetic: the digest is the same on every processor and version of numpy."""
    digest = write_random_tensors(tmp_path / "w.safetensors", TENSORS, generator(0, "weights"))
    assert digest == "589cb83953eb6c4f32818f6c6a5ad09dcf51f6a4361318a11aa982291821796e"


def test_the_size_of_a_chunk_does_not_reach_the_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = write_random_tensors(tmp_path / "a", TENSORS, generator(0, "weights"))
    monkeypatch.setattr(weights, "CHUNK_VALUES", 64)
    assert write_random_tensors(tmp_path / "b", TENSORS, generator(0, "weights")) == whole


def test_streams_of_one_seed_are_independent() -> None:
    drawn = {name: tuple(generator(3, name).random(4)) for name in weights.STREAMS}
    assert len(set(drawn.values())) == len(weights.STREAMS)


def test_arrays_of_every_type_come_back(tmp_path: Path) -> None:
    arrays = {"i": np.arange(5, dtype=np.int32), "o": np.arange(6, dtype=np.int64), "f": np.ones((2, 3), np.float32)}
    write_arrays(tmp_path / "a.safetensors", arrays)
    read = load_file(tmp_path / "a.safetensors")
    for name, array in arrays.items():
        assert np.array_equal(read[name], array)
        assert read[name].dtype == array.dtype


def test_large_files_are_written_in_little_memory(tmp_path: Path) -> None:
    """A file of 256 MiB must not be held in memory: the writer's peak stays within 128 MiB of its start."""
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from finetune_bench.weights import Uniform, generator, write_random_tensors\n"
        "start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "write_random_tensors(Path(sys.argv[1]), {'w': Uniform((64, 2**20), 1.0)}, generator(0, 'weights'))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "w")],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
        cwd=HARNESS,
    )
    unit = 1 if sys.platform == "darwin" else 1024
    assert int(done.stdout) * unit < 128 * 2**20
