"""Scores made of published item figures and of who answered what; of ratings only sums come here. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction

from msgspec import Struct

from chalicelib.model import Programme
from chalicelib.report.published import OVERALL_ID, About, Bound

Number = int | Fraction
Clamp = Callable[[Number, int, int], tuple[Number, Bound]]


class Score(Struct, frozen=True):
    n: int  # raters
    mean: Fraction  # scale points, unrounded
    bound: Bound


def clamp_sum(total: Number, n: int, top: int) -> tuple[Number, Bound]:
    """Top and bottom coding of n numbers in 1..top, so that no figure tells that all of them were the same extreme.

    Returns a sum in [n + 1, n * top - 1] and whether the truth may lie beyond it. Only this and the word of agreement
    look at a rating other than to add it up; the proofs pass linear forms instead.
    """
    low, high = n + 1, n * top - 1
    if total <= low:
        return low, Bound.OR_LESS
    if total >= high:
        return high, Bound.OR_MORE
    return total, Bound.EXACT


def subjects(programme: Programme) -> Iterator[tuple[About, str, Sequence[str]]]:
    """Everything that has figures: what it is, its id, and the items it is made of."""
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
    """A cell's score on a competency, a value or everything: each rater's mean, then the mean over raters.

    items      ids that make up the score
    figures    item id -> the cell's published figure; an item that is not published is absent
    answered   per rater of the cell, the published items they rated
    threshold  fewest raters who rated at least half of `items`; below it there is no score

    Each rating stands in the formula as its cell's published item mean. So the score is a function of published
    figures, and exactly the mean over raters whenever all who rated an item rated equally many (nobody left an item
    out, for one). Without this a lone rater's "not able to comment" would let their ratings be solved for.
    Source: docs/decisions/0007-competency-scores-and-anonymity.md.
    """
    rated = [[item for item in items if item in rater] for rater in answered]
    counted = [own for own in rated if own and 2 * len(own) >= len(items)]
    if not counted or len(counted) < threshold:
        return None
    weights: Counter[tuple[str, int]] = Counter((item, len(own)) for own in counted for item in own)
    per_item: dict[str, Fraction] = {}
    for (item, size), raters in weights.items():
        per_item[item] = per_item.get(item, Fraction(0)) + Fraction(raters, size * len(counted))
    mean = sum((weight * figures[item].mean for item, weight in per_item.items()), Fraction(0))
    return Score(len(counted), mean, common_bound([figures[item].bound for item in per_item]))


def over_raters(named: Sequence[Score], anonymous: Sequence[Score]) -> Score | None:
    """All others: the mean over every rater of the cells given; None without an anonymous cell among them."""
    if not anonymous:
        return None
    parts = [*named, *anonymous]
    n = sum(part.n for part in parts)
    mean = sum((Fraction(part.n, n) * part.mean for part in parts), Fraction(0))
    return Score(n, mean, common_bound([part.bound for part in anonymous]))


def common_bound(bounds: Collection[Bound]) -> Bound:
    """A combined figure is "or more" only where every part of it is."""
    return next(iter(bounds)) if len(set(bounds)) == 1 else Bound.EXACT
