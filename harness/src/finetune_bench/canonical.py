"""Canonical JSON (RFC 8785), so that one work has one hash in every language."""

import hashlib
import json
import math
from decimal import Decimal

_MAX_SAFE_INTEGER = 2**53 - 1


def format_number(value: float) -> str:
    """A number as ECMAScript writes it (RFC 8785, 3.2.2.3).

    Python's `repr` gives the same shortest digits; only the layout differs: ECMAScript keeps plain decimals
    from 1e-6 up to, not including, 1e21.
    """
    if isinstance(value, int):
        if abs(value) > _MAX_SAFE_INTEGER:
            raise ValueError(f"{value} is no exact double: canonical JSON cannot hold it")
        return str(value)
    if not math.isfinite(value):
        raise ValueError(f"canonical JSON cannot hold {value}")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    _, digit_tuple, exponent = Decimal(repr(abs(value))).normalize().as_tuple()
    digits = "".join(map(str, digit_tuple))
    point = len(digits) + int(exponent)  # the decimal point stands after this many digits
    if len(digits) <= point <= 21:
        return sign + digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{fraction}e{point - 1:+d}"


def canonical_json(value: object) -> str:
    """The one text of a JSON value: sorted keys (by UTF-16 code units), no spaces, ECMAScript numbers."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return format_number(value)
        case str():
            return _string(value)
        case list() | tuple():
            return f"[{','.join(map(canonical_json, value))}]"
        case dict():
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return "{" + ",".join(f"{_string(key)}:{canonical_json(value[key])}" for key in keys) + "}"
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _string(text: str) -> str:
    text.encode("utf-8")  # a lone surrogate is refused, as RFC 8785 asks
    return json.dumps(text, ensure_ascii=False)


def sha256_of(value: object) -> str:
    """sha256 of the canonical JSON of a value, hex."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
