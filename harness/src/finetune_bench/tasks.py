"""What the measuring loop runs: a workload opened on a backend, seen as phases and steps."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from finetune_bench.events import Metric


@dataclass(frozen=True, kw_only=True)
class StepNumbers:
    """What one step says of itself; field names are those of the `step` event."""

    samples: int | None = None
    tokens_padded: int | None = None
    tokens_real: int | None = None
    tokens_loss: int | None = None
    loss: float | None = None
    grad_norm: float | None = None
    learning_rate: float | None = None
    model_flop: float | None = None
    accelerator_s: float | None = None
    cpu_s: float | None = None
    accelerator_flop: float | None = None
    cpu_flop: float | None = None
    bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Concluded:
    """What a phase after the last step gives: its metrics, and what it worked on where it worked on rows."""

    metrics: Sequence[Metric] = ()
    samples: int | None = None
    tokens_padded: int | None = None
    tokens_real: int | None = None


Preparation = Sequence[tuple[str, Callable[[], None]]]
Conclusion = Sequence[tuple[str, Callable[[], Concluded]]]


class Task(Protocol):
    steps: int
    dtype: str | None
    """In which its models compute, and the GEMM probe with them; None where no peak of one device is theirs."""
    warnings: Sequence[str]

    def preparation(self) -> Preparation:
        """The phases before the first step, in order."""

    def fetch(self, index: int) -> Any:
        """The data of a step, on the device when the device is next idle."""

    def step(self, index: int, data: Any) -> StepNumbers:
        """One step; its results are materialised on return."""

    def check(self, index: int) -> None:
        """Looks at the state after a step, outside its clock. CheckFailed when the step did not do its work."""

    def conclusion(self) -> Conclusion:
        """The phases after the last step, each with what it gives."""
