"""The GEMM probe on the real frameworks of a processor, and on a backend in numpy that is watched."""

import json
import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest

from finetune_bench.gemm import LEAST_PRODUCTS, matrix_size, probe, probe_seconds
from support import CPU_BACKENDS, Interpreters, environment, event_validator

PROBE = """
import json
from finetune_bench.backends import make_backend
from finetune_bench.events import to_json
from finetune_bench.gemm import probe
backend = make_backend({backend!r})
backend.open()
print(json.dumps(to_json(probe(backend, {dtype!r}, 0.05))))
"""


@dataclass
class Watched:
    """Counts what is asked of it; a product is queued until the device is asked to be idle."""

    name: str = "torch-cuda"
    calls: list[str] = field(default_factory=list)

    def product(self, size: int, dtype: str) -> Any:
        self.calls.append(f"product {size} {dtype}")
        return lambda: self.calls.append("multiply")

    def synchronise(self) -> None:
        self.calls.append("idle")

    def release(self) -> None:
        self.calls.append("release")


def test_every_product_has_a_window_from_idle_to_idle_and_the_first_is_not_measured() -> None:
    backend = Watched()
    done = probe(backend, "bfloat16", 0.0)  # type: ignore[arg-type]
    assert done.products == LEAST_PRODUCTS
    window = ["idle", "multiply", "idle"]
    assert backend.calls == ["product 8192 bfloat16", *window * (1 + LEAST_PRODUCTS), "release"]
    assert done.flop == 2 * 8192**3
    assert 0 < done.fastest_s <= done.median_s


def test_accelerators_multiply_for_two_seconds_and_processors_for_half_a_second_or_not_at_all() -> None:
    assert {probe_seconds(name, size) for name in ("torch-cuda", "mlx-metal") for size in ("tiny", "real")} == {2.0}
    assert (probe_seconds("torch-cpu", "tiny"), probe_seconds("mlx-cpu", "real")) == (0.0, 0.5)
    assert matrix_size("torch-mps") == matrix_size("mlx-metal") < matrix_size("mlx-cuda")


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_a_framework_multiplies_at_a_rate_that_a_processor_can_have(interpreters: Interpreters, backend: str) -> None:
    program = [interpreters.of(backend), "-c", PROBE.format(backend=backend, dtype="float32")]
    ended = subprocess.run(program, capture_output=True, text=True, env=environment(), check=True)
    done = json.loads(ended.stdout)
    event_validator().validate(done)
    assert (done["dtype"], done["n"], done["products"] >= LEAST_PRODUCTS) == ("float32", 1024, True)
    assert 1e8 < done["flop"] / done["fastest_s"] < 1e13, "a product that was only queued takes microseconds"
