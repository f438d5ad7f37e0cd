"""Everything the harness reads and did not write, damaged: it becomes a value or BadInput, and nothing else.

FINETUNE_BENCH_FUZZ is the number of inputs of each test: 2,000 where it is not set, 100,000 in `npm run test:nightly`.
"""

import contextlib
import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finetune_bench import canonical, events
from finetune_bench.errors import BadInput
from finetune_bench.order import make_order, order_text, read_order
from finetune_bench.probe import probe
from finetune_bench.probe_system import Answer, System
from finetune_bench.request import parse_request, read_request
from finetune_bench.workloads import WORKLOADS

ROOT = Path(__file__).parents[2]
EVENT = jsonschema.Draft202012Validator(json.loads((ROOT / "schema" / "events.schema.json").read_text()))
PROBE = jsonschema.Draft202012Validator(json.loads((ROOT / "schema" / "probe.schema.json").read_text()))
SCENARIOS = {
    path.stem: json.loads(path.read_text()) for path in sorted((ROOT / "harness/tests/fixtures/probe").glob("*.json"))
}

many = settings(
    max_examples=int(os.environ.get("FINETUNE_BENCH_FUZZ", "2000")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
any_text = st.one_of(st.text(max_size=30), st.sampled_from(["", "\0", "\ud800", "NaN", "9" * 400, "-1", "x" * 5000]))
any_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_text),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(any_text, inner, max_size=4)),
    max_leaves=8,
)
bait = st.sampled_from(["[" * 5000, '{"a":' * 5000, "NaN", "1e999", "9" * 5000, "\0", "}", "\ufeff", '"\\ud800"'])


@st.composite
def damaged(draw: st.DrawFn, good: str) -> str:
    """A text with pieces taken out or put in."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(good)))
        cut = draw(st.integers(0, 20))
        good = good[:at] + draw(st.one_of(bait, st.text(max_size=8), st.just(""))) + good[at + cut :]
    return good


def outcome(read: Callable[[], Any]) -> tuple[Any, str]:
    """The value, or why it was refused."""
    try:
        return read(), ""
    except BadInput as refusal:
        return None, str(refusal)


def write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8", "surrogatepass"))


REQUEST = {
    "protocol": 1,
    "workload": "switch-matmul",
    "preset": "strict",
    "size": "tiny",
    "set": {"steps": 23},
}


@many
@given(
    st.dictionaries(
        st.one_of(st.sampled_from(list(REQUEST)), any_text),
        st.one_of(st.sampled_from(list(REQUEST.values())), st.sampled_from([w.name for w in WORKLOADS]), any_json),
        max_size=6,
    )
)
def test_requests(value: dict[str, object]) -> None:
    for given_value in (value, {**REQUEST, **value}, {**REQUEST, "set": value}):
        request, refusal = outcome(lambda given_value=given_value: parse_request(given_value))
        assert refusal or request.size in request.workload.sizes


@many
@given(damaged(json.dumps(REQUEST)))
def test_request_files(tmp_path: Path, text: str) -> None:
    file = tmp_path / "request.json"
    write(file, text)
    request, refusal = outcome(lambda: read_request(file))
    assert request or 0 < len(refusal) < 20_000


@many
@given(damaged(order_text(make_order({"workload": "w", "steps": [1, 2.5]}, "strict", {"steps": 2}, {}))))
def test_work_orders(tmp_path: Path, text: str) -> None:
    """What is read is the work that was hashed, or it is refused."""
    file = tmp_path / "order.json"
    write(file, text)
    order, refusal = outcome(lambda: read_order(file))
    assert refusal or canonical.sha256_of(order.work) == order.work_hash


@many
@given(any_json)
def test_canonical_json(value: object) -> None:
    """One text for one value, which reads back as that value."""
    try:
        text = canonical.canonical_json(value)
    except ValueError:
        return
    again = json.loads(text, parse_int=float)
    assert canonical.canonical_json(again) == text
    assert again == value


texts = st.text(st.characters(), max_size=50).map(lambda text: text + "\udcff" * (len(text) % 2))
numbers = st.floats()


@many
@given(texts, texts, numbers, st.lists(texts, max_size=3))
def test_events_writer(tmp_path: Path, name: str, message: str, value: float, reasons: list[str]) -> None:
    """Whatever a library calls its device or its error, the file holds whole lines of the protocol."""
    file = tmp_path / "events.jsonl"
    file.unlink(missing_ok=True)
    log = events.EventLog(file)
    written = 0
    for event in (
        events.Phase(name=name or "x", duration_s=abs(value)),
        events.WarningEvent(message=message or "x"),
        events.Device(time_s=1.0, throttle=tuple(reasons), pressure=name or None),
        events.Error(kind="exception", message=message * 300 or "x"),
    ):
        finite = math.isfinite(getattr(event, "duration_s", 0.0))
        with contextlib.nullcontext() if finite else pytest.raises(ValueError, match="finite"):
            log.write(event)
            written += 1
    log.close()
    lines = file.read_bytes().decode("utf-8").split("\n")
    assert lines.pop() == ""
    assert len(lines) == written
    for line in lines:
        EVENT.validate(json.loads(line))


@dataclass(frozen=True)
class Unreliable(System):
    """A machine of the fixtures whose files and programs answer something else now and then."""

    files: dict[str, str] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    odd: tuple[tuple[str, str], ...] = ()

    def read(self, path: str) -> str | None:
        return self._odd(path, self.files.get(path)) or None

    def which(self, name: str) -> str | None:
        return f"/bin/{name}" if name in self.answers else None

    def run(self, command: Sequence[str], *, timeout_s: float) -> Answer:
        name = Path(command[0]).name
        text = self._odd(name, self.answers.get(name))
        return Answer(code=None if text is None else len(text) % 7 == 6, stdout=text or "", stderr="")

    def _odd(self, name: str, usual: str | None) -> str | None:
        return next((text for where, text in self.odd if where in name), usual)


def unreliable(scenario: dict, odd: tuple[tuple[str, str], ...]) -> Unreliable:
    answers = {name: json.dumps(program) for name, program in scenario["programs"].items()}
    for name, program in scenario["programs"].items():
        if isinstance(program, list) and program:
            answers[name] = program[0]["stdout"]
        elif name == "sysctl":
            answers[name] = "\n".join(f"{key}: {value}" for key, value in program.items())
        elif name == "nvidia-smi" and program.get("gpus"):
            answers[name] = "\n".join(", ".join(gpu.values()) for gpu in program["gpus"])
    return Unreliable(
        platform=scenario["platform"],
        machine=scenario["machine"],
        libc=tuple(scenario["libc"]),
        environ={"PATH": "/bin", **scenario["environ"]},
        files=scenario["files"],
        answers=answers,
        root=Path("/nonexistent"),
        odd=odd,
    )


PLACES = (
    "sysctl nvidia-smi system_profiler powershell pmset ioreg notifyutil sw_vers powercfg lscpu "
    "cpuinfo meminfo os-release dmi loadavg cgroup power_supply machine-id"
)
odd_places = st.sampled_from(PLACES.split())
odd_texts = st.one_of(
    any_text,
    bait,
    st.sampled_from(["[N/A], [N/A]", "a: b: c", "MemTotal: x kB", "{}", "[]", "null", '{"SPHardwareDataType": [1]}']),
    st.text(max_size=200),
)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
@settings(many, max_examples=max(1, many.max_examples // len(SCENARIOS)))
@given(st.lists(st.tuples(odd_places, odd_texts), max_size=4))
def test_probe(name: str, odd: list[tuple[str, str]]) -> None:
    """No program's answer stops the probe, and what it makes of it keeps its schema."""
    facts = probe(unreliable(SCENARIOS[name], tuple(odd)), "salt")
    PROBE.validate(json.loads(json.dumps(facts)))
