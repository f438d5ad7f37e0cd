"""Dataclasses from JSON: strict in both directions."""

from dataclasses import dataclass
from typing import Any, Literal

import pytest

from finetune_bench.errors import BadInput
from finetune_bench.structure import from_json, to_json


@dataclass(frozen=True)
class Inner:
    rate: float
    flag: bool


@dataclass(frozen=True)
class Outer:
    name: str
    count: int
    kind: Literal["a", "b"]
    limit: float | None
    inner: Inner
    batches: tuple[tuple[int, ...], ...]
    counts: dict[str, int]
    sizes: int | tuple[int, ...]


VALUE: dict[str, Any] = {
    "name": "x",
    "count": 3,
    "kind": "a",
    "limit": None,
    "inner": {"rate": 1, "flag": True},
    "batches": [[1, 2], []],
    "counts": {"0": 5},
    "sizes": [4, 3],
}


def test_there_and_back() -> None:
    outer = from_json(Outer, VALUE, "work")
    assert outer == Outer("x", 3, "a", None, Inner(1.0, True), ((1, 2), ()), {"0": 5}, (4, 3))
    assert to_json(outer) == VALUE
    assert isinstance(outer.inner.rate, float)
    assert from_json(Outer, VALUE | {"sizes": 4}, "work").sizes == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"count": "3"}, "work.count must be int, got '3'"),
        ({"count": True}, "work.count must be int, got True"),
        ({"count": 3.0}, "work.count must be int"),
        ({"kind": "c"}, "work.kind must be"),
        ({"limit": "no"}, "work.limit must be float"),
        ({"inner": {"rate": 1}}, "work.inner.flag is missing"),
        ({"inner": {"rate": 1, "flag": 1}}, "work.inner.flag must be bool"),
        ({"inner": None}, "work.inner must be an object"),
        ({"batches": [[1, "2"]]}, "work.batches[0][1] must be int"),
        ({"batches": [1]}, "work.batches[0] must be"),
        ({"counts": {"0": None}}, "work.counts.0 must be int"),
        ({"sizes": ["4"]}, "work.sizes[0] must be int"),
        ({"sizes": "4"}, "work.sizes must be int"),
        ({"extra": 1}, "work has an unknown field 'extra'"),
    ],
)
def test_the_message_names_the_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        from_json(Outer, VALUE | change, "work")
    assert message in str(refused.value)
