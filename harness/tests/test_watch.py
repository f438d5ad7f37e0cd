"""The watcher as a process, and what it reads of processors and of heat on a Mac."""

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from driver import Board, Driver
from finetune_bench.events import to_json
from finetune_bench.probe_system import System, this_system
from finetune_bench.watch import open_sources, sample
from finetune_bench.watch_pressure import MacPressure
from finetune_bench.watch_processor import LinuxProcessor, MacProcessor, WindowsProcessor
from support import HARNESS, environment, event_validator, exit_code_of

LINUX = sys.platform == "linux"


def system(root: Path, platform: str = "linux", **environ: str) -> System:
    return System(platform=platform, machine="x86_64", libc=("glibc", "2.39"), environ=environ, root=root)


def counters(root: Path, line: str) -> None:
    (root / "proc").mkdir(exist_ok=True)
    (root / "proc" / "stat").write_text(f"cpu  {line}\ncpu0 {line}\nintr 1 2 3\n")


class TestLinuxProcessor:
    def shares(self, root: Path, before: str, after: str) -> dict[str, Any]:
        processor = LinuxProcessor(system(root))
        counters(root, before)
        assert processor.sample() == {}, "shares of time need two looks"
        counters(root, after)
        return processor.sample()

    def test_the_time_of_all_states_is_divided(self, tmp_path: Path) -> None:
        """user, nice, system, idle, iowait, irq, softirq, steal, and guests, which stand in user already."""
        before = "1000 10 500 8000 300 20 30 40 900 5"
        after = "1040 11 512 8020 303 21 33 60 930 5"
        assert self.shares(tmp_path, before, after) == pytest.approx({"cpu_busy": 0.57, "cpu_stolen": 0.2})

    def test_an_idle_machine_is_not_busy(self, tmp_path: Path) -> None:
        assert self.shares(tmp_path, "1 1 1 100 1 1 1 0", "1 1 1 190 11 1 1 0") == {"cpu_busy": 0, "cpu_stolen": 0}

    def test_an_old_kernel_tells_no_stolen_time(self, tmp_path: Path) -> None:
        assert self.shares(tmp_path, "10 0 0 10 0", "20 0 0 20 0") == {"cpu_busy": 0.5}

    def test_waiting_that_counts_backwards_breaks_nothing(self, tmp_path: Path) -> None:
        assert self.shares(tmp_path, "10 0 0 10 9 0 0 0", "20 0 0 20 2 0 0 0") == {"cpu_busy": 0.5, "cpu_stolen": 0}

    @pytest.mark.parametrize("after", ["10 0 0 10 9 0 0 0", "10 0 0", "a b c d e", "10 0 0 10 9", ""])
    def test_counters_that_say_nothing_are_no_sample(self, tmp_path: Path, after: str) -> None:
        assert self.shares(tmp_path, "10 0 0 10 9 0 0 0", after) == {}

    def test_a_system_without_the_file_has_no_shares(self, tmp_path: Path) -> None:
        processor = LinuxProcessor(system(tmp_path))
        assert (processor.sample(), processor.sample()) == ({}, {})


class LibSystem:
    """The functions of a Mac's libSystem, as C functions."""

    def __init__(self, level: int = 0, registers: bool = True, answers: bool = True) -> None:
        self.ticks = [0, 0, 0, 0]
        self.answers = answers

        @ctypes.CFUNCTYPE(ctypes.c_uint)
        def mach_host_self() -> int:
            return 2563

        @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
        def host_statistics(host: int, flavor: int, out: int, count: int) -> int:
            room = ctypes.c_uint.from_address(count)
            if (host, flavor, room.value, self.answers) != (2563, 3, 4, True):
                return 4
            (ctypes.c_uint * 4).from_address(out)[:] = self.ticks
            return 0

        @ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_char_p, ctypes.c_void_p)
        def notify_register_check(name: bytes, token: int) -> int:
            if name != b"com.apple.system.thermalpressurelevel" or not registers:
                return 1
            ctypes.c_int.from_address(token).value = 17
            return 0

        @ctypes.CFUNCTYPE(ctypes.c_uint, ctypes.c_int, ctypes.c_void_p)
        def notify_get_state(token: int, state: int) -> int:
            if token != 17 or not self.answers:
                return 2
            ctypes.c_uint64.from_address(state).value = level
            return 0

        self.mach_host_self = mach_host_self
        self.host_statistics = host_statistics
        self.notify_register_check = notify_register_check
        self.notify_get_state = notify_get_state

    def load(self, name: str) -> "LibSystem":
        if name != "/usr/lib/libSystem.B.dylib":
            raise OSError(f"{name}: image not found")
        return self


class TestMac:
    def test_busy_cores(self) -> None:
        library = LibSystem()
        processor = MacProcessor(library.load)
        library.ticks = [100, 50, 2**32 - 30, 7]
        assert processor.sample() == {}
        library.ticks = [130, 60, 30, 7]  # the idle ticks overflowed: 60 more
        assert processor.sample() == {"cpu_busy": 0.4}
        assert processor.sample() == {}, "no time went by"
        library.answers = False
        assert processor.sample() == {}

    @pytest.mark.parametrize(
        ("level", "word"), [(0, "nominal"), (1, "fair"), (2, "serious"), (3, "critical"), (4, "critical")]
    )
    def test_thermal_pressure_has_the_words_people_know(self, level: int, word: str) -> None:
        assert MacPressure(LibSystem(level).load).sample() == {"pressure": word}

    def test_a_mac_that_does_not_tell(self) -> None:
        assert MacPressure(LibSystem(9).load).sample() == {}
        assert MacPressure(LibSystem(1, registers=False).load).sample() == {}
        assert MacPressure(LibSystem(1, answers=False).load).sample() == {}

    def test_both_are_sources_of_a_mac(self, tmp_path: Path) -> None:
        library = LibSystem(2)
        with open_sources(system(tmp_path, "darwin"), 1, library.load) as sources:
            sample(sources)
            library.ticks = [30, 10, 60, 0]
            found = to_json(sample(sources))
        assert (found["pressure"], found["cpu_busy"]) == ("serious", 0.4)


class Kernel32:
    """Times in units of 100 ns; the kernel's holds the idle time."""

    def __init__(self) -> None:
        self.times: tuple[int, int, int] | None = None

        @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        def get_system_times(*places: int) -> int:
            for place, value in zip(places, self.times or (), strict=False):
                ctypes.c_ulonglong.from_address(place).value = value
            return 0 if self.times is None else 1

        self.GetSystemTimes = get_system_times


def test_windows_counts_its_idle_time_into_the_kernel_s() -> None:
    library = Kernel32()
    processor = WindowsProcessor({"kernel32": library}.__getitem__)
    assert processor.sample() == {}
    library.times = (2**40, 2**40 + 500, 300)
    assert processor.sample() == {}, "the first look refused, so this one has nothing before it"
    library.times = (2**40 + 75, 2**40 + 580, 320)
    assert processor.sample() == {"cpu_busy": 0.25}
    assert processor.sample() == {}


if LINUX:

    def test_on_linux_boards_processes_and_processor_come_together() -> None:
        driver = Driver([Board("GPU-a", processes=[os.getpid()], busy_percent=3)])
        with open_sources(this_system(), os.getpid(), {"libnvidia-ml.so.1": driver}.__getitem__) as sources:
            sample(sources)
            time.sleep(0.1)
            found = to_json(sample(sources))
        event_validator().validate(json.loads(json.dumps(found)))
        assert found["foreign_processes"] == 0
        assert found["device_busy"] == 0.03
        assert 0 <= found["cpu_busy"] <= 1
        assert not driver.running


COMMAND = [sys.executable, "-m", "finetune_bench", "watch"]


@contextmanager
def watcher(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *arguments], env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def read_sample(child: subprocess.Popen[str]) -> dict[str, Any]:
    assert child.stdout is not None
    event = json.loads(child.stdout.readline())
    event_validator().validate(event)
    assert event["event"] == "device"
    return event


def test_samples_come_at_once_and_then_by_the_clock() -> None:
    started = time.time()
    with watcher("--interval", "0.3") as child:
        times = [read_sample(child)["time_s"] for _ in range(4)]
        assert started <= times[0]
        # A look that came late makes the time until the next one shorter, and never the times of all.
        assert started + 0.9 <= times[3] <= time.time()
        assert times == sorted(times)


def test_it_ends_with_its_stdin() -> None:
    with watcher("--interval", "600") as child:
        read_sample(child)
        child.stdin.close()
        assert exit_code_of(child) == 0
        assert child.stdout.read() == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_by_a_signal(number: signal.Signals) -> None:
    with watcher("--interval", "600") as child:
        read_sample(child)
        child.send_signal(number)
        assert exit_code_of(child) == 0


def test_it_ends_when_nobody_reads() -> None:
    with watcher("--interval", "0.05") as child:
        read_sample(child)
        child.stdout.close()
        assert exit_code_of(child) == 0


def test_one_sample_without_waiting() -> None:
    done = subprocess.run(
        [*COMMAND, "--once"], env=environment(), capture_output=True, text=True, timeout=120, check=True
    )
    (line,) = done.stdout.splitlines()
    event_validator().validate(json.loads(line))
    assert ("cpu_busy" in json.loads(line)) == (sys.platform in ("linux", "darwin", "win32"))
    assert done.stderr == ""


def test_without_a_stdin_there_is_one_sample() -> None:
    done = subprocess.run(
        COMMAND, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=True
    )
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("interval", ["0", "-1", "nan", "soon", "1e9"])
def test_an_interval_that_is_none_is_refused(interval: str) -> None:
    done = subprocess.run(
        [*COMMAND, f"--interval={interval}"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert "--interval" in done.stderr


def test_it_needs_nothing_but_the_standard_library() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(HARNESS / 'src')!r}); "
        "from finetune_bench.cli import main; sys.exit(main(['watch', '--once']))"
    )
    # -S leaves out site-packages: an import from there would fail.
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True)


def test_a_sample_costs_far_less_than_a_hundredth_of_a_core() -> None:
    """Processor time of the watcher, which a busy neighbour does not add to; at one sample a second 1 % is 10 ms."""

    def cost(samples: int) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with watcher("--interval", "0.05") as child:
            for _ in range(samples):
                read_sample(child)
            child.stdin.close()
            exit_code_of(child)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # The least of three: what a hypervisor takes from a process that runs is counted as its own.
    start, end = (min(cost(samples) for _ in range(3)) for samples in (1, 21))
    assert (end - start) / 20 < 0.005
