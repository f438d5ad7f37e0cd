"""How a measuring process ends: the last event of its file and its exit code say the same."""

import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from finetune_bench.errors import EXIT_CODES, EXIT_OK, HarnessError, kind_of
from finetune_bench.events import End, Error, EventLog
from finetune_bench.process import age_s, cancel_on_signals


def recorded(events: Path, work: Callable[[EventLog], int]) -> int:
    """Does the work, which writes its events and returns its number of steps. Returns the exit code."""
    log = EventLog(events)
    try:
        cancel_on_signals(log)
        steps = work(log)
        log.write(End(duration_s=age_s(), steps=steps))
    except Exception as error:
        kind = kind_of(error)
        log.write(Error(kind=kind, message=_describe(error)))
        _show(error)
        return EXIT_CODES[kind]
    return EXIT_OK


def _describe(error: Exception) -> str:
    """The message for people; of an unexpected error also its type and the line it came from."""
    if isinstance(error, HarnessError):
        return str(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(last.filename).name}, line {last.lineno})"


def _show(error: Exception) -> None:
    """The same on stderr, which becomes the run's log: a traceback only where nobody expected the error."""
    if isinstance(error, HarnessError):
        print(f"error: {error}", file=sys.stderr)
    else:
        traceback.print_exception(error)
