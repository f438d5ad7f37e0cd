"""A numerics trace: what one backend computed of one work order, small enough to keep and to compare."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finetune_bench.backends import framework_of, make_backend
from finetune_bench.canonical import sha256_of
from finetune_bench.errors import BadInput
from finetune_bench.order import Order
from finetune_bench.store import write_atomically
from finetune_bench.structure import from_json, to_json
from finetune_bench.workloads import find_workload
from finetune_bench.workloads.training_task import TrainingTask

LOGIT_ROWS = 2
LOGIT_SAMPLES = 256
PARAMETER_SAMPLES = 64
"""Values kept of each group of parameters, evenly spread: enough to tell a difference of the whole in L2."""
VANISHING = 1e-6
"""A group whose gradient is smaller than this share of the whole has none: what is there is rounding.

So it is with the bias of BERT's keys, which no softmax can see. Adam makes full steps even of rounding, hence such a
group's updates are not kept.
"""
DIGITS = 9
"""Significant digits kept: all that a float32 has."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tensors of one role (`q_proj.lora_B`): how many, how many values, how many of these train."""

    tensors: int
    parameters: int
    trained: int


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The rungs of the ladder, in order. Samples of logits and parameters are at fixed, evenly spread places."""

    backend: str
    precision: str
    work_hash: str
    tokens_sha256: str
    batches_sha256: str
    weights_sha256: str
    """Of the base weights as the model holds them, rounded to float32."""
    groups: dict[str, Group]
    logits: tuple[float, ...]
    first_loss: float
    gradient_norms: dict[str, float]
    """Of the first step, before clipping."""
    first_update: dict[str, tuple[float, ...]]
    """Parameters after the first step, minus before."""
    losses: tuple[float, ...]
    total_norms: tuple[float, ...]
    movement: dict[str, tuple[float, ...]]
    """Parameters after the last step, minus before the first."""


def record(order: Order, backend_name: str, cache: Path) -> Trace:
    """Runs every step of an order and keeps what the ladder compares."""
    backend = make_backend(backend_name)
    task = find_workload(order.workload).open_task(order.on(framework_of(backend_name)), backend, cache)
    if not isinstance(task, TrainingTask):
        raise BadInput(f"{order.workload} trains no model: there is nothing to trace")
    for _, prepare in task.preparation():
        prepare()
    model, work = task.model, task.work
    weights_sha256 = task.weights_sha256()
    logits = model.logits(model.place(task.rows.batch("train", work.batches[0][:LOGIT_ROWS])))
    data = task.fetch(0)
    first_loss, gradients = model.gradients(data.batches, data.loss)
    norms = group_norms(gradients)
    least = VANISHING * math.hypot(*norms.values())
    vanishing = {name for name, norm in norms.items() if 0 < norm < least}
    before = model.trained()
    losses, total_norms = [], []
    first_update: dict[str, tuple[float, ...]] = {}
    for index in range(work.steps):
        data = task.fetch(index)
        # A step that clips nothing has no use for the norm, and does not compute it.
        unclipped = None if work.optimiser.clip is not None else model.gradients(data.batches, data.loss)[1]
        step = task.step(index, data)
        losses.append(step.loss)
        total_norms.append(step.grad_norm if unclipped is None else math.hypot(*group_norms(unclipped).values()))
        if index == 0:
            first_update = sample_groups(_moved(model.trained(), before), vanishing)
    return Trace(
        backend=backend_name,
        precision=work.precision.compute,
        work_hash=order.work_hash,
        tokens_sha256=task.rows.sha256,
        batches_sha256=sha256_of([to_json(work.batches), *task.rows.shape, work.accumulation]),
        weights_sha256=weights_sha256,
        groups=_groups(model.parameters()),
        logits=_sample(logits, LOGIT_SAMPLES),
        first_loss=first_loss,
        gradient_norms={name: 0.0 if name in vanishing else _rounded(norm) for name, norm in norms.items()},
        first_update=first_update,
        losses=tuple(losses),
        total_norms=tuple(map(_rounded, total_norms)),
        movement=sample_groups(_moved(model.trained(), before), vanishing),
    )


def _moved(after: Mapping[str, np.ndarray], before: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: value - before[name] for name, value in after.items()}


def group_of(name: str) -> str:
    """The role of a tensor: its name without the path to its layer."""
    parts = name.removesuffix(".weight").split(".")
    return ".".join(parts[-2:]) if ".lora_" in name or parts[-1] == "bias" else parts[-1]


def _groups(parameters: Mapping[str, tuple[tuple[int, ...], bool]]) -> dict[str, Group]:
    by_group: dict[str, list[tuple[int, bool]]] = {}
    for name in sorted(parameters):
        shape, trains = parameters[name]
        by_group.setdefault(group_of(name), []).append((int(np.prod(shape)), trains))
    return {
        name: Group(
            tensors=len(members),
            parameters=sum(count for count, _ in members),
            trained=sum(count for count, trains in members if trains),
        )
        for name, members in by_group.items()
    }


def _by_group(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All values of a group end to end, tensors in the order of their names."""
    parts: dict[str, list[np.ndarray]] = {}
    for name in sorted(tensors):
        parts.setdefault(group_of(name), []).append(np.ravel(tensors[name]).astype(np.float64))
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def group_norms(tensors: Mapping[str, np.ndarray]) -> dict[str, float]:
    return {name: float(np.linalg.norm(values)) for name, values in _by_group(tensors).items()}


def sample_groups(tensors: Mapping[str, np.ndarray], left_out: Collection[str]) -> dict[str, tuple[float, ...]]:
    by_group = _by_group(tensors)
    return {name: _sample(values, PARAMETER_SAMPLES) for name, values in by_group.items() if name not in left_out}


def _sample(values: np.ndarray, count: int) -> tuple[float, ...]:
    flat = np.ravel(values)
    places = np.unique(np.linspace(0, len(flat) - 1, count).round().astype(int))
    return tuple(_rounded(float(value)) for value in flat[places])


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS - 1}e}")


def write_trace(path: Path, trace: Trace) -> None:
    """JSON, one field a line."""
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in to_json(trace).items())
    write_atomically(path, lambda temporary: temporary.write_text(f"{{\n{lines}\n}}\n"))


def read_trace(path: Path) -> Trace:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot read the trace {path}: {error}") from error
    return from_json(Trace, value, "trace")
