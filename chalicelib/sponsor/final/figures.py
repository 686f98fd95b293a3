"""Make single figures of an edition: means, differences and whether a difference is clear. Pure.

One standard everywhere: a difference is clear if it is larger than one and a half standard errors. The spread of people
is fixed in the programme file, so whether a difference is clear depends on nothing but the difference and the counts.
"""

from __future__ import annotations

from fractions import Fraction

from chalicelib.core.model import Programme
from chalicelib.results.change import CANNOT_SAY, display_change
from chalicelib.results.facts import CohortMean
from chalicelib.results.rounding import Range, display_gap, display_mean, one_decimal, read_exact, read_range
from chalicelib.results.sponsor_rule import Reading, mean
from chalicelib.results.uncertainty import Spread, error_of_difference, spread_of, standard_error
from chalicelib.sponsor.final.facts import Figure

ERRORS = Fraction(3, 2)  # standard errors that a difference must be larger than


def printed(interval: Range) -> Range:
    """Round a figure as it is printed. Differences are computed from printed figures."""
    value = Fraction(one_decimal(interval.shown))
    low = value if interval.low == interval.shown else interval.low
    return Range(value, low, value if interval.high == interval.shown else interval.high)


def mean_figure(reading: Reading) -> tuple[Figure, Range] | None:
    counted = mean(reading)
    if counted is None:
        return None
    return _mean(counted.range, counted.n)


def cohort_figure(mean: CohortMean) -> tuple[Figure, Range]:
    """Return a published mean of the reports."""
    return _mean(read_range(read_exact(mean.mean), mean.low, mean.high), mean.delegates)


def _mean(interval: Range, n: int) -> tuple[Figure, Range]:
    return Figure(display_mean(interval), float(one_decimal(interval.shown)), n), printed(interval)


def change_figure(before: Range, after: Range, n: int, error: Fraction) -> Figure:
    """Return the difference of two printed means."""
    change = after - before
    words = display_change(change)
    clear = words != CANNOT_SAY and _is_clear(change, error)
    return Figure(words, float(one_decimal(change.shown)), n, _limit(error), clear)


def signed_figure(reading: Reading, programme: Programme) -> Figure | None:
    """Return a mean around zero, such as a change of -3 to +3."""
    counted = mean(reading)
    if counted is None:
        return None
    error = error_on(counted.n, reading.top, programme)
    displayed = float(one_decimal(counted.range.shown))
    return Figure(display_gap(counted.range), displayed, counted.n, _limit(error), _is_clear(counted.range, error))


def _limit(error: Fraction) -> float:
    return round(float(ERRORS * error), 2)


def _is_clear(change: Range, error: Fraction) -> bool:
    """Return whether a difference is clear for every value within its bounds."""
    limit = ERRORS * error
    return change.low > limit or change.high < -limit


def error_on(n: int, points: int, programme: Programme) -> Fraction:
    """Return the standard error of a mean of single answers on a scale of so many points."""
    spread = spread_of(programme)
    wider = spread.sd * Fraction(points - 1, programme.top - 1)
    return standard_error(n, 1, Spread(wider, spread.halo))


def error_of_change(programme: Programme, before: tuple[int, int], after: tuple[int, int]) -> Fraction:
    """Return the standard error of a change. before, after: delegates, and behaviours that each rated."""
    spread = spread_of(programme)
    return error_of_difference(standard_error(*before, spread), standard_error(*after, spread))
