"""Scores made of published item figures and of who answered what; no rating reaches this module. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.report.published import Bound


@dataclass(frozen=True)
class Score:
    n: int  # raters
    mean: Fraction  # scale points, unrounded
    bound: Bound


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
