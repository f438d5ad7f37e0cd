"""A slow-down put into the steps on purpose, so that `qualify` can ask whether this machine would have shown it."""

import math
from collections.abc import Mapping
from time import perf_counter_ns

from finetune_bench.errors import BadInput

VARIABLE = "FINETUNE_BENCH_SLOWDOWN"
LARGEST = 10.0


def read_slowdown(environ: Mapping[str, str]) -> float:
    """The share by which every step is to take longer: 0.15 for 15 %; 0 where nobody asks. No part of the work order.

    BadInput where the variable holds anything else than a number from 0 to 10.
    """
    text = environ.get(VARIABLE, "").strip()
    try:
        share = float(text or "0")
    except ValueError:
        share = math.nan
    if not 0 <= share <= LARGEST:
        raise BadInput(
            f"{VARIABLE} is {text!r}; give a share from 0 to {LARGEST:g}, such as 0.15 for steps 15 % longer"
        )
    return share


def slowdown_warning(share: float) -> str:
    return f"slowed down on purpose: {VARIABLE} made every step take {100 * share:g} % longer"


def spend(start_ns: int, share: float) -> None:
    """Takes that share of the time since `start_ns` once more. Awake: a sleep would cool the machine and overshoot."""
    end = perf_counter_ns()
    end += round((end - start_ns) * share)
    while perf_counter_ns() < end:
        pass
