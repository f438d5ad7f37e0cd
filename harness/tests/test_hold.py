"""The lock of a machine's devices, with real processes: who holds it, who waits, what becomes of it at every end."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from finetune_bench import hold

HOLD = Path(hold.__file__)
LIMIT_S = 60


class Held(subprocess.Popen):
    """A program under hold.py; `words` are what hold.py said until the program began."""

    def __init__(self, folder: Path, *arguments: str, **more) -> None:
        inlet, outlet = os.pipe()

        def listen() -> None:
            os.dup2(outlet, hold.SAY)

        command = [sys.executable, "-I", "-S", str(HOLD), "--folder", str(folder), *arguments]
        more = {"stdout": subprocess.PIPE, "text": True} | more
        super().__init__(command, preexec_fn=listen, pass_fds=[hold.SAY], **more)
        os.close(outlet)
        self.words: list[dict] = []
        self.begun = threading.Event()
        self._inlet = inlet
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with open(self._inlet, encoding="utf-8") as file:
            for line in file:
                self.words.append(json.loads(line))
        self.begun.set()

    def end(self) -> str:
        output, _ = self.communicate(timeout=LIMIT_S)
        assert self.begun.wait(LIMIT_S)
        return output


@pytest.fixture
def started():
    running: list[subprocess.Popen] = []
    yield running
    for process in running:
        process.kill()
        process.communicate()


def until(condition, what: str) -> None:
    limit = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < limit, what
        time.sleep(0.01)


SLEEP = ("--", "sleep", "60")


def held(folder: Path, started: list, *arguments: str) -> Held:
    """A process that has the lock by now."""
    process = Held(folder, *arguments, *SLEEP)
    started.append(process)
    assert process.begun.wait(LIMIT_S)
    return process


def waiting(folder: Path, started: list, *arguments: str) -> Held:
    """A process that waits for the lock by now."""
    process = Held(folder, *arguments)
    started.append(process)
    until(lambda: process.words, "nothing was said of the wait")
    return process


def test_the_program_is_what_it_would_be_without(tmp_path):
    shell = "echo $$; pwd; echo $MINE; cat; exit 7"
    process = Held(tmp_path, "--exclusive", "machine", "--", "sh", "-c", shell, cwd="/", env={"MINE": "a b"}, stdin=-3)
    assert process.end().splitlines() == [str(process.pid), "/", "a b"]
    assert process.returncode == 7
    assert process.words == []


def test_the_program_gets_no_variable_no_descriptor_and_no_ignored_signal(tmp_path):
    code = (
        "import os; print([n for n in range(3, 20) if os.path.exists(f'/proc/self/fd/{n}') "
        "and os.readlink(f'/proc/self/fd/{n}') != f'/proc/{os.getpid()}/fd'], os.getpgrp(), os.umask(0o77))"
    )
    alone = [sys.executable, "-c", code]
    plain = subprocess.run(alone, capture_output=True, text=True, check=True).stdout
    assert Held(tmp_path, "--exclusive", "machine", "--", *alone).end() == plain
    # Python adds a variable of its own in this locale.
    variables = {"PATH": os.environ["PATH"], "LC_ALL": "C", "MINE": "a b"}
    plain = subprocess.run(["env"], env=variables, capture_output=True, text=True, check=True).stdout
    locking = ["--exclusive", "machine", "--without", "LC_CTYPE", "--"]
    assert Held(tmp_path, *locking, "env", env=variables).end() == plain
    broken_pipe = ["sh", "-c", "(sleep 0.2; yes) | head -1 >/dev/null; grep SigIgn /proc/self/status"]
    ignored = Held(tmp_path, "--shared", "machine", "--", *broken_pipe).end()
    assert int(ignored.split()[1], 16) & (1 << (signal.SIGPIPE - 1)) == 0


def test_a_shell_that_uses_low_descriptors_keeps_the_lock(tmp_path, started):
    script = "exec 3>/dev/null 4>/dev/null 9>/dev/null; echo ready; sleep 60"
    process = Held(tmp_path, "--exclusive", "machine", "--", "sh", "-c", script, start_new_session=True)
    started.append(process)
    assert process.stdout.readline() == "ready\n"
    other = waiting(tmp_path, started, "--exclusive", "machine", "--", "true")
    assert other.words[0] == {"waiting_s": 0.0, "for": "the processors", "holder": process.pid}
    os.killpg(process.pid, signal.SIGKILL)
    other.end()
    assert other.returncode == 0


def test_a_script_without_its_first_line_runs_and_a_missing_program_is_told(tmp_path):
    script = tmp_path / "train"
    script.write_text('echo "ran with $1"\n')
    script.chmod(0o755)
    assert Held(tmp_path, "--exclusive", "machine", "--", str(script), "x").end() == "ran with x\n"
    missing = Held(tmp_path, "--exclusive", "machine", "--", "no-such-program", "--", "x")
    missing.end()
    assert missing.words == [{"failed": "no-such-program: No such file or directory (ENOENT)"}]
    assert missing.returncode == hold.EXIT_FAILED


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (["--exclusive", "machine"], ["--exclusive", "machine"], False),
        (["--shared", "machine"], ["--exclusive", "machine"], False),
        (["--exclusive", "machine"], ["--shared", "machine"], False),
        (["--shared", "machine"], ["--shared", "machine"], True),
        (["--shared", "all", "--exclusive", "board-0"], ["--shared", "all", "--exclusive", "board-1"], True),
        (["--shared", "all", "--exclusive", "board-0"], ["--exclusive", "all"], False),
    ],
)  # fmt: skip
def test_who_waits_for_whom(tmp_path, started, first, second, together):
    holder = held(tmp_path, started, *first)
    if together:
        Held(tmp_path, *second, "--", "true").end()
        return
    other = waiting(tmp_path, started, *second, "--", "true")
    holder.kill()
    other.end()
    assert other.returncode == 0
    assert len(other.words) == 1


def test_many_at_once_never_overlap(tmp_path):
    moments = tmp_path / "moments"
    code = (
        "import os, time; f = open(os.environ['MOMENTS'], 'a'); "
        "f.write(f'{time.time()} in\\n'); f.flush(); time.sleep(0.03); f.write(f'{time.time()} out\\n')"
    )
    variables = os.environ | {"MOMENTS": str(moments)}
    command = ["--exclusive", "machine", "--", sys.executable, "-c", code]
    for process in [Held(tmp_path, *command, env=variables) for _ in range(8)]:
        process.end()
        assert process.returncode == 0
    words = [line.split()[1] for line in sorted(moments.read_text().splitlines())]
    assert words == ["in", "out"] * 8


def test_it_dies_with_its_holder_and_not_before_the_last_that_inherited_it(tmp_path, started):
    # A fork without exec, as a data loader makes it, in a session of its own.
    code = "import os, time; child = os.fork(); child or os.setsid(); print(child, flush=True); time.sleep(60)"
    holder = Held(tmp_path, "--exclusive", "machine", "--", sys.executable, "-c", code)
    started.append(holder)
    child = max(int(holder.stdout.readline()), int(holder.stdout.readline()))
    other = waiting(tmp_path, started, "--exclusive", "machine", "--", "true")
    holder.kill()
    holder.wait()
    time.sleep(0.5)
    assert other.poll() is None
    os.kill(child, signal.SIGKILL)
    other.end()
    assert other.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_who_is_stopped_while_waiting_ends_at_once_and_takes_nothing(tmp_path, started, number):
    holder = held(tmp_path, started, "--exclusive", "machine")
    other = waiting(tmp_path, started, "--exclusive", "machine", "--", "touch", str(tmp_path / "ran"))
    other.send_signal(number)
    other.communicate(timeout=LIMIT_S)
    assert holder.poll() is None
    assert not (tmp_path / "ran").exists()
    holder.kill()
    assert Held(tmp_path, "--exclusive", "machine", "--", "echo", "free").end() == "free\n"


def test_a_wait_has_an_end(tmp_path, started):
    held(tmp_path, started, "--exclusive", "machine")
    other = Held(tmp_path, "--wait", "1", "--exclusive", "machine", "--", "echo", "ran")
    assert other.end() == ""
    assert other.returncode == hold.EXIT_LATE
    assert other.words[-1] == {"late": "the processors of this machine did not become free within 1 s"}


def test_a_wait_is_told_now_and_then(monkeypatch):
    now = [0.0]
    said = []
    monkeypatch.setattr(hold.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(hold, "say", lambda **fields: said.append(fields["waiting_s"]))
    monkeypatch.setattr(hold, "holder_of", lambda _: None)
    wait = hold.Wait(float("inf"))
    for tick in range(700):
        now[0] = tick / 10
        wait.look(hold.Lock("board-1", shared=False), -1)
    assert said == [0.0, 30.0, 60.0]


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


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs two users")
def test_users_share_a_lock_in_a_folder_of_everybody_and_a_closed_file_is_told(tmp_path, started):
    for parent in [tmp_path, *tmp_path.parents][:3]:
        parent.chmod(0o1777 if parent == tmp_path else 0o755)
    python = (
        sys.executable
        if os.access(sys.executable, os.X_OK) and not sys.executable.startswith("/root")
        else "/usr/bin/python3"
    )
    copy = tmp_path / "hold.py"
    copy.write_text(HOLD.read_text())
    copy.chmod(0o644)

    def as_nobody(*arguments: str) -> list[str]:
        command = [python, "-I", "-S", str(copy), "--folder", str(tmp_path), *arguments]
        return ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", *command]

    subprocess.run(as_nobody("--exclusive", "machine", "--", "true"), check=True)
    assert (tmp_path / "finetune-bench-machine.lock").stat().st_uid == 65534
    holder = held(tmp_path, started, "--exclusive", "machine")
    late = subprocess.run(as_nobody("--wait", "0.3", "--exclusive", "machine", "--", "true"), check=False)
    assert late.returncode == hold.EXIT_LATE
    holder.kill()
    (tmp_path / "finetune-bench-board-1.lock").touch(0o600)
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
