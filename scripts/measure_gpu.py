"""Measures the workloads on this machine, the most important first, within a time limit.

    python scripts/measure_gpu.py --minutes 12 --out DIR

Needs Linux or macOS and a Python from 3.11 on with a framework; no Node, no network, and nothing is installed. DIR then
holds what `finetune-bench report DIR` judges, on any machine. docs/protocol.md describes `measured.json`.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from measure_session import ROOT, SOURCES, Session, watcher

sys.path.insert(0, str(SOURCES))

from finetune_bench import __version__
from finetune_bench.backends import BACKENDS, framework_of
from finetune_bench.estimate import estimate
from finetune_bench.request import parse_request
from finetune_bench.workloads import WORKLOADS, find_workload

# What matters most stands first: the limit cuts from the end.
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
PROBE_S = 180.0
CONTROL_S = 20.0
"""Kept free for the control at the end; a run of it takes some seconds, with the import of the framework."""


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
    """Every workload asked for on every backend, those that cannot run with the reason."""
    states = {entry["backend"]: entry for entry in probe["backends"]}
    able = [name for name, entry in states.items() if entry["possible"] and has(IMPORTS[framework_of(name)])]
    accelerated = [name for name in able if states[name]["accelerated"]]
    planned = []
    for workload, preset in ORDER:
        if given.workload and workload not in given.workload:
            continue
        for backend in given.backend or accelerated or able:
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


def measure(session: Session, planned: list[Benchmark], repeats: int, keep: Callable[[], None]) -> None:
    """Repeats of all benchmarks in turn."""
    for number in range(1, repeats + 1):
        for benchmark in planned:
            if benchmark.state != "measured":
                continue
            if fits(benchmark, planned, repeats, session.left_s() - CONTROL_S):
                run_once(session, benchmark, number, repeats)
            else:
                benchmark.end("cut", f"the limit of {session.limit_s / 60:g} min left no room for its {repeats} runs")
            keep()


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


def run_once(session: Session, benchmark: Benchmark, number: int, repeats: int) -> None:
    if benchmark.prepared is None and not prepare(session, benchmark):
        return
    order = benchmark.prepared["order"]  # type: ignore[index]
    arguments = ["run", order, "--cache", session.cache, "--benchmark", benchmark.id]
    run = session.run(benchmark.backend, benchmark.id, number, arguments)
    if run is None:
        benchmark.end("cut", f"the limit of {session.limit_s / 60:g} min was over in its run {number}")
        return
    benchmark.runs.append(run)
    print(f"{benchmark.id}: run {number} of {repeats}, {run['duration_s']:.1f} s, exit {run['code']}", flush=True)
    if run["cancelled"]:
        raise KeyboardInterrupt
    if run["code"] != 0 or run["timed_out"]:
        benchmark.end("failed", f"run {number} ended with {run['code']}")


def prepare(session: Session, benchmark: Benchmark) -> bool:
    asked = session.out / "orders" / f"{benchmark.title}.request.json"
    answer = asked.with_suffix(".prepared")
    asked.write_text(json.dumps(benchmark.request), encoding="utf-8")
    try:
        files = ("--cache", session.cache, "--out", asked.parent, "--result", answer)
        done = session.harness("prepare", asked, *files, timeout_s=max(1.0, session.left_s()))
    except subprocess.TimeoutExpired:
        benchmark.end("cut", f"the limit of {session.limit_s / 60:g} min was over while it was prepared")
        return False
    if done.returncode != 0:
        benchmark.end("failed", f"not prepared: {done.stderr.strip()[-1000:]}")
        return False
    benchmark.prepared = json.loads(answer.read_text(encoding="utf-8"))
    return True


def git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def write_json(path: Path, value: object) -> None:
    """The whole file or none."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def _minutes(text: str) -> float:
    minutes = float(text)
    if not 0.1 <= minutes <= 1440:
        raise argparse.ArgumentTypeError(f"give minutes from 0.1 to 1440, not {text}")
    return minutes


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--minutes", type=_minutes, required=True, help="limit of the whole command")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--backend", action="append", choices=BACKENDS, help="default: those of the accelerator")
    parser.add_argument("--workload", action="append", choices=[one.name for one in WORKLOADS], help="default: all")
    parser.add_argument("--size", choices=("real", "tiny"), default="real")
    parser.add_argument("--repeats", type=int, default=3, choices=range(1, 51), metavar="1-50", help="default: 3")
    parser.add_argument("--repository", default=ROOT.name, help="OWNER/NAME, as in the jobs to compare with")
    cache = os.environ.get("FINETUNE_BENCH_CACHE") or Path.home() / ".cache" / "finetune-bench"
    parser.add_argument("--cache", type=Path, default=cache, help="weights and token files; default: %(default)s")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    given = parse(arguments)
    out: Path = given.out.absolute()
    if sys.platform == "win32" or (out.exists() and any(out.iterdir())):
        print("error: needs Linux or macOS, and a folder that is new or empty", file=sys.stderr)
        return 2
    for name in ("orders", "runs", "env"):
        (out / name).mkdir(parents=True, exist_ok=True)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):  # once: what follows must come to its end
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    session = Session(out, given.cache.absolute(), given.minutes)
    probed = session.harness("probe", "--salt", given.repository, timeout_s=PROBE_S)
    if probed.returncode != 0:
        print(probed.stderr, file=sys.stderr)
        return 3
    probe = json.loads(probed.stdout)
    write_json(out / "probe.json", probe)
    planned = plan(probe, given)
    backends = list(dict.fromkeys(one.backend for one in planned if one.state == "measured"))
    versions = sorted({f"{one.metadata['Name']}=={one.version}\n" for one in importlib.metadata.distributions()})
    for backend in backends:
        (out / "env" / f"{backend}.txt").write_text("".join(versions), encoding="utf-8")
    control: dict[str, list[dict[str, Any]]] = {backend: [] for backend in backends}
    interrupted = False

    def write_manifest() -> None:
        write_json(
            out / "measured.json",
            {
                "schema": 1,
                "version": __version__,
                "repository": given.repository,
                "sha": git("rev-parse", "HEAD"),
                "ref": git("symbolic-ref", "--quiet", "HEAD") or "HEAD",
                "dirty": bool(git("status", "--porcelain", "--untracked-files=no")),
                "started_at_s": session.began,
                "finished_at_s": time.time(),
                "limit_s": session.limit_s,
                "repeats": given.repeats,
                "size": given.size,
                "interrupted": interrupted,
                "benchmarks": [one.to_json() for one in planned],
                "control": [{"backend": backend, "runs": runs} for backend, runs in control.items()],
            },
        )

    def measure_control(number: int) -> None:
        for backend, runs in control.items():
            run = session.run(backend, f"control.{backend}", number, ["control"])
            if run is not None:
                runs.append(run)
                print(f"control.{backend}: {run['duration_s']:.1f} s, exit {run['code']}", flush=True)
            if run is not None and run["cancelled"]:
                raise KeyboardInterrupt

    try:
        with watcher(out / "device.jsonl"):
            measure_control(1)
            measure(session, planned, given.repeats, write_manifest)
            measure_control(2)
    except KeyboardInterrupt:
        interrupted = True
        for one in planned:
            if one.state == "measured" and len(one.runs) < given.repeats:
                one.end("cut", "interrupted")
    write_manifest()
    counts = {state: sum(one.state == state for one in planned) for state in ("measured", "cut", "failed", "skipped")}
    print(", ".join(f"{count} {state}" for state, count in counts.items()), f"in {out}", flush=True)
    return 130 if interrupted else 1 if counts["failed"] or not counts["measured"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
