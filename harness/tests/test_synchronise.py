"""Without waiting for the device a step is as long as it takes to ask for it: on real devices, in the real loop.

The mutation is a backend that does not wait. What is measured with it must be far too short, else the loop would
measure the same without synchronising, and this test would show nothing.
"""

import json
import subprocess
from pathlib import Path

import pytest

from support import Interpreters, environment

MEASURE = """
import json, sys
from pathlib import Path
from finetune_bench.backends import make_backend
from finetune_bench.errors import BackendUnavailable
from finetune_bench.events import EventLog
from finetune_bench.measure import measure
from finetune_bench.tasks import StepNumbers

name, path = sys.argv[1:]
backend = make_backend(name)
try:
    backend.open()
except BackendUnavailable as error:
    print(json.dumps(str(error)))
    sys.exit()


class Products:
    # A step asks for one product and does not wait for it.
    steps, dtype, warnings = 8, "float32", ()

    def preparation(self):
        return (("build", self.build),)

    def build(self):
        self.multiply = backend.product(1536, self.dtype)
        self.multiply()

    def fetch(self, index):
        return None

    def step(self, index, data):
        self.multiply()
        return StepNumbers()

    def check(self, index):
        wait()

    def conclusion(self):
        return ()


def step_seconds():
    Path(path).unlink(missing_ok=True)
    log = EventLog(Path(path))
    measure(Products(), backend, log)
    log.close()
    lines = [json.loads(line) for line in Path(path).read_text().splitlines()]
    return [line["duration_s"] for line in lines if line["event"] == "step"]


wait = backend.synchronise
complete = step_seconds()
backend.synchronise = lambda: None
print(json.dumps([complete, step_seconds()]))
"""


@pytest.mark.parametrize("backend", ["mlx-cpu", "torch-cuda", "mlx-cuda", "torch-mps", "mlx-metal"])
def test_a_window_that_does_not_wait_misses_the_work(interpreters: Interpreters, backend: str, tmp_path: Path) -> None:
    program = [interpreters.of(backend), "-c", MEASURE, backend, str(tmp_path / "events.jsonl")]
    said = subprocess.run(program, capture_output=True, text=True, env=environment(), check=True).stdout
    durations = json.loads(said)
    if isinstance(durations, str):
        pytest.skip(durations)
    complete, blind = (sorted(steps)[len(steps) // 2] for steps in durations)
    assert blind < complete / 4
