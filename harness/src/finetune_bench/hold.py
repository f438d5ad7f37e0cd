"""Runs a program while nobody else on this machine measures: takes the locks of its devices, then becomes the program.

    python -I hold.py --folder DIR [--exclusive NAME | --shared NAME]... [--wait SECONDS] [--without VARIABLE]...
                      -- PROGRAM [ARGUMENT]...

A lock is an flock on a file that everybody may open. The program inherits it, and so do processes that it forks: the
system releases it when the last of them is gone, however they end. On Windows, which has no exec, this process stays,
waits for the program and returns its exit status.

What there is to say is written to descriptor 3, one JSON object a line, and the descriptor is closed when the program
begins: `waiting_s` and `for` (with `holder`, a process, where it is known), `warning` where a lock cannot be had and
the program runs without it, `late` where the wait was too long, `failed` where the program cannot be started. The
program gets environment, folder, standard streams, process group and number of this process. A file of its own with
the standard library alone, so that it works for any interpreter and any program's variables.
"""

import argparse
import contextlib
import errno
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SAY = 3
EXIT_LATE = 75
EXIT_FAILED = 127
TELL_EVERY_S = 30.0
LOOK_EVERY_S = 0.2
# Shells give low numbers to the files of their scripts, and would close the lock unseen.
LOCK_DESCRIPTOR = 200
# Windows refuses to read a locked byte, so that is one beyond the text.
LOCKED_BYTE = 1 << 30


class Unusable(Exception):
    """A lock that cannot be had, which says why; what is to run then runs without it."""


class Late(Exception):
    """Others held the lock for too long."""


@dataclass(frozen=True)
class Lock:
    name: str
    shared: bool

    @property
    def words(self) -> str:
        return {"machine": "the processors", "accelerators": "the accelerator"}.get(
            self.name, self.name.replace("-", " ")
        )


def say(**fields: object) -> None:
    # Whoever started this may want to hear nothing.
    with contextlib.suppress(OSError):
        os.write(SAY, (json.dumps(fields) + "\n").encode())


def keep_to_itself() -> None:
    """The program does not get the descriptor of what is said. Where nobody listens, no other file takes its number."""
    try:
        os.set_inheritable(SAY, False)
    except OSError:
        nobody = os.open(os.devnull, os.O_WRONLY)
        if nobody != SAY:
            os.dup2(nobody, SAY, inheritable=False)
            os.close(nobody)


class Wait:
    """How long all locks together were waited for, and when that is told."""

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._began = time.monotonic()
        self._told = -TELL_EVERY_S

    def look(self, lock: Lock, file: int) -> None:
        """Called now and then while the lock is waited for."""
        waited = time.monotonic() - self._began
        if waited >= self._most_s:
            raise Late(f"{lock.words} of this machine did not become free within {self._most_s:.0f} s")
        if waited - self._told >= TELL_EVERY_S:
            self._told = waited
            say(**{"waiting_s": round(waited, 1), "for": lock.words, "holder": holder_of(file)})


def holder_of(file: int) -> int | None:
    text = os.pread(file, 20, 0) if hasattr(os, "pread") else b""
    digits = text.split(b"\n")[0]
    return int(digits) if digits.isdigit() else None


def open_lock(path: Path) -> int:
    """The file of a lock, made where it is not there yet.

    Raises Unusable for anything that this program would not have made: in a folder of everybody, a name can be taken.
    """
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        file = _open_or_make(path, flags)
    except OSError as error:
        reason = "is a symbolic link" if error.errno == errno.ELOOP else f"cannot be opened: {error.strerror}"
        raise Unusable(f"{path} {reason}") from error
    found = os.fstat(file)
    if stat.S_ISREG(found.st_mode) and found.st_nlink <= 1:
        return file
    os.close(file)
    raise Unusable(f"{path} is not a plain file of its own")


def _open_or_make(path: Path, flags: int) -> int:
    # With O_CREAT Linux refuses a file of another user in a folder of everybody, so that comes second.
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        before = os.umask(0)
        try:
            return os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o666)
        except FileExistsError:
            return os.open(path, flags)
        finally:
            os.umask(before)


def take(lock: Lock, folder: Path, wait: Wait) -> None:
    """Takes one lock, for as long as this process and what it becomes live. Raises Unusable or Late."""
    path = folder / f"finetune-bench-{lock.name}.lock"
    while True:
        file = open_lock(path)
        try:
            if sys.platform == "win32":
                _lock_windows(lock, file, wait)
            else:
                _lock(lock, file, wait)
        except OSError as error:
            raise Unusable(f"{path} cannot be locked: {error.strerror}") from error
        # Somebody who tidied up may have removed the file meanwhile, and others lock its successor.
        if _is_still(path, file):
            break
        os.close(file)
    with contextlib.suppress(OSError):
        os.utime(file)  # programs that tidy up go by age
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, f"{os.getpid()}\n".encode())
    if sys.platform != "win32":
        _pass_on(file)


def _is_still(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(file))
    except FileNotFoundError:
        return False


def _lock(lock: Lock, file: int, wait: Wait) -> None:
    import fcntl

    how = fcntl.LOCK_SH if lock.shared else fcntl.LOCK_EX
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        # The system serves those first who have waited, which nobody who only looks now and then could be sure of.
        signal.signal(signal.SIGALRM, lambda _number, _frame: wait.look(lock, file))
        wait.look(lock, file)
        signal.setitimer(signal.ITIMER_REAL, LOOK_EVERY_S, LOOK_EVERY_S)
        try:
            fcntl.flock(file, how)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _lock_windows(lock: Lock, file: int, wait: Wait) -> None:
    """Never shared: what is locked there is locked for all."""
    import msvcrt

    while True:
        os.lseek(file, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EDEADLK):
                raise
        else:
            return
        wait.look(lock, file)
        time.sleep(LOOK_EVERY_S)


def _pass_on(file: int) -> None:
    import fcntl

    try:
        fcntl.fcntl(file, fcntl.F_DUPFD, LOCK_DESCRIPTOR)
    except OSError:  # so few files are allowed that the number is too high
        os.set_inheritable(os.dup(file), True)
    os.close(file)


def become(program: list[str]) -> int:
    """Starts the program in the place of this one, with the signals that a program starts with."""
    if sys.platform == "win32":
        return _run_windows(program)
    for name in ("SIGPIPE", "SIGXFSZ"):  # which Python ignores, and an exec keeps ignored
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execvp(program[0], program)
    except OSError as error:
        if error.errno == errno.ENOEXEC:  # a script without its first line, which every shell runs
            os.execv("/bin/sh", ["/bin/sh", shutil.which(program[0]) or program[0], *program[1:]])
        say(failed=f"{program[0]}: {error.strerror} ({errno.errorcode.get(error.errno or 0, 'unknown')})")
    return EXIT_FAILED


def _run_windows(program: list[str]) -> int:
    found = shutil.which(program[0]) or program[0]
    try:
        running = subprocess.Popen([found, *program[1:]])
    except OSError as error:
        say(failed=f"{program[0]}: {error.strerror} ({errno.errorcode.get(error.errno or 0, 'unknown')})")
        return EXIT_FAILED
    with contextlib.suppress(OSError):
        os.close(SAY)
    while True:
        with contextlib.suppress(KeyboardInterrupt):  # the program gets it too
            return running.wait()


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hold.py", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--folder", required=True, type=Path, help="where the files of the locks lie")
    exclusive = {"dest": "locks", "action": "append", "metavar": "NAME", "default": []}
    parser.add_argument("--exclusive", **exclusive, type=lambda name: Lock(name, shared=False))
    parser.add_argument("--shared", **exclusive, type=lambda name: Lock(name, shared=True))
    parser.add_argument(
        "--wait", type=float, default=float("inf"), metavar="SECONDS", help="at most; default: for ever"
    )
    parser.add_argument("--without", action="append", metavar="NAME", default=[], help="a variable to take away")
    given = parser.parse_args(arguments[: _end_of_options(arguments)])
    given.program = arguments[_end_of_options(arguments) + 1 :]
    if not given.program:
        parser.error("name the program to run after --")
    return given


def _end_of_options(arguments: list[str]) -> int:
    return arguments.index("--") if "--" in arguments else len(arguments)


def main(arguments: list[str]) -> int:
    given = parse(arguments)
    keep_to_itself()
    wait = Wait(given.wait)
    try:
        for lock in given.locks:
            try:
                take(lock, given.folder, wait)
            except Unusable as why:
                say(warning=str(why))
    except Late as why:
        say(late=str(why))
        return EXIT_LATE
    except KeyboardInterrupt:
        return 130
    # In the C locale Python sets LC_CTYPE for itself, and would hand it on.
    for name in given.without:
        os.environ.pop(name, None)
    return become(given.program)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
