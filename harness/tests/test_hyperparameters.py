"""Values of `set`: what is taken, what is refused, and whether the message helps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetune_bench.errors import BadInput
from finetune_bench.hyperparameters import Hyperparameter, resolve
from finetune_bench.request import parse_request
from finetune_bench.workloads import WORKLOADS, find_workload
from support import LORA, request

DECLARED = (
    Hyperparameter(name="rows", type="int", help="rows", tiny=4, real=400, minimum=1),
    Hyperparameter(name="learning_rate", type="float", help="rate", tiny=0.1, real=0.01, minimum=0),
    Hyperparameter(name="packed", type="bool", help="packing", tiny=False, real=True),
    Hyperparameter(name="schedule", type="str", help="shape", tiny="flat", real="flat", choices=("flat", "linear")),
)


def test_what_is_not_given_takes_the_default_of_the_size() -> None:
    assert resolve(DECLARED, "tiny", {}, "w") == {
        "rows": 4,
        "learning_rate": 0.1,
        "packed": False,
        "schedule": "flat",
    }
    assert resolve(DECLARED, "real", {"rows": 7}, "w")["rows"] == 7


def test_a_whole_number_is_a_float_where_a_float_is_wanted() -> None:
    value = resolve(DECLARED, "tiny", {"learning_rate": 1}, "w")["learning_rate"]
    assert isinstance(value, float)


@pytest.mark.parametrize(
    ("given_set", "message"),
    [
        ({"row": 8}, "no hyperparameter 'row' (did you mean \"rows\"?); accepted in set: rows, learning_rate"),
        ({"learning-rate": 1e-4}, '(did you mean "learning_rate"?)'),
        ({"temperature": 1}, "accepted in set: rows, learning_rate, packed, schedule"),
        ({"rows": 8.5}, "set.rows must be a whole number, got 8.5"),
        ({"rows": "8"}, "set.rows must be a whole number, got '8'"),
        ({"rows": True}, "set.rows must be a whole number, got True"),
        ({"rows": None}, "set.rows must be a whole number, got None"),
        ({"rows": 0}, "set.rows must be at least 1, got 0"),
        ({"rows": 2**53}, "set.rows must be at most 9007199254740991, got 9007199254740992"),
        ({"rows": 2**2000}, "set.rows must be at most 9007199254740991, got "),
        ({"learning_rate": -1e-9}, "set.learning_rate must be at least 0"),
        ({"learning_rate": float("nan")}, "set.learning_rate must be a number"),
        ({"learning_rate": 2**2000}, "set.learning_rate must be a number"),
        ({"packed": 1}, "set.packed must be true or false, got 1"),
        ({"schedule": "liner"}, "must be one of flat, linear; got 'liner' (did you mean \"linear\"?)"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_accepted(given_set: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        resolve(DECLARED, "tiny", given_set, "w")
    assert message in str(refused.value)


NUMBERS = [(one.name, number.name) for one in WORKLOADS for number in one.hyperparameters if number.type == "float"]


@pytest.mark.parametrize(("workload", "name"), NUMBERS)
def test_a_number_whose_products_no_float32_holds_is_refused(workload: str, name: str) -> None:
    """Torch would end in a traceback of its own: of the learning rate alone, or of its product with the decay."""
    (limit,) = (one.below for one in find_workload(workload).hyperparameters if one.name == name)
    assert limit is not None
    assert np.isfinite(np.float32(10 * limit) * np.float32(limit))
    for value in (1e300, limit):
        with pytest.raises(BadInput, match=f"set.{name} must be less than {limit:g}, got {value!r}".replace("+", ".")):
            parse_request(request(workload, {name: value}))


@given(st.sampled_from(WORKLOADS), st.sampled_from(["tiny", "real"]), st.data())
def test_every_declared_default_is_accepted_by_its_own_rule(workload, size, data) -> None:
    parameter = data.draw(st.sampled_from(workload.hyperparameters))
    assert parameter.parse(parameter.default(size)) == parameter.default(size)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"workload": "lora-alpaca"}, f"unknown workload 'lora-alpaca' (did you mean \"{LORA}\"?); known: {LORA}"),
        ({"preset": "Strict "}, '(did you mean "strict"?); known: strict'),
        ({"size": "huge"}, "known: tiny, real"),
        ({"size": None}, "size must be a text, got None"),
        ({"protocol": 2}, "speaks protocol 1, the request protocol 2"),
        ({"sets": {}}, "no field 'sets' (did you mean \"set\"?)"),
        ({"set": [1]}, "set must be an object"),
    ],
)
def test_a_wrong_request_is_refused_with_what_is_accepted(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_request(request(LORA) | changes)
    assert message in str(refused.value)


@pytest.mark.parametrize("value", [None, [], "x", 3])
def test_a_request_is_an_object(value: object) -> None:
    with pytest.raises(BadInput):
        parse_request(value)
