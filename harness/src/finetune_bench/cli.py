"""The command line: one function a command, heavy imports inside it."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from finetune_bench import PROTOCOL_VERSION, __version__
from finetune_bench.backends import BACKENDS
from finetune_bench.errors import EXIT_OK, CheckFailed, HarnessError


def main(arguments: Sequence[str]) -> int:
    """Runs one command and returns the exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        return parsed.command(parsed)
    except HarnessError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130


def _list(_: argparse.Namespace) -> int:
    from finetune_bench.workloads import WORKLOADS

    _print_json({"protocol": PROTOCOL_VERSION, "workloads": [workload.to_json() for workload in WORKLOADS]})
    return EXIT_OK


def _probe(given: argparse.Namespace) -> int:
    from finetune_bench.probe import main as probe

    return probe(["--salt", given.salt])


def _estimate(given: argparse.Namespace) -> int:
    from finetune_bench.estimate import estimate
    from finetune_bench.request import read_request

    _print_json(estimate(read_request(given.request), given.backend))
    return EXIT_OK


def _prepare(given: argparse.Namespace) -> int:
    from finetune_bench.prepare import prepare, write_result
    from finetune_bench.request import read_request

    request = read_request(given.request)
    try:
        write_result(given.result, prepare(request, given.cache, given.out))
    except OSError as error:  # no space, no permission: the user's to mend
        raise HarnessError(f"cannot write to {given.cache}, {given.out} or {given.result}: {error}") from error
    return EXIT_OK


def _smoke(given: argparse.Namespace) -> int:
    from finetune_bench.events import to_json
    from finetune_bench.process import ensure_environment
    from finetune_bench.smoke import smoke

    ensure_environment(given.backend)
    payload = to_json(smoke(given.backend))
    del payload["event"]
    _print_json(payload)
    return EXIT_OK


def _run(given: argparse.Namespace) -> int:
    from finetune_bench.process import ensure_environment
    from finetune_bench.running import run

    ensure_environment(given.backend)
    return run(given.order, given.backend, given.events, given.cache, given.benchmark)


def _control(given: argparse.Namespace) -> int:
    from finetune_bench.control import control
    from finetune_bench.process import ensure_environment

    ensure_environment(given.backend)
    return control(given.backend, given.events, given.stdlib)


def _profile(given: argparse.Namespace) -> int:
    from finetune_bench.process import ensure_environment
    from finetune_bench.profiling import profile

    ensure_environment(given.backend)
    profile(given.order, given.backend, given.cache, given.out)
    return EXIT_OK


def _watch(given: argparse.Namespace) -> int:
    from finetune_bench.watch import watch

    return watch(given.interval, given.once)


def _parity_record(given: argparse.Namespace) -> int:
    from finetune_bench.order import read_order
    from finetune_bench.process import ensure_environment
    from finetune_bench.trace import record, write_trace

    ensure_environment(given.backend)
    write_trace(given.out, record(read_order(given.order), given.backend, given.cache))
    return EXIT_OK


def _parity_compare(given: argparse.Namespace) -> int:
    from finetune_bench.parity import climb, draw, first_failure
    from finetune_bench.trace import read_trace

    ours, theirs = read_trace(given.ours), read_trace(given.theirs)
    if "bfloat16" in (ours.precision, theirs.precision):
        print("bfloat16 rounds: equal work may differ by more, from rung 3 on, than float32 is allowed")
    rungs = climb(ours, theirs)
    print(draw(rungs))
    return EXIT_OK if first_failure(rungs) is None else CheckFailed("").exit_code


def _print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0.05 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"give seconds from 0.05 to 3600, not {text}")
    return seconds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="finetune_bench", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, function: object, summary: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(command=function)
        return added

    def backend(to: argparse.ArgumentParser) -> None:
        to.add_argument("--backend", required=True, choices=BACKENDS)

    def cache(to: argparse.ArgumentParser) -> None:
        to.add_argument("--cache", required=True, type=Path, help="folder of weights and token files")

    def events(to: argparse.ArgumentParser) -> None:
        to.add_argument("--events", required=True, type=Path, help="file that receives one JSON event a line")

    command("list", _list, "print the workloads and their hyperparameters as JSON")

    probing = command("probe", _probe, "print the facts of this machine as JSON")
    probing.add_argument("--salt", required=True, help="hashed with the hardware id: the repository's name")

    estimating = command("estimate", _estimate, "print what one run will take as JSON")
    estimating.add_argument("request", type=Path)
    backend(estimating)

    preparing = command("prepare", _prepare, "generate weights and tokens, write the work order")
    preparing.add_argument("request", type=Path)
    cache(preparing)
    preparing.add_argument("--out", required=True, type=Path, help="folder that receives the work order")
    preparing.add_argument("--result", required=True, type=Path, help="file that receives what was prepared")

    smoking = command("smoke", _smoke, "import the framework, multiply once, print the software as JSON")
    backend(smoking)

    parity = commands.add_parser("parity", help="prove that two backends do the same work").add_subparsers(
        required=True, metavar="record|compare"
    )
    recording = parity.add_parser("record", help="run an order and keep a trace of its numbers")
    recording.set_defaults(command=_parity_record)
    recording.add_argument("order", type=Path)
    backend(recording)
    cache(recording)
    recording.add_argument("--out", required=True, type=Path, help="file that receives the trace")
    comparing = parity.add_parser("compare", help="print the ladder of two traces; exit status 5 where they differ")
    comparing.set_defaults(command=_parity_compare)
    comparing.add_argument("ours", type=Path)
    comparing.add_argument("theirs", type=Path)

    running = command("run", _run, "run one benchmark once and append its events to a file")
    running.add_argument("order", type=Path)
    backend(running)
    events(running)
    cache(running)
    running.add_argument("--benchmark", required=True, help="id written into the first event")

    profiling = command("profile", _profile, "run a few steps and write PyTorch's profile of one to a file")
    profiling.add_argument("order", type=Path)
    backend(profiling)
    cache(profiling)
    profiling.add_argument("--out", required=True, type=Path, help="file that receives the table")

    controlling = command("control", _control, "run the fixed control workload once and append its events to a file")
    backend(controlling)
    events(controlling)
    controlling.add_argument("--stdlib", action="store_true", help="on one processor core, without the framework")

    watching = command("watch", _watch, "print the state of the machine as one device event a line, until stdin closes")
    watching.add_argument("--interval", type=_seconds, default=1.0, metavar="SECONDS", help="default: 1")
    watching.add_argument("--once", action="store_true", help="print a single sample and end")
    return parser
