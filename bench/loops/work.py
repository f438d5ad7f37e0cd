"""What the loops that stand beside ours have in common: the work of an order, the clock of a step, the events.

Model, weights, rows and environment are the harness's own, so that nothing but the loop differs. What a loop is made of
(loss, gradients, clipping, optimiser, and their order) each program has for itself.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from finetune_bench.backends import Backend, framework_of, make_backend
from finetune_bench.events import EventLog, Phase, Step
from finetune_bench.measure import warmup_steps
from finetune_bench.order import read_order
from finetune_bench.process import ensure_environment
from finetune_bench.software import environment_event
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.training_task import Batch, TrainingTask
from finetune_bench.workloads.training_work import TrainingWork


@dataclass(frozen=True)
class Loop:
    """An opened order: its model with its weights on the device, and its rows in memory."""

    task: TrainingTask
    backend: Backend
    events: Path

    @property
    def work(self) -> TrainingWork:
        return self.task.work

    @property
    def module(self) -> Any:
        return self.task.model.module

    @property
    def learning_rate(self) -> float:
        return self.work.optimiser.learning_rates[0]

    def rows(self) -> Iterator[Batch]:
        """The batch of every step, in memory."""
        return (self.task.rows.batch("train", rows) for rows in self.work.batches)

    def batches(self) -> Iterator[tuple[tuple[Any, ...], Any]]:
        """Inputs and targets of every step, on the device."""
        for batch in self.rows():
            inputs, targets, _ = self.task.model.place(batch)
            yield inputs, targets


def open_loop() -> Loop:
    """Reads the arguments and opens the order in the environment of our own processes.

    Refuses orders for which a loop as people write it would not do the same work as ours.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("order", type=Path)
    parser.add_argument("--backend", required=True)
    parser.add_argument("--events", required=True, type=Path)
    parser.add_argument("--cache", required=True, type=Path)
    given = parser.parse_args()
    ensure_environment(given.backend)
    order = read_order(given.order)
    backend = make_backend(given.backend)
    task = find_workload(order.workload).open_task(order.on(framework_of(given.backend)), backend, given.cache)
    work = task.work
    rates = set(work.optimiser.learning_rates)
    if work.accumulation != 1 or len(rates) != 1 or work.precision.weights != work.precision.compute:
        raise SystemExit("error: one micro-batch a step, one learning rate and one precision are wanted")
    task.model.build()
    task.model.load_weights()
    task.rows.load()
    if any(batch.mask.min() < 1 for batch in Loop(task, backend, given.events).rows()):
        raise SystemExit("error: rows of which every target counts are wanted: their mean is the loss")
    return Loop(task, backend, given.events)


class Windows:
    """The clock of the steps: from a batch on the device to parameters, optimiser state and loss, device idle."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._idle = loop.backend.synchronise
        self._windows: list[tuple[int, int]] = []
        self._start = 0

    def open(self) -> None:
        self._idle()
        self._start = perf_counter_ns()

    def close(self) -> None:
        self._idle()
        self._windows.append((self._start, perf_counter_ns()))

    def write(self, losses: Sequence[float], packages: Sequence[str]) -> None:
        """The events, when all is over. What is timed lasts from the end of the warm-up to the end of the last step."""
        warmup = warmup_steps(self._loop.backend.name, self._loop.work.steps)
        start = self._windows[warmup - 1][1] if warmup > 0 else self._windows[0][0]
        durations = [(end - start) / 1e9 for start, end in self._windows]
        timed = (self._windows[-1][1] - start) / 1e9
        write_events(self._loop, durations, losses, packages, timed)


def write_events(
    loop: Loop,
    durations: Sequence[float],
    losses: Sequence[float],
    packages: Sequence[str],
    timed_s: float | None = None,
) -> None:
    """`timed_s` is the whole of the timed steps with what lies between them, where that is known."""
    warmup = warmup_steps(loop.backend.name, loop.work.steps)
    log = EventLog(loop.events)
    log.write(environment_event(loop.backend, packages))
    for index, (duration_s, loss) in enumerate(zip(durations, losses, strict=True)):
        phase = "warmup" if index < warmup else "timed"
        log.write(Step(index=index, phase=phase, duration_s=duration_s, loss=loss))
    if timed_s is not None:
        log.write(Phase(name="timed", duration_s=timed_s))
    log.close()
