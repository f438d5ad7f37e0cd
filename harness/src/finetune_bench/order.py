"""The work order: the JSON that fixes the work. Its hash covers the work alone, not file names, backends or knobs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from finetune_bench import PROTOCOL_VERSION
from finetune_bench.canonical import sha256_of
from finetune_bench.errors import BadInput
from finetune_bench.hub_recipes import HubCheckpoint, HubPairs, HubText, HubWords

SIDES = "sides"
"""Where the work of an order has one work for each framework, which does not do the same as the other."""

Mask = Literal["attended", "all"]


@dataclass(frozen=True, kw_only=True)
class Lora:
    """Low-rank adapters: y = Wx + scale·B(Ax), A [rank, in], B [out, rank]."""

    rank: int
    scale: float
    targets: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WeightsRecipe:
    """Uniform values of standard deviation `std`; norm gains stand around 1."""

    generator: str
    seed: int
    std: float


@dataclass(frozen=True, kw_only=True)
class RowLengths:
    """Log-normal numbers of tokens, clipped."""

    median: int
    sigma: float
    shortest: int
    longest: int


@dataclass(frozen=True, kw_only=True)
class NormalLengths:
    """Normally distributed numbers of tokens, clipped."""

    mean: float
    deviation: float
    shortest: int
    longest: int


@dataclass(frozen=True, kw_only=True)
class PairRecipe:
    """How pairs of sentences are drawn. The label decides which share of the second's tokens stems from the first."""

    generator: str
    seed: int
    vocab_size: int
    premise: NormalLengths
    hypothesis: NormalLengths
    zipf_exponent: float


@dataclass(frozen=True, kw_only=True)
class StreamRecipe:
    """How one long text is drawn: sentences of words, each followed by an end mark."""

    generator: str
    seed: int
    vocab_size: int
    sentences: NormalLengths
    zipf_exponent: float


@dataclass(frozen=True, kw_only=True)
class TextRecipe:
    """How row lengths and token ids are drawn; part of the work order."""

    generator: str
    seed: int
    vocab_size: int
    lengths: RowLengths
    zipf_exponent: float


@dataclass(frozen=True, kw_only=True)
class Weights:
    recipe: WeightsRecipe | HubCheckpoint
    dtype: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Data:
    recipe: TextRecipe | HubText
    rows: int
    validation_rows: int
    length_histogram: dict[str, int]
    sha256: str


@dataclass(frozen=True, kw_only=True)
class PairData:
    recipe: PairRecipe | HubPairs
    rows: int
    validation_rows: int
    length_histogram: dict[str, int]
    """Of both sentences of every training row."""
    sha256: str


@dataclass(frozen=True, kw_only=True)
class StreamData:
    """A text and how it is cut: window i holds the `context` tokens from `i × stride` on, and the one after them."""

    recipe: StreamRecipe | HubWords
    tokens: int
    validation_tokens: int
    context: int
    stride: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Loss:
    """Cross entropy of the token `shift` places on, in nats.

    `attended` leaves padding out of the targets, `all` keeps it. The loss of an optimiser step is the sum over
    its loss tokens, of all micro-batches together, divided by their number.
    """

    mask: Mask
    shift: int
    reduction: Literal["step-token-mean"]


@dataclass(frozen=True, kw_only=True)
class LabelLoss:
    """Cross entropy of a row's label, in nats: the sum over the rows of an optimiser step divided by their number."""

    classes: int
    reduction: Literal["step-row-mean"]


@dataclass(frozen=True, kw_only=True)
class Optimiser:
    """AdamW with decoupled decay; `clip` is the largest global gradient norm, None for no clipping.

    Gradients are scaled by min(1, clip / (norm + 1e-6)).
    """

    name: Literal["adamw"]
    beta1: float
    beta2: float
    eps: float
    weight_decay: float
    bias_correction: bool
    clip: float | None
    learning_rates: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Trainable:
    """`lora` trains the adapters, `all` every tensor, `last-blocks-and-head` the head and the blocks nearest to it;
    `also` names tensors that train besides those of the rule.

    `hash` is the sha256 of the canonical JSON of the sorted list of [name, shape].
    """

    rule: Literal["lora", "all", "last-blocks-and-head"]
    also: tuple[str, ...]
    parameters: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Precision:
    """`weights` are what the optimiser moves; where `compute` differs, the model computes on copies in that type."""

    weights: str
    compute: str
    tf32: bool


@dataclass(frozen=True)
class Order:
    """A work order with the files it needs, by their names inside the cache folder."""

    work: dict[str, Any]
    work_hash: str
    comparison_class: str
    hyperparameters: dict[str, Any]
    files: dict[str, str]

    @property
    def workload(self) -> str:
        return str(self.work["workload"])

    def on(self, framework: str) -> "Order":
        """What one framework does of it: its side, where the order has sides, else all."""
        if SIDES not in self.work:
            return self
        prefix = f"{framework}."
        files = {name.removeprefix(prefix): file for name, file in self.files.items() if name.startswith(prefix)}
        return replace(self, work=self.work[SIDES][framework], files=files)


def trainable_hash(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return sha256_of([[name, list(shapes[name])] for name in sorted(shapes)])


def make_order(
    work: dict[str, Any], comparison_class: str, hyperparameters: dict[str, Any], files: dict[str, str]
) -> Order:
    return Order(work, sha256_of(work), comparison_class, hyperparameters, files)


def order_text(order: Order) -> str:
    """The file's text. The work stands on one line: it holds every batch and learning rate."""
    rest = {
        "protocol": PROTOCOL_VERSION,
        "work_hash": order.work_hash,
        "comparison_class": order.comparison_class,
        "hyperparameters": order.hyperparameters,
        "files": order.files,
    }
    head = json.dumps(rest, indent=2)[:-2]
    return f'{head},\n  "work": {json.dumps(order.work)}\n}}\n'


def read_order(path: Path) -> Order:
    """Reads and checks an order; BadInput when it is damaged or was changed after it was hashed."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"cannot read the work order {path}: {error}") from error
    if not isinstance(value, dict) or value.get("protocol") != PROTOCOL_VERSION:
        raise BadInput(f"{path} is no work order of protocol {PROTOCOL_VERSION}; write one with `prepare`")
    try:
        order = Order(**{name: value[name] for name in Order.__dataclass_fields__})
        actual = sha256_of(order.work)
        order.work["workload"]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadInput(f"the work order {path} is damaged: {error!r}; write it anew with `prepare`") from error
    if actual != order.work_hash:
        raise BadInput(f"the work order {path} was changed: its work hashes to {actual}, it says {order.work_hash}")
    return order
