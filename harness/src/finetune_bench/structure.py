"""Frozen dataclasses to and from plain JSON values, strictly: no field missing, none unknown, none of another type."""

import types
from dataclasses import fields, is_dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from finetune_bench.errors import BadInput

T = TypeVar("T")


def from_json(cls: type[T], value: object, where: str) -> T:
    """An instance of a dataclass; BadInput names the place that is wrong."""
    if not isinstance(value, dict):
        raise BadInput(f"{where} must be an object, got {type(value).__name__}")
    hints = get_type_hints(cls)
    names = [field.name for field in fields(cls)]  # type: ignore[arg-type]
    for key in value:
        if key not in names:
            raise BadInput(f"{where} has an unknown field {key!r}; known: {', '.join(names)}")
    for name in names:
        if name not in value:
            raise BadInput(f"{where}.{name} is missing")
    return cls(**{name: _value(hints[name], value[name], f"{where}.{name}") for name in names})


def _value(hint: Any, value: object, where: str) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if is_dataclass(hint) and isinstance(hint, type):
        return from_json(hint, value, where)
    if origin is Literal:
        if value in arguments:
            return value
    elif origin is types.UnionType:
        return None if value is None and type(None) in arguments else _value(_member(arguments, value), value, where)
    elif origin is tuple:
        if isinstance(value, list):
            return tuple(_value(arguments[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    elif origin is dict:
        if isinstance(value, dict):
            return {key: _value(arguments[1], item, f"{where}.{key}") for key, item in value.items()}
    elif hint is float:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    elif isinstance(value, hint) and (hint is bool or not isinstance(value, bool)):
        return value
    raise BadInput(f"{where} must be {getattr(hint, '__name__', hint)}, got {value!r}")


def _member(arguments: tuple[Any, ...], value: object) -> Any:
    """Of a union a tuple for a list, the dataclass that has the value's fields, else the first: `X | None` is X."""
    if isinstance(value, list):
        return next((one for one in arguments if get_origin(one) is tuple), arguments[0])
    given = set(value) if isinstance(value, dict) else set()
    return next(
        (one for one in arguments if is_dataclass(one) and {field.name for field in fields(one)} == given), arguments[0]
    )


def to_json(value: object) -> Any:
    """The plain JSON value of a dataclass, tuples as lists."""
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value
