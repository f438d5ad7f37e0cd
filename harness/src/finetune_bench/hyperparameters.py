"""Hyperparameters that `set` may change: their types, ranges and defaults, and messages that help when one is wrong."""

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from finetune_bench.errors import BadInput

Scalar = int | float | bool | str
TypeName = Literal["int", "float", "bool", "str"]

LARGEST_WHOLE = 2**53 - 1
"""The largest whole number that JSON holds exactly, whoever reads it."""

_WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "a text"}


@dataclass(frozen=True, kw_only=True)
class Hyperparameter:
    name: str
    type: TypeName
    help: str
    tiny: Scalar
    real: Scalar
    minimum: int | float | None = None
    below: int | float | None = None
    choices: tuple[Scalar, ...] | None = None
    not_on: Mapping[str, tuple[Scalar, ...]] | None = None
    """Framework → the values that it cannot do."""

    def default(self, size: str) -> Scalar:
        return self.tiny if size == "tiny" else self.real

    def to_json(self) -> dict[str, object]:
        """The form in the catalogue that `list` prints."""
        optional: dict[str, object] = {}
        if self.minimum is not None:
            optional["minimum"] = self.minimum
        if self.below is not None:
            optional["below"] = self.below
        if self.choices is not None:
            optional["choices"] = list(self.choices)
        if self.not_on is not None:
            optional["not_on"] = {framework: list(values) for framework, values in self.not_on.items()}
        default = {"tiny": self.tiny, "real": self.real}
        return {"name": self.name, "type": self.type, "help": self.help, **optional, "default": default}

    def parse(self, value: object) -> Scalar:
        """The value in its declared type, or BadInput naming what is accepted."""
        parsed = _cast(self.type, value)
        if parsed is None:
            raise BadInput(f"set.{self.name} must be {_WORDS[self.type]}, got {value!r}")
        if self.choices is not None and parsed not in self.choices:
            accepted = [str(choice) for choice in self.choices]
            hint = did_you_mean(str(value), accepted)
            raise BadInput(f"set.{self.name} must be one of {', '.join(accepted)}; got {value!r}{hint}")
        if self.minimum is not None and not isinstance(parsed, str) and parsed < self.minimum:
            raise BadInput(f"set.{self.name} must be at least {self.minimum}, got {value!r}")
        if self.type == "int" and not isinstance(parsed, str) and parsed > LARGEST_WHOLE:
            raise BadInput(f"set.{self.name} must be at most {LARGEST_WHOLE}, got {value!r}")
        if self.below is not None and not isinstance(parsed, str) and parsed >= self.below:
            raise BadInput(f"set.{self.name} must be less than {self.below:g}, got {value!r}")
        return parsed


def _cast(type_name: TypeName, value: object) -> Scalar | None:
    match type_name, value:
        case "bool", bool():
            return value
        case _, bool():
            return None
        case "int", int():
            return value
        case "float", int() | float():
            return _finite(value)
        case "str", str():
            return value
    return None


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return None
    return number if math.isfinite(number) else None


def resolve(
    declared: Sequence[Hyperparameter], size: str, overrides: Mapping[str, object], workload: str
) -> dict[str, Scalar]:
    """Every hyperparameter with the value in force, in declared order: the size's default unless overridden."""
    by_name = {parameter.name: parameter for parameter in declared}
    for name in overrides:
        if name not in by_name:
            accepted = ", ".join(by_name)
            raise BadInput(
                f"{workload} has no hyperparameter {name!r}{did_you_mean(name, by_name)}; accepted in set: {accepted}"
            )
    return {
        name: parameter.parse(overrides[name]) if name in overrides else parameter.default(size)
        for name, parameter in by_name.items()
    }


def did_you_mean(given: str, accepted: Iterable[str]) -> str:
    """` (did you mean "x"?)`, or nothing when no accepted name is near."""
    plain = {_plain(name): name for name in accepted}
    near = difflib.get_close_matches(_plain(given), plain, n=1, cutoff=0.6)
    return f' (did you mean "{plain[near[0]]}"?)' if near else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")
