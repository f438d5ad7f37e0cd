"""Files made once and shared by concurrent jobs: a lock while making, a temporary name, then a rename."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds an exclusive lock on a file, which the system frees should this process die."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+b") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        else:
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        yield


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Calls `write` with a temporary path beside the target, then renames it: readers see all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.part-{os.getpid()}")
    try:
        write(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def made_once(path: Path, make: Callable[[Path], dict[str, object]]) -> dict[str, object]:
    """Makes `path` unless it is there, and gives the facts that `make` returned when it was made.

    The facts (hashes, counts) are kept beside it as `<name>.json`, written last: a file without its facts is
    taken as unfinished and made again.
    """
    facts_path = path.with_name(path.name + ".json")
    with locked(path.with_name(path.name + ".lock")):
        facts = _read_facts(path, facts_path)
        if facts is not None:
            return facts
        for leftover in path.parent.glob(f"{path.name}*.part-*"):
            leftover.unlink()
        made: dict[str, object] = {}

        def write(temporary: Path) -> None:
            made.update(make(temporary))
            made["bytes"] = temporary.stat().st_size

        write_atomically(path, write)
        write_atomically(facts_path, lambda temporary: _write_json(temporary, made))
        return made


def _read_facts(path: Path, facts_path: Path) -> dict[str, object] | None:
    """The facts of a finished file, or None where either is missing or damaged."""
    try:
        facts = json.loads(facts_path.read_text())
        complete = isinstance(facts, dict) and path.stat().st_size == facts["bytes"]
    except (OSError, ValueError, KeyError):
        return None
    return facts if complete else None


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def say(message: str) -> None:
    """One line of progress for people, on stderr."""
    print(message, file=sys.stderr, flush=True)
