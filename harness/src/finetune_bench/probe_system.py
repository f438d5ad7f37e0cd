"""The computer as the probe sees it: its files, its programs, its variables. Tests hand in another one."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_TIMEOUT_S = 20.0
# Where tools are that a service's short PATH leaves out.
_USUAL_PLACES = {
    "linux": ("usr/bin", "bin", "usr/sbin", "sbin", "usr/local/bin", "usr/lib/wsl/lib", "opt/bin"),
    "darwin": ("usr/sbin", "usr/bin", "bin", "sbin", "opt/homebrew/bin", "usr/local/bin"),
    "win32": (
        "Windows/System32",
        "Windows/System32/WindowsPowerShell/v1.0",
        "Program Files/NVIDIA Corporation/NVSMI",
    ),
}
# Where their installers put them, below a user's home.
_HOME_PLACES = (".local/bin", ".cargo/bin")


@dataclass(frozen=True)
class Answer:
    """What a program printed and how it ended; `code` is None where it could not be run to its end."""

    code: int | None
    stdout: str
    stderr: str

    @property
    def ok(self) -> bool:
        return self.code == 0


@dataclass(frozen=True)
class System:
    """`platform` as in `sys.platform`, `machine` as in `platform.machine()`, `libc` as in `platform.libc_ver()`."""

    platform: str
    machine: str
    libc: tuple[str, str]
    environ: Mapping[str, str] = field(repr=False)
    root: Path = Path("/")

    def read(self, path: str) -> str | None:
        """The stripped text of a file below the root, None where it is missing, unreadable or empty."""
        try:
            text = (self.root / path).read_text(errors="replace").replace("\0", "").strip()
        except OSError:
            return None
        return text or None

    def which(self, name: str) -> str | None:
        """Path of a program: on the PATH, else in a usual place."""
        found = shutil.which(name, path=self.environ.get("PATH", ""))
        if found is not None:
            return found
        suffix = ".exe" if self.platform == "win32" else ""
        home = self.environ.get("HOME") or self.environ.get("USERPROFILE")
        usual = [self.root / place for place in _USUAL_PLACES.get(self.platform, ())]
        own = [Path(home) / place for place in _HOME_PLACES] if home else []
        for place in (*usual, *own):
            candidate = place / f"{name}{suffix}"
            if candidate.is_file() and os.access(candidate, os.X_OK):
                return str(candidate)
        return None

    def ask(self, name: str, *arguments: str, timeout_s: float = _TIMEOUT_S) -> Answer | None:
        """Runs a program in the C locale. None where there is no such program: a fact, not an error."""
        program = self.which(name)
        return None if program is None else self.run([program, *arguments], timeout_s=timeout_s)

    def run(self, command: Sequence[str], *, timeout_s: float) -> Answer:
        return _run(command, {**self.environ, "LC_ALL": "C", "LANG": "C"}, timeout_s)

    def text(self, name: str, *arguments: str, timeout_s: float = _TIMEOUT_S) -> str | None:
        """What a program printed, stripped; None where it is missing, failed or said nothing."""
        answer = self.ask(name, *arguments, timeout_s=timeout_s)
        return answer.stdout.strip() or None if answer is not None and answer.ok else None


def this_system() -> System:
    root = Path(os.environ.get("SYSTEMDRIVE", "C:") + "\\") if sys.platform == "win32" else Path("/")
    return System(
        platform=sys.platform,
        machine=platform.machine(),
        libc=platform.libc_ver(),
        environ=dict(os.environ),
        root=root,
    )


def _run(command: Sequence[str], environ: Mapping[str, str], timeout_s: float) -> Answer:
    try:
        done = subprocess.run(
            command,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Answer(code=None, stdout="", stderr=f"no answer within {timeout_s:g} s")
    except OSError as error:
        return Answer(code=None, stdout="", stderr=str(error))
    return Answer(code=done.returncode, stdout=done.stdout, stderr=done.stderr)
