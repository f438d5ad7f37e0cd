"""What the probe collects, before it is printed."""

import json
import math
from dataclasses import dataclass, field
from typing import Any

Drift = dict[str, str | int | float | bool]


@dataclass(frozen=True)
class Machine:
    """Facts of the computer itself. `raw_id` is a hardware id in the clear: it is hashed and never printed."""

    os: str
    os_release: str
    os_name: str
    model: str
    chip: str
    cores: int
    memory_bytes: int
    virtual: bool | None
    power_mode: str
    raw_id: str | None = field(repr=False)
    drift: Drift = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accelerator:
    """One board or chip that trains. `raw_id` as in Machine."""

    kind: str
    name: str
    memory_bytes: int | None = None
    cores: int | None = None
    driver: str | None = None
    compute_capability: str | None = None
    raw_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Accelerators:
    """The usable accelerators, or in `reason` why there are none.

    `faulty`: the computer has one, and it cannot be used as things stand. The processor must not stand in for it.
    """

    found: tuple[Accelerator, ...] = ()
    reason: str | None = None
    faulty: bool = False
    drift: Drift = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def number(text: str | None) -> float | None:
    """The number in a field of a tool's output; None for `[N/A]`, `[Not Supported]` and the like."""
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def whole(value: object) -> int | None:
    """A count that a tool gave as text or number; None for everything else, and for what no machine has."""
    found = number(str(value)) if isinstance(value, int | float | str) else None
    return int(found) if found is not None and 0 <= found < 2**63 else None


def json_object(text: str | None) -> dict[str, Any]:
    """What a tool printed as JSON; empty where it is none, or not an object."""
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def release_pair(version: str) -> tuple[int, int]:
    """(26, 2) of "26.2.1"; zeros where there is no number."""
    parts = [whole(part) or 0 for part in version.split(".")[:2]]
    major, minor, *_ = [*parts, 0, 0]
    return major, minor
