"""Compute scores from published item figures and from which items each rater rated; only sums of ratings come here.

Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from chalicelib.core.model import Programme
from chalicelib.results.published import OVERALL_ID, About, Bound

Number = int | Fraction
Clamp = Callable[[Number, int, int], tuple[Number, Bound]]


class Score(Struct, frozen=True):
    n: int  # raters
    mean: Fraction  # scale points, unrounded
    below: Fraction = Fraction(0)  # how far the true value may lie from it
    above: Fraction = Fraction(0)


def clamp_sum(total: Number, n: int, top: int) -> tuple[Number, Bound]:
    """Clamp the sum of n numbers in 1..top, so that no figure shows that all of them were the same extreme.

    Returns a sum in [n + 1, n * top - 1] and whether the true sum may lie beyond it. Only this and the word of
    agreement do more with a rating than add it up; the proofs pass linear forms instead.
    """
    low, high = n + 1, n * top - 1
    if total <= low:
        return low, Bound.OR_LESS
    if total >= high:
        return high, Bound.OR_MORE
    return total, Bound.EXACT


def unclamped(total: Number, n: int, top: int) -> tuple[Number, Bound]:
    """Return the plain sum, for raters who are named."""
    return total, Bound.EXACT


def subjects(programme: Programme) -> Iterator[tuple[About, str, Sequence[str]]]:
    """A subject that has figures: its kind, its id, and its items."""
    for item in programme.items:
        yield About.ITEM, item.id, [item.id]
    for competency in programme.competencies:
        yield About.COMPETENCY, competency.id, [item.id for item in competency.items]
    for value in programme.values:
        yield About.VALUE, value.id, [item.id for item in programme.items if value.id in item.values]
    yield About.OVERALL, OVERALL_ID, [item.id for item in programme.items]


def score(
    items: Sequence[str], figures: Mapping[str, Score], answered: Sequence[Collection[str]], threshold: int
) -> Score | None:
    """Compute a cell's score on a competency, a value or overall: each rater's mean, then the mean over raters.

    items      ids that make up the score
    figures    item id -> the cell's published figure; an item that is not published is absent
    answered   for each rater of the cell, the published items they rated
    threshold  minimum raters who rated at least half of `items`; below it there is no score

    Each rating enters as its cell's published item mean. So the score depends only on published figures, and is exactly
    the mean over raters if all who rated an item rated equally many items. Without this rule a single "not able to
    comment" would reveal that rater's ratings. Source: docs/decisions/0007-competency-scores-and-anonymity.md.
    """
    rated = [[item for item in items if item in rater] for rater in answered]
    counted = [own for own in rated if own and 2 * len(own) >= len(items)]
    if not counted or len(counted) < threshold:
        return None
    weights: Counter[tuple[str, int]] = Counter((item, len(own)) for own in counted for item in own)
    per_item: dict[str, Fraction] = {}
    for (item, size), raters in weights.items():
        per_item[item] = per_item.get(item, Fraction(0)) + Fraction(raters, size * len(counted))
    return combined(len(counted), [(weight, figures[item]) for item, weight in per_item.items()])


def over_raters(named: Sequence[Score], anonymous: Sequence[Score]) -> Score | None:
    """Compute all others: the mean over every rater of the given cells; None without an anonymous cell among them."""
    if not anonymous:
        return None
    parts = [*named, *anonymous]
    n = sum(part.n for part in parts)
    return combined(n, [(Fraction(part.n, n), part) for part in parts])


def mean_of(numbers: Sequence[Number], top: int, clamp: Clamp) -> Score:
    """Return the mean of numbers in 1..top, clamped; a clamp moves a sum by one point at most."""
    n = len(numbers)
    total, bound = clamp(sum(numbers), n, top)
    one = Fraction(1, n)
    below, above = bound in (Bound.OR_LESS, Bound.OR_SO), bound in (Bound.OR_MORE, Bound.OR_SO)
    return Score(n, one * total, one * below, one * above)


def combined(n: int, parts: Sequence[tuple[Fraction, Score]]) -> Score:
    """Return a weighted mean. Its bounds are the weighted bounds of its parts."""
    mean, below, above = (
        sum((weight * number for weight, number in numbers), Fraction(0))
        for numbers in (
            [(weight, part.mean) for weight, part in parts],
            [(weight, part.below) for weight, part in parts],
            [(weight, part.above) for weight, part in parts],
        )
    )
    return Score(n, mean, below, above)
