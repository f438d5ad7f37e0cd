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

# What matters most stands first: the limit cuts from the end. Workloads not named here follow, in their preset strict.
ORDER = (
    ("sft-dolly-qwen3", "tuned"),
    ("lora-alpaca-tinyllama", "strict"),
    ("sft-dolly-qwen3", "strict"),
    ("lm-ptb", "strict"),
    ("nli-bert-tiny", "strict"),
    ("switch-matmul", "strict"),
)
IMPORTS = {"torch": "torch", "transformers": "transformers", "peft": "peft", "mlx": "mlx", "mlx-lm": "mlx_lm"}
"""Package → the module that a workload which names the package cannot do without."""
COMMON = {"numpy": "numpy", "safetensors": "safetensors"}


@dataclass
class Benchmark:
    title: str
    backend: str
    request: dict[str, Any]
    expected_s: float
    state: str = "measured"
    message: str = ""
    prepared: dict[str, Any] | None = None
    runs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"{self.title}.{self.backend}"

    @property
    def run_s(self) -> float:
        """Seconds of its next run: what the longest so far took, or what is expected."""
        return max((run["duration_s"] for run in self.runs), default=self.expected_s)

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
    able = [name for name, entry in states.items() if entry["possible"] and has(IMPORTS[framework_of(name)])]
    accelerated = [name for name in able if states[name]["accelerated"]]
    planned = []
    named = {workload for workload, _ in ORDER}
    others = [(one.name, "strict") for one in WORKLOADS if one.name not in named and "strict" in one.presets]
    for workload, preset in (*ORDER, *others):
        if given.workload and workload not in given.workload:
            continue
        offered = find_workload(workload).backends
        for backend in given.backend or accelerated or able:
            if not given.workload and given.size not in offered.get(backend, ()):
                continue
            request = {"protocol": 1, "workload": workload, "preset": preset, "size": given.size}
            expected = float(estimate(parse_request(request), backend)["seconds"])  # type: ignore[arg-type]
            benchmark = Benchmark(f"{workload}.{preset}.{given.size}", backend, request, expected)
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


def fits(benchmark: Benchmark, planned: list[Benchmark], repeats: int, left_s: float) -> bool:
    """Whether its runs that are due fit beside those of the more important ones that have begun."""
    begun = [one for one in planned if one.runs]
    if left_s <= 0 or not begun:  # the first may try whatever is expected of it
        return left_s > 0
    # Expectations err on the long side: what ran so far tells by how much.
    pace = min(1.0, sum(one.run_s for one in begun) / sum(one.expected_s for one in begun))
    before = [one for one in planned[: planned.index(benchmark)] if one.runs and one.state == "measured"]
    kept_s = sum(one.run_s * (repeats - len(one.runs)) for one in before)
    run_s = benchmark.run_s if benchmark.runs else benchmark.expected_s * pace
    return kept_s + run_s * (repeats - len(benchmark.runs)) <= left_s


def kept_for_control(begun: dict[str, list[dict[str, Any]]]) -> float:
    """Seconds to keep for the control at the end: half as much again as the one at the beginning took, by backend."""
    return 1.5 * sum(run["duration_s"] for runs in begun.values() for run in runs)
