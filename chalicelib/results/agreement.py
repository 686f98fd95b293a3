"""How far raters agree, in one of three words whose cut-offs tell nobody more than the mean does. Pure.

Why a word and nothing else: docs/decisions/0010-what-spread-may-be-shown.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import cache

from msgspec import Struct

MIN_RATINGS = 5  # for a word
WANTED_AGREE, WANTED_SPLIT = Fraction(7, 10), Fraction(3, 10)  # r_wg
LEEWAY = Fraction(1, 10)  # how far a cut-off may move away from the wanted one


class Word(StrEnum):
    AGREE = "agree"
    MIXED = "mixed"
    SPLIT = "split"


class Cuts(Struct, frozen=True):
    """agree: r_wg above `agree`; split: r_wg at most `split`; else mixed."""

    agree: Fraction
    split: Fraction


def r_wg(ratings: Sequence[int], top: int) -> Fraction:
    """Within-group agreement, 0 to 1: one minus the share that the variance has of that of ratings at random.

    ratings   at least two, of 1..top

    The variance is over n - 1; below 0 is 0. Source: James, Demaree & Wolf 1984, as in CRAN `multilevel`.
    """
    n = len(ratings)
    spread = n * sum(rating * rating for rating in ratings) - sum(ratings) ** 2
    return max(Fraction(0), 1 - Fraction(spread, n * (n - 1)) / _at_random(top))


def agreement(ratings: Sequence[int], top: int, cuts: Cuts) -> Word:
    """The word for one item in one cell."""
    r = r_wg(ratings, top)
    return Word.AGREE if r > cuts.agree else Word.MIXED if r > cuts.split else Word.SPLIT


@cache
def cuts_for(n: int, top: int, threshold: int) -> Cuts | None:
    """Where the words end for n ratings on 1..top; None if there is no word, which depends on counts only.

    Above the threshold, for with a word a cell withstands about as many colluding raters as a cell of one rater
    less does without; and only where safe cut-offs lie near the wanted ones, which they do not on few points.
    """
    if n < max(MIN_RATINGS, threshold + 1):
        return None
    found = Cuts(_safe_cut(WANTED_AGREE, n, top), _safe_cut(WANTED_SPLIT, n, top))
    near = abs(found.agree - WANTED_AGREE) <= LEEWAY and abs(found.split - WANTED_SPLIT) <= LEEWAY
    return found if near else None


def usual(words: Sequence[Word]) -> Word:
    """The middle one of several items' words; of the two in the middle the one that claims less agreement."""
    order = list(Word)
    return sorted(words, key=order.index)[len(words) // 2]


def _safe_cut(wanted: Fraction, n: int, top: int) -> Fraction:
    """The cut-off nearest to `wanted` that sets no pair of worlds apart which one colluding rater must not tell apart.

    In n times the sum of squares, which is whole: n - 1 raters who agree, and a colluder d points off, make
    d * d * (n - 1); two of them one point up and down have the same mean and make 2 * n more. A cut between the two
    would tell the colluder that all the others agree. At the ends of the scale (d = top - 1) they have no such pair.
    """
    unit = n * (n - 1) * _at_random(top)
    blurred = [(d * d * (n - 1), d * d * (n - 1) + 2 * n) for d in range(top - 1)]
    target = (1 - wanted) * unit
    candidates = [target, *(Fraction(edge) for low, high in blurred for edge in (low, high + 1) if edge)]
    safe = [cut for cut in candidates if not any(low < cut <= high for low, high in blurred)]
    return 1 - min(safe, key=lambda cut: abs(cut - target)) / unit


def _at_random(top: int) -> Fraction:
    """Variance of a rating when every point of 1..top is as likely."""
    return Fraction(top * top - 1, 12)
