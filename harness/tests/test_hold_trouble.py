"""The lock of a machine's devices where its files are in the way, belong to others, or nobody listens."""

import contextlib
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from finetune_bench import hold
from holding import HOLD, Held, held, waiting


def test_files_of_the_dead_and_files_that_vanish_are_no_obstacle(tmp_path, started):
    file = tmp_path / "finetune-bench-machine.lock"
    file.write_text("99999999\n")
    Held(tmp_path, "--exclusive", "machine", "--", "true").end()
    holder = held(tmp_path, started, "--exclusive", "machine")
    other = waiting(tmp_path, started, "--exclusive", "machine", "--", "true")
    file.unlink()
    third = held(tmp_path, started, "--exclusive", "machine")
    holder.kill()
    # What the second waited for is gone: it must not run beside the third.
    time.sleep(0.5)
    assert other.poll() is None
    third.kill()
    other.end()
    assert other.returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o666


def _symlink(path: Path) -> None:
    path.symlink_to(path.parent / "victim")


def _directory(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _hard_link(path: Path) -> None:
    path.hardlink_to(path.parent / "victim")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_symlink, "is a symbolic link"),
        (_directory, "cannot be opened: Is a directory"),
        (_fifo, "is not a plain file of its own"),
        (_hard_link, "is not a plain file of its own"),
    ],
)
def test_a_name_that_somebody_took_is_told_and_the_program_runs(tmp_path, make, words):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    make(tmp_path / "finetune-bench-machine.lock")
    process = Held(tmp_path, "--exclusive", "machine", "--", "echo", "ran")
    assert process.end() == "ran\n"
    assert process.words == [{"warning": f"{tmp_path / 'finetune-bench-machine.lock'} {words}"}]
    assert victim.read_text() == "precious"


def test_a_folder_that_is_missing_is_told_and_the_program_runs(tmp_path):
    process = Held(tmp_path / "none", "--exclusive", "machine", "--", "echo", "ran")
    assert process.end() == "ran\n"
    assert process.words[0]["warning"].endswith("machine.lock cannot be opened: No such file or directory")


@pytest.fixture
def everybodys():
    """A folder that all users reach, of which nothing above it is opened to them."""
    with tempfile.TemporaryDirectory(prefix="locks-", dir="/tmp") as folder:
        os.chmod(folder, 0o1777)
        yield Path(folder)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs two users")
def test_users_share_a_lock_in_a_folder_of_everybody_and_a_closed_file_is_told(everybodys, started):
    python = (
        sys.executable
        if os.access(sys.executable, os.X_OK) and not sys.executable.startswith("/root")
        else "/usr/bin/python3"
    )
    copy = everybodys / "hold.py"
    copy.write_text(HOLD.read_text())
    copy.chmod(0o644)

    def as_nobody(*arguments: str) -> list[str]:
        command = [python, "-I", "-S", str(copy), "--folder", str(everybodys), *arguments]
        return ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command]

    subprocess.run(as_nobody("--exclusive", "machine", "--", "true"), check=True)
    assert (everybodys / "finetune-bench-machine.lock").stat().st_uid == 65534
    holder = held(everybodys, started, "--exclusive", "machine")
    late = subprocess.run(as_nobody("--wait", "0.3", "--exclusive", "machine", "--", "true"), check=False)
    assert late.returncode == hold.EXIT_LATE
    holder.kill()
    (everybodys / "finetune-bench-board-1.lock").touch(0o600)
    told = subprocess.run(
        ["sh", "-c", 'exec 3>&1; exec "$@"', "sh", *as_nobody("--exclusive", "board-1", "--", "echo", "ran")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "cannot be opened: Permission denied" in told.stdout
    assert told.stdout.endswith("ran\n")


def test_nobody_listening_is_fine(tmp_path, started):
    held(tmp_path, started, "--exclusive", "machine")
    command = [sys.executable, "-I", "-S", str(HOLD), "--folder", str(tmp_path), "--wait", "0.3"]
    done = subprocess.run([*command, "--exclusive", "machine", "--", "true"], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (hold.EXIT_LATE, b"", b"")
    with contextlib.suppress(FileNotFoundError):
        assert (tmp_path / "finetune-bench-machine.lock").read_text().strip().isdigit()


def test_a_command_line_without_a_program_is_refused(tmp_path):
    command = [sys.executable, str(HOLD), "--folder", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "name the program to run after --" in done.stderr
