"""What several tests do: run the harness as a process, read events, make requests and orders."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from finetune_bench.canonical import sha256_of
from finetune_bench.order import Order, order_text

HARNESS = Path(__file__).resolve().parent.parent
REPOSITORY = HARNESS.parent
PYTHON_VARIABLES = {"torch": "FINETUNE_BENCH_TORCH_PYTHON", "mlx": "FINETUNE_BENCH_MLX_PYTHON"}

CONVERT = "convert-tinyllama"
LORA = "lora-alpaca-tinyllama"
LM = "lm-ptb"
NLI = "nli-bert-tiny"
SFT = "sft-dolly-qwen3"
MATMUL = "switch-matmul"
SMALL_LORA = {"rows": 48, "validation_rows": 4, "max_length": 8}
"""Six steps of 64 tokens: a second or two even on the reference BLAS."""
SMALL_LM = {"tokens": 209, "validation_tokens": 41, "context": 8}
"""26 windows, six steps."""
SMALL_NLI = {"rows": 48, "validation_rows": 5, "max_length": 16}
SMALL_SFT = {"rows": 48, "validation_rows": 4, "max_length": 8}
SMALL_CONVERT = {"conversions": 7}
SMALL_MATMUL = {"n": 96, "iterations": 7}
SMALL = {LORA: SMALL_LORA, CONVERT: SMALL_CONVERT, LM: SMALL_LM, NLI: SMALL_NLI, SFT: SMALL_SFT, MATMUL: SMALL_MATMUL}
TRAINING = (LORA, LM, NLI, SFT)
CPU_BACKENDS = ("torch-cpu", "mlx-cpu")


@dataclass
class Clock:
    """Time passes where it is spent, and a microsecond at every look, so that who waits for it comes to an end."""

    ns: int = 0

    def __call__(self) -> int:
        self.ns += 1000
        return self.ns

    def spend(self, seconds: float) -> None:
        self.ns += round(seconds * 1e9)


@dataclass(frozen=True)
class Interpreters:
    torch: str
    mlx: str

    def of(self, backend: str) -> str:
        return self.torch if backend.startswith("torch") else self.mlx


def environment(**extra: str) -> dict[str, str]:
    """The variables of a harness process: those of this one, without what an outer harness may have left."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FINETUNE_BENCH_")}
    return kept | {"PYTHONPATH": str(HARNESS / "src"), "PYTHONDONTWRITEBYTECODE": "1"} | extra


def harness(
    *arguments: str | Path, python: str = sys.executable, timeout: float = 600, **extra: str
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m finetune_bench …` to its end."""
    command = [python, "-m", "finetune_bench", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, env=environment(**extra), check=False
    )


LOOK_EVERY_S = 0.02


def until(condition: Callable[[], object], what: str, within_s: float = 60.0) -> None:
    """Waits for a condition. Only time in which this process runs is counted: a machine may stand still meanwhile."""
    for _ in range(round(within_s / LOOK_EVERY_S)):
        if condition():
            return
        time.sleep(LOOK_EVERY_S)
    raise AssertionError(f"{what} in {within_s:g} s")


def exit_code_of(child: subprocess.Popen[Any], within_s: float = 60.0) -> int:
    """The exit code of a process that ends within that time."""
    until(lambda: child.poll() is not None, "the process did not end", within_s)
    return child.returncode


def request(workload: str, overrides: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    whole = {"protocol": 1, "workload": workload, "preset": "strict", "size": "tiny", "set": dict(overrides or {})}
    return whole | changes


def write_json(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    return path


def prepare(
    folder: Path, cache: Path, workload: str, overrides: Mapping[str, Any] | None = None, **changes: Any
) -> Path:
    """Prepares a request through the command line; the path of its work order."""
    result = folder / "prepared.json"
    asked = write_json(folder / "request.json", request(workload, overrides, **changes))
    done = harness("prepare", asked, "--cache", cache, "--out", folder / "orders", "--result", result)
    assert done.returncode == 0, done.stderr
    return Path(json.loads(result.read_text())["order"])


@dataclass(frozen=True)
class Run:
    exit_code: int
    events: list[dict[str, Any]]
    stderr: str

    def of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.events if line["event"] == event]

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1]


def run_arguments(order: Path, backend: str, events: Path, cache: Path) -> list[str | Path]:
    benchmark = f"test.{backend}"
    return ["run", order, "--backend", backend, "--events", events, "--cache", cache, "--benchmark", benchmark]


def run(python: str, order: Path, backend: str, cache: Path, folder: Path, **extra: str) -> Run:
    """Runs an order and reads its events, which must keep to the protocol whatever happened."""
    events = folder / f"{backend}.jsonl"
    events.unlink(missing_ok=True)
    done = harness(*run_arguments(order, backend, events, cache), python=python, **extra)
    lines, problem = read_events(events.read_bytes())
    assert problem is None, f"{problem}\n{done.stderr}"
    return Run(done.returncode, lines, done.stderr)


def changed(order: Order, **work: Any) -> Order:
    """The same order with some of its work replaced, and a hash that fits."""
    new_work = order.work | work
    return replace(order, work=new_work, work_hash=sha256_of(new_work))


def write_order(folder: Path, order: Order) -> Path:
    path = folder / f"{order.work_hash}.json"
    path.write_text(order_text(order), encoding="utf-8")
    return path


def event_validator() -> Draft202012Validator:
    schema = json.loads((REPOSITORY / "schema" / "events.schema.json").read_text())
    return Draft202012Validator(schema)


def read_events(data: bytes) -> tuple[list[dict[str, Any]], str | None]:
    """The events of a file up to the first thing wrong with it, and what that is."""
    validator = event_validator()
    events: list[dict[str, Any]] = []
    for number, line in enumerate(data.decode().split("\n"), start=1):
        if line.strip() == "":
            continue
        try:
            event = json.loads(line, parse_constant=_refuse)
        except ValueError as error:
            return events, f"line {number}: {error}"
        fault = next((found.message for found in validator.iter_errors(event)), None) or _out_of_order(event, events)
        if fault is not None:
            return events, f"line {number}: {fault}"
        events.append(event)
    return events, None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON number")


def _out_of_order(event: dict[str, Any], before: Sequence[dict[str, Any]]) -> str | None:
    if before and before[-1]["event"] in ("end", "error"):
        return "a line follows the last event"
    if event["event"] == "start" and before:
        return "start is not the first line"
    steps = sum(line["event"] == "step" for line in before)
    if event["event"] == "step" and event.get("index", steps) != steps:
        return f"step {event['index']} where {steps} is due"
    return None
