"""Fixtures of all tests: the two frameworks' interpreters, and folders that are made once a session."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from checkpoints import tokenizer
from hub_place import Place, offer
from local_hub import serving
from support import LORA, PYTHON_VARIABLES, SFT, Clock, Interpreters

# How long one example takes is the machine's affair. Every day the same examples are tried, so that a failure belongs
# to the change that is tested; `npm run test:nightly`, which sets the number of inputs, draws others each time.
settings.register_profile(
    "here",
    deadline=None,
    derandomize="FINETUNE_BENCH_FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("here")


@pytest.fixture(scope="session")
def interpreters() -> Interpreters:
    """Interpreters that have torch and mlx. Tests that need one fail, not skip, where it is not named."""
    missing = [name for name in PYTHON_VARIABLES.values() if not os.environ.get(name)]
    if missing:
        pytest.fail(
            f"set {' and '.join(missing)} to an interpreter with the packages of harness/requirements; "
            "`npm test` makes both environments and sets the variables",
            pytrace=False,
        )
    return Interpreters(**{framework: os.environ[name] for framework, name in PYTHON_VARIABLES.items()})


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of weights and token files for the session."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Of the measuring loop, in place of the machine's, which goes on while others use the machine."""
    made = Clock()
    for module in ("measure", "slowdown"):
        monkeypatch.setattr(f"finetune_bench.{module}.perf_counter_ns", made)
    return made


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen]]:
    """Processes that are killed when the test is over, however it ends."""
    running: list[subprocess.Popen] = []
    yield running
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def tokens(interpreters: Interpreters, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A tokenizer.json of word pieces of the tests' own words."""
    return tokenizer(interpreters.torch, tmp_path_factory.mktemp("tokenizer"))


@pytest.fixture
def place(interpreters: Interpreters, tmp_path: Path) -> Iterator[Place]:
    with serving() as hub:
        yield Place(interpreters.mlx, tmp_path, hub)


@pytest.fixture(params=[LORA, SFT])
def workload(request: pytest.FixtureRequest, place: Place, tokens: bytes) -> str:
    """A workload of which the hub has a checkpoint and rows."""
    return offer(place, request.param, tokens)


@pytest.fixture
def sft(place: Place, tokens: bytes) -> str:
    return offer(place, SFT, tokens)
