"""Which of the six backends this machine can run, and why not the others."""

from finetune_bench.probe_facts import Accelerator, Accelerators, Machine, release_pair
from finetune_bench.probe_system import System

_ARCHITECTURES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}
# What the wheels of the pinned versions ask for.
_GLIBC = {"torch": (2, 28), "mlx": (2, 35)}
_OLDEST_MACOS = (14, 0)
_OLDEST_DRIVER = {"torch": 525, "mlx": 550}
_OLDEST_CAPABILITY = {"torch": (5, 0), "mlx": (7, 5)}

Backend = dict[str, str | bool | None]


def backends(system: System, machine: Machine, apple: Accelerators, nvidia: Accelerators) -> list[Backend]:
    """All six, each with its reason where it is impossible."""
    reasons = {
        "mlx-metal": _metal(system, machine, apple, "mlx"),
        "mlx-cuda": _cuda(system, machine, nvidia, "mlx"),
        "mlx-cpu": _wheel(system, machine, "mlx"),
        "torch-cuda": _cuda(system, machine, nvidia, "torch"),
        "torch-mps": _metal(system, machine, apple, "torch"),
        "torch-cpu": _wheel(system, machine, "torch"),
    }
    faulty = {
        "mlx-metal": apple.faulty,
        "torch-mps": apple.faulty,
        "mlx-cuda": nvidia.faulty and _wheel(system, machine, "mlx") is None,
        "torch-cuda": nvidia.faulty and _wheel(system, machine, "torch") is None,
    }
    return [
        {
            "backend": name,
            "possible": reason is None,
            "accelerated": not name.endswith("-cpu"),
            "faulty": faulty.get(name, False),
            "reason": reason,
        }
        for name, reason in reasons.items()
    ]


def _wheel(system: System, machine: Machine, framework: str) -> str | None:
    """Why the framework cannot be installed here at all."""
    label = {"torch": "PyTorch", "mlx": "MLX"}[framework]
    architecture = _ARCHITECTURES.get(system.machine.lower())
    if machine.os == "windows":
        if framework == "mlx":
            return "MLX publishes no processor or CUDA library for Windows"
        return None if architecture == "x86_64" else f"PyTorch publishes no build for Windows on {system.machine}"
    if architecture is None:
        return f"{label} publishes no build for {system.machine}"
    if machine.os == "macos":
        if architecture != "arm64":
            return f"{label} publishes no build for Intel Macs or programs under Rosetta"
        if release_pair(machine.os_release) < _OLDEST_MACOS:
            return f"{label} needs macOS {_OLDEST_MACOS[0]} or newer; this is {machine.os_release}"
        return None
    name, version = system.libc
    needed = _GLIBC[framework]
    if name != "glibc":
        return f"{label} publishes builds for glibc only, which this Linux does not use"
    if release_pair(version) < needed:
        return f"{label} needs glibc {needed[0]}.{needed[1]} or newer; this system has {version}"
    return None


def _metal(system: System, machine: Machine, apple: Accelerators, framework: str) -> str | None:
    if machine.os != "macos":
        return "not a Mac"
    return apple.reason or _wheel(system, machine, framework)


def _cuda(system: System, machine: Machine, nvidia: Accelerators, framework: str) -> str | None:
    if machine.os == "macos":
        return "there is no CUDA on a Mac"
    if not nvidia.found:
        return nvidia.reason or "no NVIDIA board"
    return _wheel(system, machine, framework) or _board(nvidia.found[0], framework)


def _board(board: Accelerator, framework: str) -> str | None:
    """Why the driver or the board itself is too old."""
    label = {"torch": "PyTorch", "mlx": "MLX"}[framework]
    driver = release_pair(board.driver or "")[0]
    if driver < _OLDEST_DRIVER[framework]:
        return f"{label} needs NVIDIA driver {_OLDEST_DRIVER[framework]} or newer; this is {board.driver or 'unknown'}"
    capability = release_pair(board.compute_capability) if board.compute_capability else None
    oldest = _OLDEST_CAPABILITY[framework]
    if capability is not None and capability < oldest:
        return f"{label} needs compute capability {oldest[0]}.{oldest[1]}; {board.name} has {board.compute_capability}"
    return None
