"""How a figure is written: the one place that rounds. Pure."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from chalicelib.report.published import Bound

MINUS = "\N{MINUS SIGN}"


def one_decimal(number: Fraction) -> Decimal:
    """Rounded half up (away from zero below it) to one decimal."""
    return _rounded(number, "0.1")


def two_decimals(number: Fraction) -> str:
    """ "0.63": for statistics; scores have one decimal."""
    return str(_rounded(number, "0.01"))


def _rounded(number: Fraction, step: str) -> Decimal:
    return (Decimal(number.numerator) / Decimal(number.denominator)).quantize(Decimal(step), ROUND_HALF_UP)


def display_mean(mean: Fraction, bound: Bound, top: int) -> str:
    """ "3.6", or "4.8 or more" where the mean is clamped; a mean that rounds to the end of the scale needs no words."""
    rounded = one_decimal(mean)
    return str(rounded) if rounded in (1, top) or bound is Bound.EXACT else f"{rounded} {bound}"


def display_gap(gap: Fraction) -> str:
    """ "+0.5", "0.0" or "−0.5" with a true minus sign."""
    rounded = one_decimal(gap)
    if rounded == 0:
        return "0.0"
    return f"+{rounded}" if rounded > 0 else f"{MINUS}{abs(rounded)}"
