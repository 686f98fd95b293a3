"""How a figure is written: the one place that rounds. Pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from msgspec import Struct

from chalicelib.results.published import Bound

MINUS = "\N{MINUS SIGN}"
FINEST = 10**6


def one_decimal(number: Fraction) -> Decimal:
    """Rounded half up (away from zero below it) to one decimal."""
    return _rounded(number, 1)


def two_decimals(number: Fraction) -> str:
    """ "0.63": for statistics; scores have one decimal."""
    return str(_rounded(number, 2))


def _rounded(number: Fraction, places: int) -> Decimal:
    """In whole numbers: a quotient of Decimals would be rounded twice."""
    steps = abs(number) * 10**places
    nearest = (2 * steps.numerator + steps.denominator) // (2 * steps.denominator)
    return Decimal(nearest if number >= 0 else -nearest).scaleb(-places)


class Range(Struct, frozen=True):
    """A figure, and between which numbers the truth lies. They are the same unless something in it was clamped."""

    shown: Fraction
    low: Fraction
    high: Fraction

    def __sub__(self, other: Range) -> Range:
        return Range(self.shown - other.shown, self.low - other.high, self.high - other.low)

    @property
    def bound(self) -> Bound:
        """As it is printed: a bound that rounds to the same number needs no words."""
        shown = one_decimal(self.shown)
        less, more = one_decimal(self.low) < shown, one_decimal(self.high) > shown
        if less and more:
            return Bound.OR_SO
        return Bound.OR_LESS if less else Bound.OR_MORE if more else Bound.EXACT


def range_on_scale(mean: Fraction, below: Fraction, above: Fraction, top: int) -> Range:
    return Range(mean, max(mean - below, Fraction(1)), min(mean + above, Fraction(top)))


def exactly(number: Fraction) -> Range:
    return Range(number, number, number)


BOUNDS = {Bound.OR_MORE: "at_least", Bound.OR_LESS: "at_most", Bound.OR_SO: "about", Bound.EXACT: ""}


def told_bounds(found: Range) -> dict[str, str]:
    """The bounds of a figure as facts.json tells them: empty where the truth is the figure itself."""
    if found.low == found.shown == found.high:
        return {}
    return {"bound": BOUNDS[found.bound], "low": str(found.low), "high": str(found.high)}


def read_range(shown: Fraction, low: str, high: str) -> Range:
    return Range(shown, Fraction(low or shown), Fraction(high or shown))


def read_exact(number: float) -> Fraction:
    """The fraction that a float was made from: exactly, for a denominator of up to FINEST."""
    return Fraction(number).limit_denominator(FINEST)


def display_mean(mean: Range) -> str:
    """ "3.6", or "4.8 or more" where the mean is clamped."""
    return f"{one_decimal(mean.shown)} {mean.bound}".strip()


def display_gap(gap: Fraction | Range) -> str:
    """ "+0.5", "0.0" or "−0.5" with a true minus sign; "+0.3 or less" where one of its figures is clamped."""
    found = gap if isinstance(gap, Range) else exactly(gap)
    return f"{_signed(one_decimal(found.shown))} {found.bound}".strip()


def _signed(number: Decimal) -> str:
    if number == 0:
        return "0.0"
    return f"+{number}" if number > 0 else f"{MINUS}{abs(number)}"
