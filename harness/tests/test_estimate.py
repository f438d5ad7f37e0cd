"""What is said of a run before it starts, beside what runs took."""

import sys

import pytest

from finetune_bench.estimate import estimate
from finetune_bench.request import parse_request
from support import LM, LORA, MATMUL, NLI, SFT, request

FACTOR = 2.0
"""An estimate may be so many times too long or too short."""

OPENBLAS = "/any/libopenblas.so"
TORCH, MLX, MLX_OPENBLAS = ("torch-cpu", "reference"), ("mlx-cpu", "reference"), ("mlx-cpu", OPENBLAS)

ROW = {"batch_size": 1, "accumulation": 1, "validation_rows": 1}
"""An eighth of a step: one row of 128 tokens, and another for validation."""
MEASURED: list[tuple[tuple[str, str], str, str, dict[str, object], float]] = [
    # Whole runs, in seconds of one core of an AMD EPYC with AVX-512, files cached.
    (TORCH, LORA, "tiny", {}, 5.4),
    (TORCH, LM, "tiny", {}, 3.5),
    (TORCH, NLI, "tiny", {}, 3.6),
    (TORCH, SFT, "tiny", {}, 6.2),
    (TORCH, MATMUL, "tiny", {}, 2.3),
    (TORCH, NLI, "real", {}, 30.3),
    (TORCH, LORA, "real", ROW | {"rows": 2}, 28.4),
    (MLX, LORA, "tiny", {}, 10.5),
    (MLX, LM, "tiny", {}, 3.8),
    (MLX, NLI, "tiny", {}, 2.9),
    (MLX, SFT, "tiny", {}, 15.0),
    (MLX, MATMUL, "tiny", {}, 5.3),
    (MLX, NLI, "real", {"rows": 80, "validation_rows": 40}, 14.4),
    (MLX, LORA, "real", ROW | {"rows": 1}, 171.5),
    (MLX_OPENBLAS, LORA, "tiny", {}, 2.3),
    (MLX_OPENBLAS, LM, "tiny", {}, 0.9),
    (MLX_OPENBLAS, NLI, "tiny", {}, 1.1),
    (MLX_OPENBLAS, SFT, "tiny", {}, 3.4),
    (MLX_OPENBLAS, MATMUL, "tiny", {}, 0.6),
    (MLX_OPENBLAS, NLI, "real", {}, 64.3),
    (MLX_OPENBLAS, LORA, "real", ROW | {"rows": 2}, 19.6),
]


def seconds(
    monkeypatch: pytest.MonkeyPatch, where: tuple[str, str], workload: str, size: str, given: dict[str, object]
) -> float:
    backend, blas = where
    monkeypatch.setenv("FINETUNE_BENCH_BLAS", blas)
    said = estimate(parse_request(request(workload, given, size=size)), backend)["seconds"]
    assert isinstance(said, float)
    return said


@pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux; elsewhere no BLAS is chosen")
@pytest.mark.parametrize(("where", "workload", "size", "given", "took"), MEASURED, ids=str)
def test_an_estimate_is_within_a_factor_of_two_of_what_runs_took(
    monkeypatch: pytest.MonkeyPatch,
    where: tuple[str, str],
    workload: str,
    size: str,
    given: dict[str, object],
    took: float,
) -> None:
    assert took / FACTOR < seconds(monkeypatch, where, workload, size, given) < took * FACTOR


@pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux; elsewhere no BLAS is chosen")
@pytest.mark.parametrize(("where", "took"), [(TORCH, 65), (MLX, 1000), (MLX_OPENBLAS, 42)], ids=str)
def test_a_step_of_a_billion_parameters_is_announced_as_long_as_it_is(
    monkeypatch: pytest.MonkeyPatch, where: tuple[str, str], took: float
) -> None:
    """Eight rows of 128 tokens through TinyLlama, measured; two runs less one leave out start and validation."""
    two, one = (seconds(monkeypatch, where, LORA, "real", {"steps": steps}) for steps in (2, 1))
    assert took / FACTOR < two - one < took * FACTOR


def test_the_probe_and_the_start_count() -> None:
    """A run of nearly no work at real size takes the import, the probe of two seconds, and reading the weights."""
    little = {"rows": 8, "validation_rows": 1, "steps": 1, "max_length": 8, "batch_size": 1, "accumulation": 1}
    said = estimate(parse_request(request(LORA, little, size="real")), "torch-cuda")
    weights = 4.4e9 / 500e6
    assert said["seconds"] == pytest.approx(4.5 + 2 + weights, abs=0.5)


def test_the_processors_half_is_the_processors_on_every_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    """50 times three products of 10,000 on four cores of 50 GFLOP/s each, whatever the accelerator."""
    monkeypatch.setattr("finetune_bench.estimate._cores", lambda: 4)
    asked = parse_request(request(MATMUL, {}, size="real"))
    for backend in ("torch-cuda", "mlx-metal"):
        assert 1500 < float(str(estimate(asked, backend)["seconds"])) < 1600


def test_what_a_product_reached_on_the_device_counts_more_than_its_family() -> None:
    asked = parse_request(request(LM, {}, size="real"))
    flop = float(str(estimate(asked, "torch-cuda")["flop"]))
    fast, faster = (float(str(estimate(asked, "torch-cuda", rate)["seconds"])) for rate in (10e12, 40e12))
    assert fast - faster == pytest.approx(flop / 3e12 - flop / 12e12, abs=0.1)
