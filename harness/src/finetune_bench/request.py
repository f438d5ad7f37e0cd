"""A request: which workload, preset and size, with which hyperparameters changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetune_bench import PROTOCOL_VERSION
from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import did_you_mean, resolve
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.base import Workload

_FIELDS = ("protocol", "workload", "preset", "size", "set")


@dataclass(frozen=True, kw_only=True)
class Request:
    workload: Workload
    preset: str
    size: str
    values: Mapping[str, Any]
    """Every hyperparameter with the value in force on both sides."""
    sides: Mapping[str, Mapping[str, Any]]
    """Framework → the same on its side, of a preset that has sides; else empty."""

    @property
    def comparison_class(self) -> str:
        return self.workload.presets[self.preset].comparison_class

    @property
    def in_force(self) -> dict[str, Any]:
        """Every value by its name; where the sides differ, each by theirs: `torch.mask`, `mlx.mask`."""
        found: dict[str, Any] = {}
        for name, value in self.values.items():
            by_side = {f"{side}.{name}": values[name] for side, values in self.sides.items()}
            found |= by_side if len(set(by_side.values())) > 1 else {name: next(iter(by_side.values()), value)}
        return found

    def values_on(self, framework: str) -> Mapping[str, Any]:
        return self.sides.get(framework, self.values)


def read_request(path: Path) -> Request:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"cannot read the request {path}: {error}") from error
    return parse_request(value)


def parse_request(value: object) -> Request:
    """Checks everything that can be checked before work is done; BadInput names what is accepted."""
    if not isinstance(value, dict):
        raise BadInput(f"a request is an object with {', '.join(_FIELDS)}")
    for name in value:
        if name not in _FIELDS:
            raise BadInput(
                f"a request has no field {name!r}{did_you_mean(name, _FIELDS)}; accepted: {', '.join(_FIELDS)}"
            )
    if value.get("protocol") != PROTOCOL_VERSION:
        raise BadInput(
            f"this harness speaks protocol {PROTOCOL_VERSION}, the request protocol {value.get('protocol')!r}"
        )
    workload = find_workload(_text(value, "workload"))
    preset = _one_of(_text(value, "preset"), workload.presets, f"preset of {workload.name}")
    size = _one_of(_text(value, "size"), workload.sizes, f"size of {workload.name}")
    overrides = value.get("set", {})
    if not isinstance(overrides, dict):
        raise BadInput("set must be an object of hyperparameters and their values")
    settings = workload.presets[preset]

    def values_of(side: str | None = None) -> Mapping[str, Any]:
        return resolve(workload.hyperparameters, size, settings.of(size, side) | overrides, workload.name)

    sides = {side: values_of(side) for side in settings.sides}
    return Request(workload=workload, preset=preset, size=size, values=values_of(), sides=sides)


def _text(value: dict[str, object], name: str) -> str:
    found = value.get(name)
    if not isinstance(found, str):
        raise BadInput(f"{name} must be a text, got {found!r}")
    return found


def _one_of(given: str, accepted: Any, what: str) -> str:
    if given not in accepted:
        raise BadInput(f"unknown {what}: {given!r}{did_you_mean(given, accepted)}; known: {', '.join(accepted)}")
    return given
