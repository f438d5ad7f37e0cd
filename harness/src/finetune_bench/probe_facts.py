"""What the probe collects, before it is printed."""

from dataclasses import dataclass, field

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
        return float(text) if text is not None else None
    except ValueError:
        return None


def release_pair(version: str) -> tuple[int, int]:
    """(26, 2) of "26.2.1"; zeros where there is no number."""
    parts = [int(part) if part.isdigit() else 0 for part in version.split(".")[:2]]
    major, minor, *_ = [*parts, 0, 0]
    return major, minor
