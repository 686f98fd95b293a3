"""Standard errors of figures, from how many rated and from constants that everyone may know; never from answers. Pure.

A standard error made of this report's answers, or of a small cohort's, would reveal something about them.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import isqrt

from msgspec import Struct

from chalicelib.core.model import Programme

USUAL_RATER_SD = Fraction(85, 100)  # scale points, of one rater on one behaviour of a scale of five points
STEPS = 10_000  # a standard error is a whole number of these parts of a scale point, so that it is exact in facts.json
WHOLE_ANSWER = Fraction(1, 12)  # variance of an answer that can only be given in whole points


class Spread(Struct, frozen=True):
    """How far raters of the same person differ."""

    sd: Fraction  # of one rater's ratings of one behaviour, in scale points
    halo: Fraction  # share of that variance that is one rater's leniency towards everything


def spread_of(programme: Programme) -> Spread:
    """Return the spread that the programme file fixes. The usual one is spread evenly over other scales."""
    if programme.rater_sd is None:
        sd = USUAL_RATER_SD * Fraction(programme.top - 1, 4)
    else:
        sd = Fraction(str(programme.rater_sd))
    return Spread(sd, Fraction(str(programme.rater_halo)))


@cache
def standard_error(n: int, behaviours: int, spread: Spread) -> Fraction:
    """Return the standard error of a mean of n raters over so many behaviours, in scale points."""
    return root(spread.sd**2 * (spread.halo + (1 - spread.halo) / behaviours) / n)


@cache
def error_of_difference(first: Fraction, second: Fraction) -> Fraction:
    """Return the standard error of a difference of two independent figures."""
    return root(first**2 + second**2)


def error_of_mean(parts: tuple[tuple[Fraction, Fraction], ...]) -> Fraction:
    """Return the standard error of a weighted mean. parts: weight and standard error of each."""
    return root(sum((weight**2 * se**2 for weight, se in parts), Fraction(0)))


def with_whole_answer(se: Fraction) -> Fraction:
    """Return the standard error of the difference from one answer of the delegate's own."""
    return root(se**2 + WHOLE_ANSWER)


@cache
def root(variance: Fraction) -> Fraction:
    """Return the square root, to the nearest of STEPS."""
    doubled = isqrt(4 * STEPS**2 * variance.numerator // variance.denominator)
    return Fraction((doubled + 1) // 2, STEPS)
