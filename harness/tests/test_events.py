"""The events in Python against the schema that TypeScript writes."""

import json
import math
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from finetune_bench.errors import EXIT_CODES
from finetune_bench.events import (
    EVENT_TYPES,
    Device,
    End,
    Environment,
    Error,
    Event,
    EventLog,
    Gemm,
    Memory,
    Metric,
    Phase,
    Start,
    Step,
    WarningEvent,
    to_json,
)
from support import event_validator, read_events

EXAMPLES: list[Event] = [
    Start(benchmark="a.strict.tiny.mlx-cpu", work_hash="0" * 64, backend="mlx-cpu"),
    Environment(python="3.12.1", device="x", packages={"mlx": "1"}, wheel_tags={"mlx": "any"}, knobs={"a": 1.5}),
    Environment(python="3.12.1", device="x", packages={}, wheel_tags={}, knobs={"b": True}, blas="mkl", threads=1),
    Phase(name="import", duration_s=0.0),
    Phase(name="timed", duration_s=2.0, start_s=1.7e9),
    Gemm(dtype="bfloat16", n=8192, flop=1.1e12, products=900, fastest_s=0.0016, median_s=0.0017),
    Step(index=0, phase="warmup", duration_s=0.1),
    Step(
        index=7,
        phase="timed",
        duration_s=0.1,
        data_s=0.0,
        samples=8,
        tokens_padded=128,
        tokens_real=100,
        tokens_loss=92,
        loss=-0.5,
        grad_norm=0.0,
        learning_rate=0.0,
        model_flop=1e12,
        accelerator_s=0.1,
        cpu_s=0.1,
        accelerator_flop=1e9,
        cpu_flop=1e9,
    ),
    Memory(phase="timed"),
    Memory(phase="timed", alloc_peak_bytes=1, reserved_peak_bytes=2, rss_peak_bytes=3, swap_delta_bytes=-4),
    Device(time_s=1.7e9),
    Device(
        time_s=1.7e9,
        temperature_c=61.0,
        clock_mhz=1980.0,
        power_w=412.5,
        energy_j=7e9,
        cpu_energy_j=12.5,
        memory_used_bytes=1,
        memory_busy=0.4,
        throttle=("sw_power_cap",),
        pressure="nominal",
        foreign_processes=0,
        device_busy=1.0,
        cpu_busy=0.25,
        cpu_stolen=0.0,
    ),
    Metric(name="validation_loss", value=1.0, unit="nat", direction="lower", class_="loss"),
    WarningEvent(message="careful"),
    End(duration_s=1.0, steps=0),
    *[Error(kind=kind, message="") for kind in (*EXIT_CODES, "cancelled")],
]


def schema_properties() -> dict[str, set[str]]:
    """Event → the names of its fields, as the schema has them."""
    variants = event_validator().schema["oneOf"]
    return {variant["properties"]["event"]["const"]: set(variant["properties"]) for variant in variants}


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_fields_are_those_of_the_schema(event_type: type[Event]) -> None:
    names = {field.name.rstrip("_") for field in fields(event_type)}
    assert names | {"event"} == schema_properties()[event_type.event]


def test_every_event_is_written_here() -> None:
    assert set(schema_properties()) == {event_type.event for event_type in EVENT_TYPES}


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.event)
def test_what_is_written_fits_the_schema(event: Event) -> None:
    event_validator().validate(json.loads(json.dumps(to_json(event))))


def test_every_kind_of_error_in_the_schema_has_an_exit_code_here() -> None:
    variants: list[dict[str, Any]] = event_validator().schema["oneOf"]
    error = next(variant for variant in variants if variant["properties"]["event"]["const"] == "error")
    assert set(error["properties"]["kind"]["enum"]) == {*EXIT_CODES, "cancelled"}


def test_long_texts_are_cut_to_what_the_schema_allows() -> None:
    for event in (WarningEvent(message="x" * 9000), Error(kind="exception", message="x" * 9000)):
        event_validator().validate(to_json(event))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_never_written(tmp_path: Path, value: float) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    with pytest.raises(ValueError, match="finite"):
        log.write(Step(index=0, phase="timed", duration_s=0.1, loss=value))
    log.close()
    assert (tmp_path / "events.jsonl").read_bytes() == b""


def test_nothing_follows_the_last_event(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.write(Error(kind="cancelled", message="stopped"))
    log.write(End(duration_s=1.0, steps=0))
    log.close()
    assert [line["event"] for line in read_events(path.read_bytes())[0]] == ["error"]


def test_lines_of_two_threads_are_never_mixed(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)

    def warn(letter: str) -> None:
        for _ in range(300):
            log.write(WarningEvent(message=letter * 1500))

    threads = [threading.Thread(target=warn, args=(letter,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    messages = [json.loads(line)["message"] for line in path.read_text().splitlines()]
    assert sorted(messages) == ["a" * 1500] * 300 + ["b" * 1500] * 300
