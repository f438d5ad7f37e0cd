"""Whose a process is, from what Linux says of it: trees of a job that are not there, and real processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from finetune_bench.probe_system import System
from finetune_bench.watch_processes import Processes
from support import until

JOB, OTHER_JOB = "github_1234", "github_5678"


def system(root: Path, **environ: str) -> System:
    return System(platform="linux", machine="x86_64", libc=("glibc", "2.39"), environ=environ, root=root)


class TestProcesses:
    def add(self, root: Path, process: int, parent: int, name: str = "python", **variables: str) -> None:
        folder = root / "proc" / str(process)
        folder.mkdir(parents=True)
        (folder / "stat").write_text(f"{process} ({name}) S {parent} 1 1 0 -1 4194560 100 0")
        (folder / "environ").write_bytes(b"".join(f"{key}={value}\0".encode() for key, value in variables.items()))

    @pytest.fixture
    def processes(self, tmp_path: Path) -> Processes:
        """1 → 10 (runner) → 20 (the action) → 21 (watcher), 30 (a run) → 31; 40: left alone by a run that ended."""
        self.add(tmp_path, 1, 0, "systemd")
        self.add(tmp_path, 10, 1, "Runner.Worker", RUNNER_TRACKING_ID=JOB)
        self.add(tmp_path, 20, 10, "node", RUNNER_TRACKING_ID=JOB)
        self.add(tmp_path, 21, 20, "python3 watch", RUNNER_TRACKING_ID=JOB)
        self.add(tmp_path, 30, 20, "a) S 1 (b", RUNNER_TRACKING_ID=JOB)
        self.add(tmp_path, 31, 30)
        self.add(tmp_path, 40, 1, RUNNER_TRACKING_ID=JOB, FINETUNE_BENCH_EVENTS="/a/b.jsonl")
        self.add(tmp_path, 41, 40)
        return Processes(system(tmp_path, RUNNER_TRACKING_ID=JOB), parent=20)

    @pytest.mark.parametrize("process", [30, 31, 40, 41])
    def test_ours(self, processes: Processes, process: int) -> None:
        assert processes.is_ours(process) is True

    def test_another_user_s_shell_a_step_before_and_another_job_are_not(
        self, tmp_path: Path, processes: Processes
    ) -> None:
        self.add(tmp_path, 50, 1, "python3")
        self.add(tmp_path, 51, 10, "ollama", RUNNER_TRACKING_ID=JOB)
        self.add(tmp_path, 52, 1, RUNNER_TRACKING_ID=OTHER_JOB, FINETUNE_BENCH_EVENTS="/c/d.jsonl")
        self.add(tmp_path, 53, 1, FINETUNE_BENCH_EVENTS_OF_OLD="x", RUNNER_TRACKING_ID=JOB)
        (tmp_path / "proc" / "50" / "environ").unlink()
        assert [processes.is_ours(process) for process in (50, 51, 52, 53)] == [False] * 4

    def test_one_that_is_not_to_be_seen_cannot_be_told(self, tmp_path: Path, processes: Processes) -> None:
        assert processes.is_ours(99) is None
        (tmp_path / "proc" / "98").mkdir()
        (tmp_path / "proc" / "98" / "stat").write_text("98 (cut")
        assert processes.is_ours(98) is None

    def test_ancestors_that_run_in_a_circle_end(self, tmp_path: Path, processes: Processes) -> None:
        self.add(tmp_path, 60, 61)
        self.add(tmp_path, 61, 60)
        assert processes.is_ours(60) is False

    def test_without_a_job_the_variable_alone_decides(self, tmp_path: Path) -> None:
        self.add(tmp_path, 70, 1, FINETUNE_BENCH_EVENTS="/a")
        self.add(tmp_path, 71, 1, FINETUNE_BENCH_EVENTS="/a", RUNNER_TRACKING_ID=JOB)
        processes = Processes(system(tmp_path), parent=20)
        assert (processes.is_ours(70), processes.is_ours(71)) == (True, False)


if sys.platform == "linux":

    def test_real_processes_are_told_apart() -> None:
        def sleeper(**extra: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(["sleep", "60"], env={"PATH": os.environ["PATH"], **extra})

        strange, marked = sleeper(), sleeper(FINETUNE_BENCH_EVENTS="/x.jsonl")
        try:
            here = System(platform="linux", machine="", libc=("", ""), environ={})
            of_us = Processes(here, parent=os.getpid())
            of_others = Processes(here, parent=strange.pid)
            wait_until_executed(strange, marked)
            assert (of_us.is_ours(strange.pid), of_us.is_ours(marked.pid)) == (True, True)
            ours = "FINETUNE_BENCH_EVENTS" in Path("/proc/self/environ").read_text()
            assert of_others.is_ours(marked.pid) is True
            assert of_others.is_ours(os.getpid()) is ours
        finally:
            for child in (strange, marked):
                child.kill()
                child.wait()
        assert of_us.is_ours(strange.pid) is None

    def wait_until_executed(*children: subprocess.Popen[bytes]) -> None:
        """Until exec a child is a copy of this process, its variables included."""
        for child in children:
            name = Path(f"/proc/{child.pid}/comm")
            until(lambda name=name: name.read_text() == "sleep\n", "it was not executed")
