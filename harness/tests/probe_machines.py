"""Machines that are not this one, for tests of the probe: their files in a folder, their programs on a PATH."""

import hashlib
import json
import sys
from pathlib import Path

from finetune_bench.probe_system import System
from frameworks import install_frameworks

FIXTURES = Path(__file__).parent / "fixtures" / "probe"
SCHEMA = json.loads((Path(__file__).parents[2] / "schema" / "probe.schema.json").read_text())
MAC_UUID = "9F1A2B3C-4D5E-5F60-8172-93A4B5C6D7E8"


def machine(folder: Path, name: str, **environ: str) -> System:
    """The system of a fixture, with real files and real programs."""
    fixture = json.loads((FIXTURES / f"{name}.json").read_text())
    root, programs = folder / "root", folder / "bin"
    programs.mkdir()
    root.mkdir()
    for path, text in fixture["files"].items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for program in fixture["programs"]:
        place = fixture.get("places", {}).get(program)
        install(programs / program if place is None else root / place, name, program)
    if "frameworks" in fixture:
        install_frameworks(root, **fixture["frameworks"])
    return System(
        platform=fixture["platform"],
        machine=fixture["machine"],
        libc=tuple(fixture["libc"]),
        environ={"PATH": str(programs), **fixture["environ"], **environ},
        root=root,
    )


def install(path: Path, scenario: str, program: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = f'exec "{sys.executable}" -I "{FIXTURES / "programs.py"}" "{FIXTURES / scenario}.json" {program} "$@"'
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)


def reasons(facts: dict) -> dict[str, str | None]:
    """Backend → why it is impossible, None where it is possible."""
    return {entry["backend"]: entry["reason"] for entry in facts["backends"]}


def possible(facts: dict) -> set[str]:
    return {entry["backend"] for entry in facts["backends"] if entry["possible"]}


def faulty(facts: dict) -> set[str]:
    return {entry["backend"] for entry in facts["backends"] if entry["faulty"]}


def hashed(raw: str, salt: str = "salt") -> str:
    return hashlib.sha256(f"{salt}{raw}".encode()).hexdigest()
