"""How often chance alone makes a report say something: a seeded simulation of raters who see no difference.

The raters are those that decision 37 models: a behaviour's level, a rater's leniency, and the rest, rounded to five
points. The limits are the product's; the bounds of the tests are wide, so that only a wrong rule fails them.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from statistics import NormalDist, fmean

import pytest

from chalicelib.results.rounding import exactly
from chalicelib.results.statements import CHANGE_TIMES, GAP_TIMES, error_of_gap, says
from chalicelib.results.uncertainty import Spread, error_of_difference, standard_error

BEHAVIOUR, RATER, REST = 0.12, 0.35, 0.45  # variances
LEVEL, BEHAVIOURS, COMPETENCIES = 3.8, 4, 9
REPORTS = 250
SPREAD = Spread(Fraction(85, 100), Fraction(4, 10))
Means = list[float]  # of each behaviour of a report


def levels(chance: random.Random) -> Means:
    return [chance.gauss(LEVEL, BEHAVIOUR**0.5) for _ in range(BEHAVIOURS * COMPETENCIES)]


def leniencies(chance: random.Random, n: int) -> list[float]:
    return [chance.gauss(0, RATER**0.5) for _ in range(n)]


def rated(chance: random.Random, level: Means, lenient: list[float]) -> Means:
    """Return the means of raters who answer independently."""
    rest = REST**0.5
    totals = [sum(min(5, max(1, round(b + r + chance.gauss(0, rest)))) for r in lenient) for b in level]
    return [total / len(lenient) for total in totals]


def truth(level: Means) -> Means:
    """Return what raters without number give on average, after rounding."""
    noise = NormalDist(0, (RATER + REST) ** 0.5)
    return [5 - sum(noise.cdf(point + 0.5 - b) for point in range(1, 5)) for b in level]


def by_competency(means: Means) -> Means:
    return [fmean(means[k : k + BEHAVIOURS]) for k in range(0, len(means), BEHAVIOURS)]


def said(differences: Means, se: Fraction, times: Fraction) -> int:
    return sum(bool(says(exactly(Fraction(d).limit_denominator(10**6)), se, times)) for d in differences)


def minus(first: Means, second: Means) -> Means:
    return [a - b for a, b in zip(first, second, strict=True)]


def average(report: Callable[[random.Random], int], seed: int) -> float:
    chance = random.Random(seed)
    return fmean(report(chance) for _ in range(REPORTS))


@pytest.mark.parametrize("n", [5, 7, 10])
def test_chance_says_of_one_behaviour_in_forty_that_self_differs(n):
    se = error_of_gap("item", standard_error(n, 1, SPREAD))

    def report(chance: random.Random) -> int:
        level = levels(chance)
        own = [float(round(mean)) for mean in truth(level)]
        return said(minus(own, rated(chance, level, leniencies(chance, n))), se, GAP_TIMES)

    assert 0.1 < average(report, n) < 1.0  # of 36; 0.4 to 0.7 in a larger simulation


@pytest.mark.parametrize("n", [5, 7, 10])
def test_chance_says_of_one_competency_in_ninety_that_self_differs(n):
    se = error_of_gap("competency", standard_error(n, BEHAVIOURS, SPREAD))

    def report(chance: random.Random) -> int:
        level = levels(chance)
        others = rated(chance, level, leniencies(chance, n))
        return said(minus(by_competency(truth(level)), by_competency(others)), se, GAP_TIMES)

    assert average(report, n) < 0.25  # of 9; 0.1


@pytest.mark.parametrize(("first", "second"), [(3, 3), (5, 5), (1, 5)])
def test_chance_says_in_few_reports_that_groups_differ(first, second):
    se = error_of_difference(*(standard_error(n, BEHAVIOURS, SPREAD) for n in (first, second)))

    def report(chance: random.Random) -> int:
        level = levels(chance)
        means, other = (by_competency(rated(chance, level, leniencies(chance, n))) for n in (first, second))
        return said(minus(means, other), se, GAP_TIMES)

    assert average(report, first) < 0.25  # of 9; 0.1, and 1.7 at a fixed limit of 1.0 between a manager and five


@pytest.mark.parametrize("same", [True, False], ids=["the-same-raters", "other-raters"])
def test_chance_says_of_half_a_competency_that_it_changed_if_other_people_answer(same):
    se = error_of_difference(*[standard_error(7, BEHAVIOURS, SPREAD)] * 2)

    def report(chance: random.Random) -> int:
        level, lenient = levels(chance), leniencies(chance, 7)
        before = by_competency(rated(chance, level, lenient))
        after = by_competency(rated(chance, level, lenient if same else leniencies(chance, 7)))
        return said(minus(after, before), se, CHANGE_TIMES)

    share = average(report, 1)
    assert share < 0.05 if same else 0.2 < share < 0.8  # of 9; 0.0 and 0.5


def test_the_simulation_notices_a_fixed_limit():
    """A limit of half a point for every n: a quarter of all behaviours differ by chance."""
    half = Fraction(1, 2) / GAP_TIMES

    def report(chance: random.Random) -> int:
        level = levels(chance)
        own = [float(round(mean)) for mean in truth(level)]
        return said(minus(own, rated(chance, level, leniencies(chance, 5))), half, GAP_TIMES)

    assert average(report, 1) > 5


def test_real_gaps_are_mostly_said():
    """A gap of 0.8 on every competency, seven raters: 80 % in a larger simulation."""
    se = standard_error(7, BEHAVIOURS, SPREAD)

    def report(chance: random.Random) -> int:
        level = levels(chance)
        own = [mean + 0.8 for mean in by_competency(truth(level))]
        return said(minus(own, by_competency(rated(chance, level, leniencies(chance, 7)))), se, GAP_TIMES)

    assert 0.7 * COMPETENCIES < average(report, 2) < 0.9 * COMPETENCIES
