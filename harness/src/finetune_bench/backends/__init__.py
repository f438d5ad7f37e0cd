"""The six backends, and what the measuring loop asks of each: narrow enough for two small modules to answer."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from finetune_bench.errors import BackendUnavailable, BadInput

BACKENDS = ("mlx-metal", "mlx-cuda", "mlx-cpu", "torch-cuda", "torch-mps", "torch-cpu")


def is_cpu(backend: str) -> bool:
    return backend.endswith("-cpu")


def framework_of(backend: str) -> str:
    return backend.split("-")[0]


def no_device(framework: str, backend: str, platform: str = sys.platform) -> str:
    """What is said where an imported framework finds no device for a backend."""
    needed = ": the runner needs a logged-in session" if platform == "darwin" else ""
    return f"{framework} finds no {backend.split('-')[1]} device on this machine{needed}"


def not_imported(framework: str, error: Exception) -> BackendUnavailable:
    """For whatever an import raises: of half an installation, or of packages that do not fit each other, anything."""
    kind = "" if isinstance(error, ImportError | OSError) else f"{type(error).__name__}: "
    return BackendUnavailable(f"{framework} cannot be imported: {kind}{error}")


@dataclass(frozen=True, kw_only=True)
class AllocatorPeaks:
    """Peaks since the last reset, in bytes; None where the framework cannot tell."""

    allocated: int | None = None
    reserved: int | None = None


@dataclass(frozen=True, kw_only=True)
class DeviceFacts:
    """What only the imported framework knows."""

    device: str
    threads: int | None
    blas: str | None
    knobs: dict[str, str | float | bool] = field(default_factory=dict)


class Backend(Protocol):
    name: str

    def open(self) -> None:
        """Imports the framework and selects the device. BackendUnavailable when either cannot be had."""

    def synchronise(self) -> None:
        """Returns when the device is idle."""

    def reset_peaks(self) -> None:
        """Starts a new interval of `peaks`."""

    def peaks(self) -> AllocatorPeaks: ...

    def facts(self) -> DeviceFacts: ...

    def product(self, size: int, dtype: str) -> Callable[[], None]:
        """What multiplies two square matrices of random values once; it may return before the device has done it."""

    def release(self) -> None:
        """Gives memory that nobody uses any more back to the device."""

    def multiply(self, size: int) -> float:
        """One square float32 product of ones on the device: any element of it, which must equal `size`."""


def make_backend(name: str) -> Backend:
    """The backend of that name, not opened yet: nothing heavy is imported here."""
    if name not in BACKENDS:
        raise BadInput(f"unknown backend {name!r}; known: {', '.join(BACKENDS)}")
    if framework_of(name) == "torch":
        from finetune_bench.backends.torch_backend import TorchBackend

        return TorchBackend(name)
    from finetune_bench.backends.mlx_backend import MlxBackend

    return MlxBackend(name)
