"""Say how far raters agree, in one of three words whose cut-offs reveal no more than the mean does. Pure.

Why a word and nothing else: docs/decisions/0010-agreement-between-raters.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Protocol

from msgspec import Struct

from chalicelib.results.rounding import two_decimals

MIN_RATINGS = 5  # for a word
WANTED_AGREE, WANTED_SPLIT = Fraction(7, 10), Fraction(3, 10)  # r_wg
LEEWAY = Fraction(1, 10)  # how far a cut-off may move from the wanted one


class Word(StrEnum):
    AGREE = "agree"
    MIXED = "mixed"
    SPLIT = "split"


class HasWords(Protocol):
    """Cut-offs of either rule."""

    def word_of(self, ratings: Sequence[int], top: int) -> Word: ...

    @property
    def printed(self) -> tuple[str, str]:
        """Return the cut-off of "agree" and that of "split"."""


class Cuts(Struct, frozen=True):
    """Cut-offs of r_wg. agree: above `agree`; split: at most `split`; otherwise mixed."""

    agree: Fraction
    split: Fraction

    def word_of(self, ratings: Sequence[int], top: int) -> Word:
        r = r_wg(ratings, top)
        return Word.AGREE if r > self.agree else Word.MIXED if r > self.split else Word.SPLIT

    @property
    def printed(self) -> tuple[str, str]:
        return two_decimals(self.agree), two_decimals(self.split)


def spread_of_ratings(ratings: Sequence[int]) -> int:
    """Return n (n - 1) times the variance: a whole number."""
    return len(ratings) * sum(rating * rating for rating in ratings) - sum(ratings) ** 2


def blurred(n: int, top: int) -> list[tuple[int, int]]:
    """Return the intervals of that number in which no cut-off may lie: above the first, up to the second.

    n - 1 raters who agree, and a colluder d points off, give d * d * (n - 1); two of them one point up and down have
    the same mean and add 2 * n. A cut-off between the two would show the colluder that all the others agree. At the
    ends of the scale (d = top - 1) no such pair exists.
    """
    return [(d * d * (n - 1), d * d * (n - 1) + 2 * n) for d in range(top - 1)]


def r_wg(ratings: Sequence[int], top: int) -> Fraction:
    """Return within-group agreement, 0 to 1: one minus the variance divided by the variance of random ratings.

    ratings   at least two, of 1..top

    The variance is over n - 1; below 0 is 0. Source: James, Demaree & Wolf 1984, as in CRAN `multilevel`.
    """
    n = len(ratings)
    return max(Fraction(0), 1 - Fraction(spread_of_ratings(ratings), n * (n - 1)) / _at_random(top))


def agreement(ratings: Sequence[int], top: int, cuts: HasWords) -> Word:
    """Return the word for one item in one cell."""
    return cuts.word_of(ratings, top)


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
    """Return the cut-off nearest to `wanted` at which one colluding rater cannot learn that all others agree."""
    unit = n * (n - 1) * _at_random(top)
    unsafe = blurred(n, top)
    target = (1 - wanted) * unit
    candidates = [target, *(Fraction(edge) for low, high in unsafe for edge in (low, high + 1) if edge)]
    safe = [cut for cut in candidates if not any(low < cut <= high for low, high in unsafe)]
    return 1 - min(safe, key=lambda cut: abs(cut - target)) / unit


def _at_random(top: int) -> Fraction:
    """Return the variance of a rating if every point of 1..top is equally likely."""
    return Fraction(top * top - 1, 12)
