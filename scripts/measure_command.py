"""What `measure_gpu.py` does: one session, from its arguments and the look at the machine to what was measured."""

import argparse
import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from measure_plan import IMPORTS, Benchmark, kept_for_control, longest_s, next_of, plan
from measure_session import ROOT, SOURCES, Session, hide_home, watcher

sys.path.insert(0, str(SOURCES))

from finetune_bench import __version__
from finetune_bench.backends import BACKENDS, framework_of, is_cpu
from finetune_bench.control_work import control_work
from finetune_bench.profiling import PROFILED
from finetune_bench.workloads import WORKLOADS

PROBE_S = 180.0


def measure(
    session: Session,
    planned: list[Benchmark],
    repeats: int,
    kept_s: Callable[[], float],
    keep: Callable[[], None],
) -> None:
    """Repeats of all benchmarks in turn, as long as any fits; `kept_s` of the time left belong to what follows."""
    while True:
        left_s = session.left_s() - kept_s()
        benchmark = next_of(planned, repeats, left_s)
        if benchmark is None:
            break
        run_once(session, benchmark, len(benchmark.runs) + 1, repeats, longest_s(benchmark, planned, repeats, left_s))
        keep()
    for one in planned:
        if one.state == "measured" and len(one.runs) < repeats:
            one.end("cut", f"the limit of {session.limit_s / 60:g} min left no room for its {repeats} runs")
    keep()


def profile_s(planned: list[Benchmark]) -> float:
    """Kept free for a profile of the most important of what ran."""
    return next((one.run_s for one in planned if one.runs and one.backend in PROFILED), 0.0)


def run_once(session: Session, benchmark: Benchmark, number: int, repeats: int, most_s: float) -> None:
    if benchmark.prepared is None and not prepare(session, benchmark):
        return
    order = benchmark.prepared["order"]  # type: ignore[index]
    arguments = ["run", order, "--cache", session.cache, "--benchmark", benchmark.id]
    run = session.run(benchmark.backend, benchmark.id, number, arguments, most_s)
    if run is None:
        limit = f"the limit of {session.limit_s / 60:g} min"
        benchmark.end("cut", f"its run {number} did not end in the {most_s:.0f} s that {limit} left for it")
        return
    benchmark.runs.append(run)
    print(f"{benchmark.id}: run {number} of {repeats}, {run['duration_s']:.1f} s, exit {run['code']}", flush=True)
    if run["cancelled"]:
        raise KeyboardInterrupt
    if run["code"] != 0 or run["timed_out"]:
        why = session.last_words(benchmark.id, number)[:1000]
        benchmark.end("failed", f"run {number} ended with {run['code']}{': ' if why else ''}{why}")


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


def profile(session: Session, planned: list[Benchmark]) -> None:
    """A table of one step of what was measured, the most important first, as long as the limit leaves room."""
    for benchmark in planned:
        if benchmark.state != "measured" or benchmark.prepared is None or benchmark.backend not in PROFILED:
            continue
        made = None
        if session.left_s() > benchmark.run_s:
            arguments = ["profile", benchmark.prepared["order"], "--cache", session.cache]
            made = session.profile(benchmark.backend, benchmark.id, arguments)
        ended = "no time was left" if made is None else f"{made['duration_s']:.1f} s, exit {made['code']}"
        print(f"{benchmark.id}: profile, {ended}", flush=True)
        if made is not None and made["cancelled"]:
            raise KeyboardInterrupt


def reached(session: Session, backend: str) -> float | None:
    """FLOP/s of the control's product, whose run ended well; None on a processor, of which more is known."""
    if is_cpu(backend):
        return None
    lines = session.events(f"control.{backend}", 1).read_text(encoding="utf-8").splitlines()
    seen = map(json.loads, lines)
    steps = [one["duration_s"] for one in seen if one["event"] == "step"]
    return 2.0 * control_work(backend)["matmul_n"] ** 3 / min(steps)


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
    parser = argparse.ArgumentParser(
        description="Measures the workloads on this machine, the most important first, within a time limit."
    )
    parser.add_argument("--minutes", type=_minutes, required=True, help="limit of the whole command")
    parser.add_argument("--out", type=Path, required=True, help="a new folder")
    parser.add_argument("--backend", action="append", choices=BACKENDS, help="default: those of the accelerator")
    parser.add_argument("--workload", action="append", choices=[one.name for one in WORKLOADS], help="default: all")
    parser.add_argument("--size", choices=("real", "tiny"), default="real")
    parser.add_argument("--repeats", type=int, default=3, choices=range(1, 51), metavar="1-50", help="default: 3")
    parser.add_argument("--profile", action="store_true", help="at the end PyTorch's profile of one step of each")
    parser.add_argument("--repository", default=ROOT.name, help="OWNER/NAME, as in the jobs to compare with")
    cache = os.environ.get("FINETUNE_BENCH_CACHE") or Path.home() / ".cache" / "finetune-bench"
    parser.add_argument("--cache", type=Path, default=cache, help="weights and token files; default: %(default)s")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    given = parse(arguments)
    out: Path = given.out.absolute()
    if sys.platform == "win32" or (out.is_dir() and any(out.iterdir())):
        print("error: needs Linux or macOS, and a folder that is new or empty", file=sys.stderr)
        return 2

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        heed(signal.SIG_IGN)  # once: what follows must come to its end
        raise KeyboardInterrupt

    heed(interrupt)
    try:
        return fill(Session(out, given.cache.absolute(), given.minutes), given)
    except KeyboardInterrupt:
        print("interrupted before anything was measured", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"error: cannot write to {out}: {error.strerror}; give another folder with --out", file=sys.stderr)
        return 2


def heed(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def ask(session: Session, salt: str) -> dict[str, Any] | None:
    """The facts of this machine; None, with the reason printed, where they cannot be had."""
    limit_s = min(PROBE_S, session.limit_s)
    try:
        probed = session.harness("probe", "--salt", salt, timeout_s=limit_s)
    except subprocess.TimeoutExpired:
        print(f"error: looking at this machine took longer than {limit_s:g} s", file=sys.stderr)
        return None
    if probed.returncode != 0:
        print(probed.stderr, file=sys.stderr)
        return None
    return json.loads(probed.stdout)


def fill(session: Session, given: argparse.Namespace) -> int:
    """Measures into the session's folder. Returns the exit code."""
    out = session.out
    probe = ask(session, given.repository)
    if probe is None:
        return 3
    planned = plan(probe, given)
    if not planned:
        print("error: this Python has no framework for what this machine can run", file=sys.stderr)
        for entry in probe["backends"]:
            reason = entry["reason"] or f"no {IMPORTS[framework_of(entry['backend'])]} in {sys.executable}"
            print(f"  {entry['backend']}: {reason}", file=sys.stderr)
        return 3
    if all(is_cpu(one.backend) for one in planned) and not given.backend:
        print("no accelerator can be used, so the processor is measured:", flush=True)
        for entry in probe["backends"]:
            if entry["accelerated"]:
                print(f"  {entry['backend']}: {entry['reason'] or 'its framework is not installed'}", flush=True)
    for name in ("orders", "runs", "env"):
        (out / name).mkdir(parents=True, exist_ok=True)
    write_json(out / "probe.json", probe)
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

    write_manifest()  # a machine may be taken away in its first run
    try:
        with watcher(out / "device.jsonl"):
            measure_control(1)
            for benchmark in planned:
                done = control.get(benchmark.backend)
                benchmark.least_s = done[0]["duration_s"] if done else 0.0
                if done and done[0]["code"] == 0:
                    benchmark.expect(reached(session, benchmark.backend))
            control_s = kept_for_control(control)
            measure(
                session,
                planned,
                given.repeats,
                lambda: control_s + (profile_s(planned) if given.profile else 0.0),
                write_manifest,
            )
            measure_control(2)
        if given.profile:
            profile(session, planned)
    except KeyboardInterrupt:
        interrupted = True
        for one in planned:
            if one.state == "measured" and len(one.runs) < given.repeats:
                one.end("cut", "interrupted")
    heed(signal.SIG_IGN)
    write_manifest()
    hide_home(out, str(Path.home()))
    counts = {state: sum(one.state == state for one in planned) for state in ("measured", "cut", "failed", "skipped")}
    print(", ".join(f"{count} {state}" for state, count in counts.items()), f"in {out}", flush=True)
    return 130 if interrupted else 1 if counts["failed"] or not counts["measured"] else 0
