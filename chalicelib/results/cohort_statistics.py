"""Statistics of a cohort, one number for each delegate: from published figures, never from answers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

Numbers = Sequence[Fraction]

SURE = 1.96  # standard errors of a difference, for 95 % of the time
MIN_DELEGATES_FOR_NOISE = 20  # delegates


def icc1(rows: Sequence[Numbers]) -> Fraction | None:
    """Return how much of the variance lies between rows, ICC(1): (MSB - MSW) / (MSB + (k - 1) MSW).

    rows   n targets by k judgments, both at least 2; raises ValueError if rows differ in length

    None if nothing varies. Source: Shrout & Fleiss 1979.
    """
    n, k = len(rows), len(rows[0])
    means = [_mean(row) for row in rows]
    grand = _mean(means)
    between = k * sum(((mean - grand) ** 2 for mean in means), Fraction(0)) / (n - 1)
    within = sum(
        ((x - mean) ** 2 for row, mean in zip(rows, means, strict=True) for x, _ in zip(row, rows[0], strict=True)),
        Fraction(0),
    ) / (n * (k - 1))
    total = between + (k - 1) * within
    return (between - within) / total if total else None


def d_av(before: Numbers, after: Numbers) -> float | None:
    """Return the effect size for the same people twice: mean difference over the mean of the two standard deviations.

    Both in the same order, at least 2 each. None if nothing varies. Source: Lakens 2013.
    """
    spread = (_sd(before) + _sd(after)) / 2
    return float(_mean(after) - _mean(before)) / spread if spread else None


def g_av(before: Numbers, after: Numbers) -> float | None:
    """Return d_av corrected for its bias in small samples (Hedges), as in Lakens 2013."""
    effect = d_av(before, after)
    return None if effect is None else effect * (1 - 3 / (4 * 2 * (len(before) - 1) - 1))


def standard_error_of_difference(sd_before: float, reliability: float) -> float:
    """Return the standard error in scale points. Source: Jacobson & Truax 1991."""
    return sqrt(2 * (sd_before * sqrt(1 - reliability)) ** 2)


def reliable_change_index(before: float, after: float, standard_error: float) -> float:
    """Return the change in standard errors of a difference. Source: Jacobson & Truax 1991."""
    return (after - before) / standard_error


def larger_than_noise(before: Numbers, after: Numbers) -> tuple[str, ...]:
    """Return yes, no or cannot say for each delegate; all "cannot say" below MIN_DELEGATES_FOR_NOISE delegates.

    before, after   one figure for each delegate, in the same order

    Reliability is ICC(1) of the two waves, each less its own cohort mean: a change that all share is no error, one that
    only some had counts as error. So "yes" is too rare rather than too frequent.
    """
    nobody_knows = ("cannot say",) * len(before)
    if len(before) < MIN_DELEGATES_FOR_NOISE:
        return nobody_knows
    centre, later_centre = _mean(before), _mean(after)
    reliability = icc1([(b - centre, a - later_centre) for b, a in zip(before, after, strict=True)])
    if reliability is None or not 0 < reliability < 1 or not _sd(before):
        return nobody_knows
    error = standard_error_of_difference(_sd(before), float(reliability))
    changes = (reliable_change_index(float(b), float(a), error) for b, a in zip(before, after, strict=True))
    return tuple("yes" if abs(change) > SURE else "no" for change in changes)


def _mean(numbers: Numbers) -> Fraction:
    return sum(numbers, Fraction(0)) / len(numbers)


def _sd(numbers: Numbers) -> float:
    mean = _mean(numbers)
    return sqrt(sum(((x - mean) ** 2 for x in numbers), Fraction(0)) / (len(numbers) - 1))
