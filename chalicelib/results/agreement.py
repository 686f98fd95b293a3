"""Say how far raters agree, in one of three words whose cut-offs reveal no more than the mean does. Pure.

Why a word and nothing else: docs/decisions/0010-agreement-between-raters.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import cache

from msgspec import Struct

MIN_RATINGS = 5  # for a word
WANTED_AGREE, WANTED_SPLIT = Fraction(7, 10), Fraction(3, 10)  # r_wg
LEEWAY = Fraction(1, 10)  # how far a cut-off may move from the wanted one


class Word(StrEnum):
    AGREE = "agree"
    MIXED = "mixed"
    SPLIT = "split"


class Cuts(Struct, frozen=True):
    """Cut-offs of r_wg. agree: above `agree`; split: at most `split`; otherwise mixed."""

    agree: Fraction
    split: Fraction


def r_wg(ratings: Sequence[int], top: int) -> Fraction:
    """Return within-group agreement, 0 to 1: one minus the variance divided by the variance of random ratings.

    ratings   at least two, of 1..top

    The variance is over n - 1; below 0 is 0. Source: James, Demaree & Wolf 1984, as in CRAN `multilevel`.
    """
    n = len(ratings)
    spread = n * sum(rating * rating for rating in ratings) - sum(ratings) ** 2
    return max(Fraction(0), 1 - Fraction(spread, n * (n - 1)) / _at_random(top))


def agreement(ratings: Sequence[int], top: int, cuts: Cuts) -> Word:
    """Return the word for one item in one cell."""
    r = r_wg(ratings, top)
    return Word.AGREE if r > cuts.agree else Word.MIXED if r > cuts.split else Word.SPLIT


@cache
def cuts_for(n: int, top: int, threshold: int) -> Cuts | None:
    """Return the cut-offs for n ratings on 1..top; None if there is no word, which depends on counts only.

    A word needs more raters than the threshold: then a cell with a word resists about as many colluding raters as a
    smaller cell does without a word. It also needs safe cut-offs near the wanted ones; scales with few points have
    none.
    """
    if n < max(MIN_RATINGS, threshold + 1):
        return None
    cuts = Cuts(_safe_cut(WANTED_AGREE, n, top), _safe_cut(WANTED_SPLIT, n, top))
    near = abs(cuts.agree - WANTED_AGREE) <= LEEWAY and abs(cuts.split - WANTED_SPLIT) <= LEEWAY
    return cuts if near else None


def usual(words: Sequence[Word]) -> Word:
    """Return the middle one of several items' words; of two in the middle, the one that claims less agreement."""
    order = list(Word)
    return sorted(words, key=order.index)[len(words) // 2]


def _safe_cut(wanted: Fraction, n: int, top: int) -> Fraction:
    """Return the cut-off nearest to `wanted` at which one colluding rater cannot learn that all others agree.

    In n times the sum of squares, which is a whole number: n - 1 raters who agree, and a colluder d points off, give d
    * d * (n - 1); two of them one point up and down have the same mean and add 2 * n. A cut-off between the two would
    show the colluder that all the others agree. At the ends of the scale (d = top - 1) no such pair exists.
    """
    unit = n * (n - 1) * _at_random(top)
    blurred = [(d * d * (n - 1), d * d * (n - 1) + 2 * n) for d in range(top - 1)]
    target = (1 - wanted) * unit
    candidates = [target, *(Fraction(edge) for low, high in blurred for edge in (low, high + 1) if edge)]
    safe = [cut for cut in candidates if not any(low < cut <= high for low, high in blurred)]
    return 1 - min(safe, key=lambda cut: abs(cut - target)) / unit


def _at_random(top: int) -> Fraction:
    """Return the variance of a rating if every point of 1..top is equally likely."""
    return Fraction(top * top - 1, 12)
