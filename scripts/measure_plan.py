"""What `measure_gpu.py` measures: workloads by importance, what is in the way of each, and what the limit leaves."""

import argparse
import importlib.util
import sys
from dataclasses import dataclass, field
from typing import Any

from measure_session import SOURCES

sys.path.insert(0, str(SOURCES))

from finetune_bench.backends import framework_of
from finetune_bench.estimate import estimate
from finetune_bench.request import parse_request
from finetune_bench.workloads import WORKLOADS, find_workload
from finetune_bench.workloads.training_work import TUNED

# What matters most stands first: the limit cuts from the end. Workloads not named here follow, in their preset strict.
ORDER = (
    ("sft-dolly-qwen3", "tuned"),
    ("lora-alpaca-tinyllama", "strict"),
    ("sft-dolly-qwen3", "strict"),
    ("lm-ptb", "strict"),
    ("nli-bert-tiny", "strict"),
    ("lm-ptb", "tuned"),
    ("lora-alpaca-tinyllama", "tuned"),
    ("switch-matmul", "strict"),
)
LARGE_BYTES = 70e9
LARGE = {("sft-dolly-qwen3", "tuned"): {"max_length": 4096, "batch_size": 15, "accumulation": 4, "rows": 9000}}
"""What is `set` on CUDA boards with so much memory, where the default's micro-batches of 512 tokens leave most of the
device idle and its twelve steps are over in a second: three packs of 4,096 a step, and 150 steps."""
IMPORTS = {
    "torch": "torch",
    "transformers": "transformers",
    "peft": "peft",
    "accelerate": "accelerate",  # by peft
    "mlx": "mlx",
    "mlx-lm": "mlx_lm",
}
"""Package → the module that a workload which names the package cannot do without."""
COMMON = {"numpy": "numpy", "safetensors": "safetensors"}


@dataclass
class Benchmark:
    title: str
    backend: str
    request: dict[str, Any]
    expected_s: float = 0.0
    least_s: float = 0.0
    """What the control takes, which does next to nothing: no run is over sooner."""
    state: str = "measured"
    message: str = ""
    prepared: dict[str, Any] | None = None
    runs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.title}.{self.backend}"

    @property
    def turn(self) -> int:
        """How many turns it has had. The first run of a compiled step does not tell how long the next ones take, so a
        second follows at once."""
        compiles = self.request["preset"] == TUNED and self.backend.endswith("-cuda")
        return 0 if compiles and len(self.runs) == 1 else len(self.runs)

    @property
    def run_s(self) -> float:
        """Seconds of its next run: what the last one took, as the first one also compiles; or what is expected."""
        return self.runs[-1]["duration_s"] if self.runs else self.expected_s

    def expect(self, reached: float | None = None) -> None:
        """`reached`: FLOP/s of a large float32 product on its device, once that was measured."""
        said = estimate(parse_request(self.request), self.backend, reached)
        self.expected_s = float(said["seconds"])  # type: ignore[arg-type]

    def end(self, state: str, message: str) -> None:
        self.state, self.message = state, message
        print(f"{self.id}: {state}, {message}", flush=True)

    def to_json(self) -> dict[str, Any]:
        made = self.prepared or {}
        return {
            "title": self.title,
            "backend": self.backend,
            "work_hash": made.get("work_hash"),
            "comparison_class": find_workload(self.request["workload"])
            .presets[self.request["preset"]]
            .comparison_class,
            "hyperparameters": made.get("hyperparameters", {}),
            "state": self.state,
            "message": self.message[:2000],
            "runs": self.runs,
        }


def plan(probe: dict[str, Any], given: argparse.Namespace) -> list[Benchmark]:
    """What is asked for, else what is offered, on every backend; what cannot run has the reason."""
    states = {entry["backend"]: entry for entry in probe["backends"]}
    here = [name for name in states if has(IMPORTS[framework_of(name)])]
    able = [name for name in here if states[name]["possible"]]
    # An accelerator that is there and cannot be used is named as what is in the way: no processor stands in for it.
    wanted = [name for name in here if states[name]["accelerated"] and (name in able or states[name]["faulty"])]
    large = {one["kind"] for one in probe["accelerators"] if (one["memory_bytes"] or 0) >= LARGE_BYTES}
    planned = []
    named = {workload for workload, _ in ORDER}
    others = [(one.name, "strict") for one in WORKLOADS if one.name not in named and "strict" in one.presets]
    for workload, preset in (*ORDER, *others):
        if given.workload and workload not in given.workload:
            continue
        offered = find_workload(workload).backends
        for backend in given.backend or wanted or able:
            if not given.workload and given.size not in offered.get(backend, ()):
                continue
            request = {"protocol": 1, "workload": workload, "preset": preset, "size": given.size}
            if given.size == "real" and backend.endswith("-cuda") and "nvidia" in large:
                request["set"] = LARGE.get((workload, preset), {})
            benchmark = Benchmark(f"{workload}.{preset}.{given.size}", backend, request)
            benchmark.expect()
            reason = obstacle(workload, backend, given.size, states[backend])
            if reason is not None:
                benchmark.end("skipped", reason)
            planned.append(benchmark)
    return planned


def obstacle(name: str, backend: str, size: str, state: dict[str, Any]) -> str | None:
    workload = find_workload(name)
    if not state["possible"]:
        return state["reason"] or "not possible on this machine"
    if size not in workload.backends.get(backend, ()):
        return f"not offered on {backend} in size {size}"
    needed = COMMON | {name: IMPORTS[name] for name in workload.packages[framework_of(backend)] if name in IMPORTS}
    missing = [package for package, module in needed.items() if not has(module)]
    return f"this Python lacks {', '.join(missing)}" if missing else None


def has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def kept_s(benchmark: Benchmark, planned: list[Benchmark], repeats: int) -> float:
    """Seconds that the runs take which are due of more important benchmarks that have begun."""
    before = [one for one in planned[: planned.index(benchmark)] if one.runs and one.state == "measured"]
    return sum(one.run_s * (repeats - len(one.runs)) for one in before)


def next_of(planned: list[Benchmark], repeats: int, left_s: float) -> Benchmark | None:
    """Of those that fit the one with the fewest turns, of several the most important; None where none fits.

    What does not fit may do so later: runs that are due turn out shorter than was kept for them.
    """
    due = [one for one in planned if one.state == "measured" and len(one.runs) < repeats]
    return min((one for one in due if fits(one, planned, repeats, left_s)), key=lambda one: one.turn, default=None)


def fits(benchmark: Benchmark, planned: list[Benchmark], repeats: int, left_s: float) -> bool:
    """Whether its runs that are due fit beside those of the more important ones that have begun."""
    begun = [one for one in planned if one.runs and one.state == "measured"]
    if left_s <= 0 or not begun:  # the first may try whatever is expected of it
        return left_s > 0
    # Expectations err on the long side: what ran so far tells by how much.
    pace = min(1.0, sum(one.run_s for one in begun) / sum(one.expected_s for one in begun))
    run_s = benchmark.run_s if benchmark.runs else max(benchmark.expected_s * pace, benchmark.least_s)
    return kept_s(benchmark, planned, repeats) + run_s * (repeats - len(benchmark.runs)) <= left_s


def longest_s(benchmark: Benchmark, planned: list[Benchmark], repeats: int, left_s: float) -> float:
    """Seconds after which its next run is given up: others' room is not its own, and what hangs takes half of that."""
    room = left_s - kept_s(benchmark, planned, repeats)
    return max(0.0, room if len(benchmark.runs) + 1 >= repeats else room / 2)


def kept_for_control(begun: dict[str, list[dict[str, Any]]]) -> float:
    """Seconds to keep for the control at the end: half as much again as the one at the beginning took, by backend."""
    return 1.5 * sum(run["duration_s"] for runs in begun.values() for run in runs)
