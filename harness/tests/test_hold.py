"""The lock of a machine's devices, with real processes: who holds it, who waits, what becomes of it at every end."""

import os
import signal
import subprocess
import sys
import time

import pytest

from finetune_bench import hold
from holding import LIMIT_S, Held, held, waiting


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
    script = "exec 3>/dev/null 4>/dev/null 9>/dev/null; echo ready; sleep 600"
    process = Held(tmp_path, "--exclusive", "machine", "--", "sh", "-c", script, start_new_session=True)
    started.append(process)
    assert process.stdout.readline() == "ready\n"
    other = waiting(tmp_path, started, "--exclusive", "machine", "--", "true")
    said = other.words[0]
    assert (said["for"], said["holder"]) == ("the processors", process.pid)
    assert said["waiting_s"] >= 0
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
    code = "import os, time; child = os.fork(); child or os.setsid(); os.write(1, b'%d\\n' % child); time.sleep(600)"
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
