"""The ladder that proves equal work: rungs from the tokens up to the trained weights, and the first that differs."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from finetune_bench.trace import Trace

# Gates for the tiny size in float32. They stand several times above what two correct backends differ by, and far
# below what the smallest real difference makes.
LOGITS_ABSOLUTE = 2e-5
LOSS_ABSOLUTE = 1e-5
NORM_RELATIVE = 1e-5
WEIGHTS_RELATIVE = 5e-4
# Where more than adapters train. The norm of a step is the framework's own sum of a million squares in float32, which
# in torch on a processor is 3e-4 off; norms of groups are summed here in float64 and need no such room.
FULL_STEP_NORM_RELATIVE = 1e-3
NOTHING = 1e-12
"""A norm below this is zero: a gradient that vanishes on one side may be rounding on the other."""


@dataclass(frozen=True)
class Difference:
    """One comparison of a rung: how far apart, and how far it may be; infinite where the two cannot be equal."""

    what: str
    distance: float
    gate: float

    @property
    def passes(self) -> bool:
        return self.distance <= self.gate


@dataclass(frozen=True)
class Rung:
    name: str
    differences: tuple[Difference, ...]

    @property
    def passes(self) -> bool:
        return all(difference.passes for difference in self.differences)

    @property
    def worst(self) -> Difference:
        """The difference that stands highest above its gate, or nearest below it."""
        return max(self.differences, key=lambda each: each.distance / each.gate if each.gate else each.distance)


def climb(ours: Trace, theirs: Trace) -> list[Rung]:
    """Every rung of the ladder, also those above the first that fails."""
    return [Rung(name, tuple(compare(ours, theirs))) for name, compare in RUNGS.items()]


def first_failure(rungs: Sequence[Rung]) -> Rung | None:
    return next((rung for rung in rungs if not rung.passes), None)


def _data(ours: Trace, theirs: Trace) -> Iterator[Difference]:
    yield _equal("token file", ours.tokens_sha256, theirs.tokens_sha256)
    yield _equal("batch plan", ours.batches_sha256, theirs.batches_sha256)


def _model(ours: Trace, theirs: Trace) -> Iterator[Difference]:
    yield _equal("base weights", ours.weights_sha256, theirs.weights_sha256)
    for name in sorted({*ours.groups, *theirs.groups}):
        yield _equal(f"parameters of {name}", ours.groups.get(name), theirs.groups.get(name))


def _logits(ours: Trace, theirs: Trace) -> Iterator[Difference]:
    yield Difference("largest difference", _farthest(ours.logits, theirs.logits), LOGITS_ABSOLUTE)


def _first_loss(ours: Trace, theirs: Trace) -> Iterator[Difference]:
    yield Difference("loss of the first step", abs(ours.first_loss - theirs.first_loss), LOSS_ABSOLUTE)


def _gradients(ours: Trace, theirs: Trace) -> Iterator[Difference]:
    for name in sorted({*ours.gradient_norms, *theirs.gradient_norms}):
        a, b = ours.gradient_norms.get(name, math.nan), theirs.gradient_norms.get(name, math.nan)
        yield Difference(f"gradient norm of {name}", _relative([a], [b]), NORM_RELATIVE)


def _first_update(ours: Trace, theirs: Trace) -> Iterator[Difference]:
    yield from _weights("first update of", ours.first_update, theirs.first_update)


def _training(ours: Trace, theirs: Trace) -> Iterator[Difference]:
    full = any(group.trained > 0 and "lora_" not in name for name, group in ours.groups.items())
    norm_gate = FULL_STEP_NORM_RELATIVE if full else NORM_RELATIVE
    yield Difference("largest difference of a loss", _farthest(ours.losses, theirs.losses), LOSS_ABSOLUTE)
    norms = (
        [_relative([a], [b]) for a, b in zip(ours.total_norms, theirs.total_norms, strict=True)]
        if len(ours.total_norms) == len(theirs.total_norms)
        else []
    )
    yield Difference("gradient norm of a step", max(norms, default=math.inf), norm_gate)
    yield from _weights("movement of", ours.movement, theirs.movement)


RUNGS: Mapping[str, Callable[[Trace, Trace], Iterator[Difference]]] = {
    "1 data": _data,
    "2 model": _model,
    "3 logits": _logits,
    "4 loss": _first_loss,
    "5 gradients": _gradients,
    "6 first update": _first_update,
    "7 training": _training,
}


def _weights(
    what: str, ours: Mapping[str, Sequence[float]], theirs: Mapping[str, Sequence[float]]
) -> Iterator[Difference]:
    for name in sorted({*ours, *theirs}):
        yield Difference(f"{what} {name}", _relative(ours.get(name, ()), theirs.get(name, ())), WEIGHTS_RELATIVE)


def _equal(what: str, ours: object, theirs: object) -> Difference:
    return Difference(what, 0.0 if ours == theirs else math.inf, 0.0)


def _farthest(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The largest absolute difference; infinite where one is longer or not finite."""
    if len(ours) != len(theirs) or not ours:
        return math.inf
    return _number(max(abs(a - b) for a, b in zip(ours, theirs, strict=True)))


def _relative(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """‖ours − theirs‖ / ‖ours‖ in L2; infinite where one is longer, zero where both are nothing."""
    if len(ours) != len(theirs) or not ours:
        return math.inf
    size = math.hypot(*ours)
    distance = math.dist(ours, theirs)
    if size < NOTHING:
        return 0.0 if distance < NOTHING else math.inf
    return _number(distance / size)


def _number(value: float) -> float:
    return math.inf if math.isnan(value) else value


def draw(rungs: Sequence[Rung]) -> str:
    """The ladder for people: one line a rung, then the verdict."""
    lines = [
        f"{'same  ' if rung.passes else 'DIFFER'}  {rung.name:<15} {rung.worst.what}: "
        f"{rung.worst.distance:.2g} (allowed {rung.worst.gate:.2g})"
        for rung in rungs
    ]
    failure = first_failure(rungs)
    verdict = "the two did the same work" if failure is None else f"they differ first at rung {failure.name}"
    return "\n".join([*lines, verdict])
