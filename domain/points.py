"""Exact points: how they are written as text and read back; no binary fraction ever stands for points."""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_PATTERN: Final = r"[0-9]{1,6}(\.[0-9]{1,6})?"
_DECIMAL: Final = re.compile(_PATTERN)
_WRITTEN: Final = re.compile(r"-?([0-9]+(\.[0-9]+)?|[0-9]+/[0-9]+)")
_FINITE_PRIMES: Final = (2, 5)


@lru_cache(maxsize=4096)
def format_points(value: Fraction | Decimal | int) -> str:
    """Write points as the shortest decimal (`22.5`), or as a fraction where none is finite (`59/6`)."""
    exact = Fraction(value)
    places = _decimal_places(exact.denominator)
    if places is None:
        return f"{exact.numerator}/{exact.denominator}"
    if places == 0:
        return str(exact.numerator)
    scaled = abs(exact.numerator) * 10**places // exact.denominator
    digits = str(scaled).rjust(places + 1, "0")
    sign = "-" if exact < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def parse_points(text: str) -> Fraction:
    """Read what `format_points` wrote; raises ValueError for any other form."""
    if not _WRITTEN.fullmatch(text):
        raise ValueError(f"{text!r} is neither a decimal nor a fraction")
    try:
        return Fraction(text)
    except ZeroDivisionError as broken:
        raise ValueError(f"{text!r} divides by zero") from broken


def parse_decimal(value: object) -> Decimal:
    """Read points from a plain decimal string such as `0.25`; raises ValueError for a number or another form."""
    if isinstance(value, Decimal) and value.is_finite() and value >= 0:
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value.strip()):
        raise ValueError('points are a plain decimal in quotes, for instance "0.5"')
    return Decimal(value.strip())


def _decimal_places(denominator: int) -> int | None:
    """Digits after the point of a fraction in lowest terms; none where the decimal never ends."""
    counts = []
    for prime in _FINITE_PRIMES:
        count = 0
        while denominator % prime == 0:
            denominator //= prime
            count += 1
        counts.append(count)
    return max(counts) if denominator == 1 else None


Points = Annotated[
    Decimal,
    BeforeValidator(parse_decimal),
    PlainSerializer(format_points, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_PATTERN}$"}),
]
"""Points of a pack or a sheet: an exact, unsigned decimal, read from a string only, written as one."""
