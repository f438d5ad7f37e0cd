"""The shape of a workload's definition: everything the command line needs to list, prepare, estimate and run it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finetune_bench.backends import Backend
from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import Hyperparameter
from finetune_bench.order import Order
from finetune_bench.tasks import Task

Values = Mapping[str, Any]
"""Hyperparameter → its value, in the declared type."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one run of a workload takes, whatever the machine: arithmetic, bytes on disk, bytes in memory."""

    steps: int
    step_flop: float
    other_flop: float
    disk_bytes: int
    memory_bytes: int
    download_bytes: int = 0
    """Of files of a hub that are not here yet."""
    products: bool = False
    """All of it large products and nothing between them: they reach nearly what a device can do."""
    processor_flop: float = 0.0
    """Of a step, what the processor does on every backend."""
    step_bytes: int = 0
    """Of files read in every step, from the system's cache."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """One set of hyperparameters of a workload: what it changes of the defaults, which `set` may change again.

    `tiny` holds besides what only that size changes, and `sides` what each framework's side has of its own, where a
    published benchmark did not do the same on both.
    """

    comparison_class: str
    values: Values = field(default_factory=dict)
    tiny: Values = field(default_factory=dict)
    sides: Mapping[str, Values] = field(default_factory=dict)

    def of(self, size: str, side: str | None = None) -> dict[str, Any]:
        """What it changes in a size, and on one framework's side where it has sides."""
        return {**self.values, **(self.tiny if size == "tiny" else {}), **(self.sides[side] if side else {})}


STRICT = Preset(comparison_class="strict")

TORCH = ("torch", "triton")
MLX = ("mlx", "mlx-cpu", "mlx-metal", "mlx-cuda-12", "mlx-cuda-13")
"""The packages of a framework itself; a platform has some of them."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work of an order and the files that it needs, by their names inside the cache folder."""

    work: dict[str, Any]
    files: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Workload:
    name: str
    summary: str
    presets: Mapping[str, Preset]
    backends: Mapping[str, tuple[str, ...]]
    """Backend → sizes."""
    hyperparameters: tuple[Hyperparameter, ...]
    make_work: Callable[[str, str, Values, Path], Work]
    """(preset, size, values, cache folder) → the work; makes the files that are not there yet."""
    cost: Callable[[str, Values], Cost]
    """(size, values) → cost; BadInput when the values contradict each other."""
    packages: Mapping[str, tuple[str, ...]]
    """Framework → the packages whose versions decide the numbers."""
    open_task: Callable[[Order, Backend, Path], Task]
    """(order, backend, cache folder) → task: checks the order, opens the backend and imports what the task needs."""

    @property
    def sizes(self) -> tuple[str, ...]:
        return ("tiny", "real")

    def to_json(self) -> dict[str, object]:
        """The workload's entry in the catalogue that `list` prints."""
        return {
            "name": self.name,
            "summary": self.summary,
            "presets": {name: {"comparison_class": one.comparison_class} for name, one in self.presets.items()},
            "sizes": list(self.sizes),
            "backends": {name: list(sizes) for name, sizes in self.backends.items()},
            "hyperparameters": [parameter.to_json() for parameter in self.hyperparameters],
        }


def needed_files(order: Order, cache: Path) -> dict[str, Path]:
    """The paths of an order's files; BadInput when one is missing."""
    paths = {name: cache / file for name, file in order.files.items()}
    for path in paths.values():
        if not path.exists():
            raise BadInput(f"{path} is missing: run `prepare` with the same cache folder first")
    return paths
