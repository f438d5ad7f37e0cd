"""The measuring process: its environment variables, its BLAS, what its failures are called."""

import errno
import json
import mmap
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from finetune_bench.blas import loaded_libraries, wanted_openblas
from finetune_bench.errors import BadInput, CheckFailed, kind_of
from finetune_bench.machine import processor_name, reset_rss_peak, rss_peak_since
from finetune_bench.process import wanted_environment
from support import HARNESS, environment, harness

LINUX = sys.platform == "linux"


@pytest.mark.parametrize("backend", ["torch-cpu", "mlx-cpu"])
def test_processor_backends_get_one_thread(backend: str) -> None:
    wanted = wanted_environment(backend, {})
    assert {wanted[name] for name in wanted if name.endswith("_THREADS")} == {"1"}
    assert wanted["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize("backend", ["torch-cuda", "torch-mps", "mlx-metal", "mlx-cuda"])
def test_accelerators_keep_the_machine_s_threads(backend: str) -> None:
    assert not [name for name in wanted_environment(backend, {}) if name.endswith("_THREADS")]


STEPS_THAT_FREE = """
import resource
def faults(): return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def step(): return len([b"x" * size * 2**20 for size in (16, 8, 16)])
step()
before = faults()
for _ in range(5): step()
print(faults() - before)
"""
PAGES = 5 * 40 * 2**20 // os.sysconf("SC_PAGE_SIZE") if LINUX else 0


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="these variables speak to glibc's allocator")
def test_processor_backends_keep_the_memory_that_a_step_frees() -> None:
    def pages(backend: str) -> int:
        done = subprocess.run(
            [sys.executable, "-c", STEPS_THAT_FREE],
            env=environment(**wanted_environment(backend, {})),
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout)

    for backend in ("torch-cpu", "mlx-cpu"):
        assert pages(backend) < PAGES / 100
    # Else they come from the system again in every step.
    assert pages("torch-cuda") > PAGES / 2


def test_every_backend_is_offline_and_without_tf32() -> None:
    for backend in ("torch-cuda", "mlx-cuda", "mlx-cpu"):
        wanted = wanted_environment(backend, {})
        assert (wanted["HF_HUB_OFFLINE"], wanted["MLX_ENABLE_TF32"]) == ("1", "0")


def test_only_mlx_on_the_processor_never_compiles() -> None:
    assert "MLX_DISABLE_COMPILE" in wanted_environment("mlx-cpu", {})
    assert "MLX_DISABLE_COMPILE" not in wanted_environment("mlx-metal", {})


def test_a_blas_may_be_named_or_refused() -> None:
    named = "/opt/mine/libopenblas.so"
    assert wanted_openblas({"FINETUNE_BENCH_BLAS": "reference"}) is None
    assert wanted_openblas({"FINETUNE_BENCH_BLAS": named}) == (named if LINUX else None)
    preload = wanted_environment("mlx-cpu", {"FINETUNE_BENCH_BLAS": named, "LD_PRELOAD": "/x.so"}).get("LD_PRELOAD")
    assert preload == (f"{named}:/x.so" if LINUX else None)
    assert "LD_PRELOAD" not in wanted_environment("torch-cpu", {"FINETUNE_BENCH_BLAS": named})
    again = wanted_environment("mlx-cpu", {"FINETUNE_BENCH_BLAS": named, "LD_PRELOAD": named})
    assert "LD_PRELOAD" not in again


def test_the_process_is_started_over_once_and_keeps_its_id(tmp_path: Path) -> None:
    """The program prints its id before and after, then its variables; a third line of ids would be a loop."""
    program = tmp_path / "program.py"
    program.write_text(
        "import json, os\n"
        "from finetune_bench.process import age_s, ensure_environment\n"
        "print(os.getpid(), flush=True)\n"
        "ensure_environment('torch-cpu')\n"
        "print(json.dumps([os.environ['OMP_NUM_THREADS'], age_s()]))\n"
    )
    command = [sys.executable, str(program)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=environment(OMP_NUM_THREADS="7"), cwd=HARNESS
    ) as child:
        output, _ = child.communicate(timeout=120)
    *ids, last = output.splitlines()
    assert ids == [str(child.pid)] * (1 if sys.platform == "win32" else 2)
    threads, age = json.loads(last)
    assert threads == "1"
    assert 0 < age < 30


def test_what_is_loaded_is_read_back() -> None:
    assert all(path.startswith("/") for path in loaded_libraries())
    assert bool(loaded_libraries()) == LINUX


def test_the_peak_of_resident_memory_follows_an_allocation() -> None:
    reset_rss_peak()
    before = rss_peak_since(0)
    with mmap.mmap(-1, 64 * 2**20) as block:  # what malloc gives may have been resident, freed by an earlier test
        block.write(b"\1" * len(block))
        after = rss_peak_since(0)
    assert before is not None
    assert after is not None
    assert after >= before + 48 * 2**20 or not LINUX


def test_the_processor_has_a_name() -> None:
    assert processor_name().strip()


class OutOfMemoryError(RuntimeError):
    """Named as torch names its own."""


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), "out-of-memory"),
        (OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB."), "out-of-memory"),
        (RuntimeError("[malloc] Unable to allocate 68719476736 bytes."), "out-of-memory"),
        (RuntimeError("[metal::malloc] Attempting to allocate 64 bytes which is greater than"), "out-of-memory"),
        (RuntimeError("[METAL] Command buffer execution failed: Insufficient Memory (0000008)"), "out-of-memory"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"), "out-of-memory"),
        (RuntimeError("MPS backend out of memory (MPS allocated: 17.94 GB)"), "out-of-memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."), "out-of-memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "out-of-memory"),
        (OSError(errno.ENOSPC, "No space left on device"), "exception"),
        (RuntimeError("shapes do not match"), "exception"),
        (ValueError("out of memory lane"), "exception"),
        (BadInput("x"), "bad-order"),
        (CheckFailed("x"), "check-failed"),
    ],
)
def test_errors_have_a_kind(error: Exception, kind: str) -> None:
    assert kind_of(error) == kind


@pytest.mark.parametrize("arguments", [[], ["fly"], ["run"], ["smoke", "--backend", "jax"]])
def test_a_wrong_command_line_exits_with_2_and_shows_the_usage(arguments: list[str]) -> None:
    done = harness(*arguments)
    assert done.returncode == 2
    assert "usage:" in done.stderr
