"""Compute scores from published item figures and from which items each rater rated; only sums of ratings come here.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from chalicelib.core.model import Programme
from chalicelib.results.published import OVERALL_ID, About
from chalicelib.results.rounding import Range, exactly, weighted
from chalicelib.results.uncertainty import Spread, error_of_mean, standard_error

Number = int | Fraction
Sums = tuple[Number, Number, Number]  # a sum as it is shown, and the lowest and highest that it can be
Clamp = Callable[[Number, int, int, int], Sums]


class Score(Struct, frozen=True):
    n: int  # raters
    range: Range  # scale points, unrounded
    se: Fraction = Fraction(0)


def clamp_sum(total: Number, n: int, top: int, margin: int = 1) -> Sums:
    """Clamp the sum of n numbers in 1..top, so that no figure shows that all of them were the same extreme.

    Returns a sum in [n + margin, n * top - margin], and the limits of the true sum. Only this, the sums of cells and
    the word of agreement do more with a rating than add it up; the proofs pass linear forms instead.
    """
    low, high = n + margin, n * top - margin
    if total <= low:
        return low, n, low
    if total >= high:
        return high, high, n * top
    return total, total, total


def unclamped(total: Number, n: int, top: int, margin: int = 1) -> Sums:
    """Return the plain sum, for raters who are named."""
    return total, total, total


def subjects(programme: Programme) -> Iterator[tuple[About, str, Sequence[str]]]:
    """Yield each subject that has figures: its kind, its id, and its items."""
    for item in programme.items:
        yield About.ITEM, item.id, [item.id]
    for competency in programme.competencies:
        yield About.COMPETENCY, competency.id, [item.id for item in competency.items]
    for value in programme.values:
        yield About.VALUE, value.id, [item.id for item in programme.items if value.id in item.values]
    yield About.OVERALL, OVERALL_ID, [item.id for item in programme.items]


def score(
    items: Sequence[str],
    figures: Mapping[str, Score],
    answered: Sequence[Collection[str]],
    threshold: int,
    spread: Spread | None = None,
) -> Score | None:
    """Compute a cell's score on a competency, a value or overall: each rater's mean, then the mean over raters.

    items      ids that make up the score
    figures    item id -> the cell's published figure; an item that is not published is absent
    answered   for each rater of the cell, the published items they rated
    threshold  minimum raters who rated at least half of `items`; below it there is no score
    spread     of raters, for the standard error; without it there is none

    Each rating enters as its cell's published item mean. So the score depends only on published figures, and is exactly
    the mean over raters if all who rated an item rated equally many items. Without this rule a single "not able to
    comment" would reveal that rater's ratings. Source: docs/decisions/0007-competency-scores-and-anonymity.md.
    """
    rated = [[item for item in items if item in rater] for rater in answered]
    counted = [own for own in rated if own and 2 * len(own) >= len(items)]
    n = len(counted)
    if not n or n < threshold:
        return None
    weights: Counter[tuple[str, int]] = Counter((item, len(own)) for own in counted for item in own)
    per_item: dict[str, Fraction] = {}
    for (item, size), raters in weights.items():
        per_item[item] = per_item.get(item, Fraction(0)) + Fraction(raters, size * n)
    bounds = weighted((weight, figures[item].range) for item, weight in per_item.items())
    return Score(n, bounds, standard_error(n, len(per_item), spread) if spread else Fraction(0))


def over_raters(named: Sequence[Score], anonymous: Sequence[Score]) -> Score | None:
    """Compute all others: the mean over every rater of the given cells; None without an anonymous cell among them."""
    if not anonymous:
        return None
    parts = [*named, *anonymous]
    n = sum(part.n for part in parts)
    shares = [(Fraction(part.n, n), part) for part in parts]
    se = error_of_mean(tuple((share, part.se) for share, part in shares))
    return Score(n, weighted((share, part.range) for share, part in shares), se)


def mean_of(numbers: Sequence[Number], top: int, clamp: Clamp, margin: int = 1) -> Score:
    """Return the mean of numbers in 1..top, clamped."""
    n = len(numbers)
    return Score(n, mean_range(clamp(sum(numbers), n, top, margin), n))


def mean_range(sums: Sums, n: int) -> Range:
    """Return the mean of n numbers from their sum."""
    share = Fraction(1, n)
    displayed, low, high = sums
    if low is displayed is high:
        return exactly(share * displayed)
    return Range(share * displayed, share * low, share * high)
