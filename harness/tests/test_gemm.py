"""The GEMM probe on the real frameworks of a processor, and on a backend in numpy that is watched."""

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from finetune_bench.events import Gemm
from finetune_bench.gemm import LEAST_PRODUCTS, look_again, matrix_size, probe, probe_seconds
from support import CPU_BACKENDS, NLI, SMALL_NLI, Interpreters, environment, event_validator, prepare

PROBE = """
import json
from finetune_bench.backends import make_backend
from finetune_bench.events import to_json
from finetune_bench.gemm import probe
backend = make_backend({backend!r})
backend.open()
print(json.dumps(to_json(probe(backend, {dtype!r}, 0.05))))
"""


DISTURBED = """
import sys
from dataclasses import replace
from finetune_bench import running
from finetune_bench.cli import main
real, probes = running.probe, []


def probe(backend, dtype, seconds):
    # As if others had kept the device busy while it was probed for the first time.
    gemm = real(backend, dtype, 0.05)
    probes.append(gemm)
    return gemm if len(probes) > 1 else replace(gemm, fastest_s=1e6, median_s=1e6)


running.probe = probe
running.probe_seconds = lambda *_: 0.05
raise SystemExit(main(sys.argv[1:]))
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


def test_everything_multiplies_for_two_seconds_but_the_tiny_sizes_of_a_processor() -> None:
    assert {probe_seconds(name, size) for name in ("torch-cuda", "mlx-metal") for size in ("tiny", "real")} == {2.0}
    assert (probe_seconds("torch-cpu", "tiny"), probe_seconds("mlx-cpu", "real")) == (0.0, 2.0)
    assert matrix_size("torch-mps") == matrix_size("mlx-metal") < matrix_size("mlx-cuda")


def probed(rate: float) -> Gemm:
    return Gemm(dtype="float32", n=1024, flop=1e9, products=9, fastest_s=1e9 / rate, median_s=1e9 / rate)


@pytest.mark.parametrize(
    ("rates", "fastest_step", "looks"),
    [
        ([60e9, 99e9], 59e9, 0),  # the probe stands above every step
        ([60e9, 99e9], 0.0, 0),  # the steps tell no arithmetic
        ([60e9, 90e9, 99e9], 80e9, 1),  # others were in the way of the first
        ([60e9, 50e9, 70e9, 90e9, 99e9], 80e9, 3),
        ([60e9, 50e9, 70e9, 70e9, 70e9, 99e9], 80e9, 4),  # in vain: what is impossible is told by whoever judges
    ],
)
def test_a_probe_that_a_step_outdid_is_repeated(rates: list[float], fastest_step: float, looks: int) -> None:
    first, *more = map(probed, rates)
    upcoming = iter(more)
    seen = list(look_again(first, fastest_step, lambda: next(upcoming)))
    assert seen == more[:looks]


def test_a_run_whose_probe_was_disturbed_probes_again_after_its_steps(
    interpreters: Interpreters, cache: Path, tmp_path: Path
) -> None:
    order = prepare(tmp_path, cache, NLI, SMALL_NLI)
    events = tmp_path / "events.jsonl"
    which = ["run", str(order), "--backend", "mlx-cpu", "--events", str(events), "--benchmark", "any"]
    program = [interpreters.mlx, "-c", DISTURBED, *which, "--cache", str(cache)]
    subprocess.run(program, env=environment(), check=True)
    lines = [json.loads(line) for line in events.read_text().splitlines()]
    # Two of them, or more where the machine was busy in the second as well.
    first, again, *_ = (line for line in lines if line["event"] == "gemm")
    steps = [line for line in lines if line["event"] == "step"]
    assert first["flop"] / first["fastest_s"] < max(step["model_flop"] / step["duration_s"] for step in steps)
    assert again["fastest_s"] < first["fastest_s"]
    assert lines.index(first) < lines.index(steps[0]) < lines.index(steps[-1]) < lines.index(again)
    assert lines[-1]["event"] == "end"


@pytest.mark.parametrize("backend", CPU_BACKENDS)
def test_a_framework_multiplies_at_a_rate_that_a_processor_can_have(interpreters: Interpreters, backend: str) -> None:
    program = [interpreters.of(backend), "-c", PROBE.format(backend=backend, dtype="float32")]
    ended = subprocess.run(program, capture_output=True, text=True, env=environment(), check=True)
    done = json.loads(ended.stdout)
    event_validator().validate(done)
    assert (done["dtype"], done["n"], done["products"] >= LEAST_PRODUCTS) == ("float32", 1024, True)
    assert 1e8 < done["flop"] / done["fastest_s"] < 1e13, "a product that was only queued takes microseconds"
