"""Round and format figures: the one place that rounds. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from msgspec import Struct

MINUS = "\N{MINUS SIGN}"
FINEST = 10**6


def one_decimal(number: Fraction) -> Decimal:
    """Round half up (away from zero below it) to one decimal."""
    return _rounded(number, 1)


def two_decimals(number: Fraction) -> str:
    """Format a statistic with two decimals: "0.63". Scores have one."""
    return str(_rounded(number, 2))


def _rounded(number: Fraction, places: int) -> Decimal:
    """Round in whole numbers: a quotient of Decimals would be rounded twice."""
    steps = abs(number) * 10**places
    nearest = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    return Decimal(nearest if number >= 0 else -nearest).scaleb(-places)


def half_points(number: Fraction) -> Fraction:
    """Round to halves, half up (away from zero below it)."""
    doubled = abs(number) * 2
    halves = Fraction((2 * doubled.numerator + doubled.denominator) // (2 * doubled.denominator), 2)
    return halves if number >= 0 else -halves


class Bound(StrEnum):
    """How a figure relates to the true value: only a clamped sum is known, and it is shown as such."""

    EXACT = ""
    OR_MORE = "or more"
    OR_LESS = "or less"
    OR_SO = "or so"  # either: computed from parts that are bounded on both sides


class Range(Struct, frozen=True):
    """A figure, and the limits of its true value. They are the same unless something in it was clamped."""

    shown: Fraction
    low: Fraction
    high: Fraction

    def __sub__(self, other: Range) -> Range:
        return Range(self.shown - other.shown, self.low - other.high, self.high - other.low)

    @property
    def is_exact(self) -> bool:
        """Return whether there is nothing beyond the figure, without comparing numbers."""
        return self.low is self.shown is self.high

    @property
    def bound(self) -> Bound:
        """Return the bound as printed: one that rounds to the same number needs no words."""
        printed = one_decimal(self.shown)
        is_lower, is_higher = one_decimal(self.low) < printed, one_decimal(self.high) > printed
        if is_lower and is_higher:
            return Bound.OR_SO
        return Bound.OR_LESS if is_lower else Bound.OR_MORE if is_higher else Bound.EXACT


def on_scale(interval: Range, top: int) -> Range:
    return Range(interval.shown, max(interval.low, Fraction(1)), min(interval.high, Fraction(top)))


def exactly(number: Any) -> Range:
    return Range(number, number, number)


def weighted(parts: Iterable[tuple[Fraction, Range]]) -> Range:
    """Return the weighted sum of ranges: what is known of each part stays known of the whole."""
    pairs = list(parts)
    displayed = sum((weight * part.shown for weight, part in pairs), Fraction(0))
    if all(part.is_exact for _, part in pairs):
        return exactly(displayed)
    low = sum((weight * part.low for weight, part in pairs), Fraction(0))
    return Range(displayed, low, sum((weight * part.high for weight, part in pairs), Fraction(0)))


BOUNDS = {Bound.OR_MORE: "at_least", Bound.OR_LESS: "at_most", Bound.OR_SO: "about", Bound.EXACT: ""}


def bounds_of(interval: Range, rule: int = 1) -> dict[str, Any]:
    """Return the bounds of a figure for facts.json. Rule 1: none if the figure is exact."""
    bounds = {"bounds": (float(interval.low), float(interval.high))} if rule > 1 else {}
    if interval.low == interval.shown == interval.high:
        return bounds
    return {"bound": BOUNDS[interval.bound], "low": str(interval.low), "high": str(interval.high), **bounds}


def read_range(displayed: Fraction, low: str, high: str) -> Range:
    return Range(displayed, Fraction(low) if low else displayed, Fraction(high) if high else displayed)


def read_exact(number: float) -> Fraction:
    """Return the fraction that a float was made from: exactly, for a denominator of up to FINEST."""
    return Fraction(number).limit_denominator(FINEST)


def display_mean(mean: Range) -> str:
    """Format a mean: "3.6", or "4.8 or more" if it is clamped."""
    return f"{one_decimal(mean.shown)} {mean.bound}".strip()


def display_gap(gap: Fraction | Range) -> str:
    """Format a gap: "+0.5", "0.0" or "−0.5" with a true minus sign; "+0.3 or less" if one of its figures is clamped."""
    interval = gap if isinstance(gap, Range) else exactly(gap)
    return f"{_signed(one_decimal(interval.shown))} {interval.bound}".strip()


def _signed(number: Decimal) -> str:
    if number == 0:
        return "0.0"
    return f"+{number}" if number > 0 else f"{MINUS}{abs(number)}"
