"""Tells the processes of this measurement from those of others, by what Linux says of each in /proc."""

from finetune_bench.probe_system import System

_MOST_ANCESTORS = 64


class Processes:
    """`parent` is the program that started the watcher: it starts everything that is measured as well."""

    def __init__(self, system: System, parent: int) -> None:
        self._proc = system.root / "proc"
        self._parent = parent
        self._tracking = system.environ.get("RUNNER_TRACKING_ID")

    def is_ours(self, process: int) -> bool | None:
        """Ours when it, or an ancestor, was started by the watcher's own parent or holds FINETUNE_BENCH_EVENTS.

        The variable finds what a training program left to itself. It must come with this job's RUNNER_TRACKING_ID:
        another job that measures on the same board is as foreign as any other. None where /proc does not show the
        process: it has ended, or it lives outside this container.
        """
        if self._ancestor(process) is None:
            return None
        current: int | None = process
        for _ in range(_MOST_ANCESTORS):
            if current is None or current <= 1:
                return False
            if current == self._parent or self._is_marked(current):
                return True
            current = self._ancestor(current)
        return False

    def _ancestor(self, process: int) -> int | None:
        try:
            text = (self._proc / str(process) / "stat").read_text(errors="replace")
        except OSError:
            return None
        # The name, in parentheses, may hold anything; the parent is the second field after it.
        fields = text.rpartition(")")[2].split()
        return int(fields[1]) if len(fields) > 1 and fields[1].isdigit() else None

    def _is_marked(self, process: int) -> bool:
        try:
            whole = (self._proc / str(process) / "environ").read_bytes()
        except OSError:  # of another user, or ended
            return False
        pairs = (entry.partition(b"=") for entry in whole.split(b"\0"))
        variables = {name: value.decode(errors="replace") for name, _, value in pairs}
        same_job = variables.get(b"RUNNER_TRACKING_ID") == self._tracking
        return b"FINETUNE_BENCH_EVENTS" in variables and same_job
