"""Reads the facts of this machine. Standard library only: it runs before there is an environment.

    python -m finetune_bench probe --salt OWNER/REPOSITORY

Hardware ids leave this module only as sha256 of salt and id, so that two repositories cannot link one machine.
"""

import argparse
import hashlib
import json
import platform
import sys
from collections.abc import Sequence

from finetune_bench import PROTOCOL_VERSION
from finetune_bench.blas import wanted_openblas
from finetune_bench.probe_backends import backends
from finetune_bench.probe_facts import Accelerator, Accelerators, Machine
from finetune_bench.probe_linux import linux_machine
from finetune_bench.probe_macos import macos_facts
from finetune_bench.probe_nvidia import nvidia_accelerators
from finetune_bench.probe_system import System, this_system
from finetune_bench.probe_windows import windows_machine

_LONGEST = 500
_COMPILERS = ("c++", "g++", "clang++", "cl")
_PLATFORMS = ("linux", "darwin", "win32")


def main(arguments: Sequence[str]) -> int:
    """Prints the probe of this machine as JSON and returns the exit code."""
    parser = argparse.ArgumentParser(prog="finetune_bench probe", description=__doc__)
    parser.add_argument("--salt", required=True, help="hashed together with the hardware id: the repository's name")
    given = parser.parse_args(arguments)
    system = this_system()
    if system.platform not in _PLATFORMS:
        print(f"error: {system.platform} is not supported; use Linux, macOS or Windows", file=sys.stderr)
        return 3
    print(json.dumps(probe(system, given.salt), indent=2))
    return 0


def probe(system: System, salt: str) -> dict[str, object]:
    """The probe of a system, as `schema/probe.schema.json` describes it."""
    apple = Accelerators(reason="not a Mac")
    nvidia = Accelerators(reason="there is no CUDA on a Mac")
    if system.platform == "darwin":
        machine, apple = macos_facts(system)
    else:
        machine = linux_machine(system) if system.platform == "linux" else windows_machine(system)
        nvidia = nvidia_accelerators(system)
    found = (*apple.found, *nvidia.found)
    return {
        "protocol": PROTOCOL_VERSION,
        "machine": {
            "os": machine.os,
            "os_release": _cut(machine.os_release),
            "os_name": _cut(machine.os_name),
            "arch": system.machine,
            "model": _cut(machine.model),
            "chip": _cut(machine.chip),
            "cores": machine.cores,
            "memory_bytes": machine.memory_bytes,
            "virtual": machine.virtual,
            "hardware_id_hash": _hardware_id_hash(machine, found, salt),
            "power_mode": machine.power_mode,
        },
        "accelerators": [_accelerator(accelerator) for accelerator in found],
        "backends": [
            {name: _cut(value) for name, value in backend.items()}
            for backend in backends(system, machine, apple, nvidia)
        ],
        "python": {
            "version": platform.python_version(),
            "executable": sys.executable,
            "implementation": platform.python_implementation(),
        },
        "tools": _tools(system),
        "drift": {name: _cut(value) for name, value in (machine.drift | nvidia.drift).items()},
        "warnings": [_cut(text) for text in (*machine.warnings, *apple.warnings, *nvidia.warnings)],
    }


def _hardware_id_hash(machine: Machine, found: Sequence[Accelerator], salt: str) -> str | None:
    """Of the NVIDIA boards in use, else of the computer; boards move between computers and are what is measured."""
    boards = sorted(board.raw_id for board in found if board.kind == "nvidia" and board.raw_id)
    raw = ",".join(boards) or machine.raw_id
    return None if raw is None else hashlib.sha256(f"{salt}{raw}".encode()).hexdigest()


def _accelerator(accelerator: Accelerator) -> dict[str, object]:
    return {
        "kind": accelerator.kind,
        "name": _cut(accelerator.name),
        "memory_bytes": accelerator.memory_bytes,
        "cores": accelerator.cores,
        "driver": _cut(accelerator.driver),
        "compute_capability": _cut(accelerator.compute_capability),
    }


def _tools(system: System) -> dict[str, str | None]:
    compilers = (system.which(name) for name in _COMPILERS)
    return {
        "uv": system.which("uv"),
        "openblas": wanted_openblas(dict(system.environ)),
        "cxx": next((path for path in compilers if path is not None), None),
    }


def _cut(value: object) -> object:
    return value[:_LONGEST] if isinstance(value, str) else value
