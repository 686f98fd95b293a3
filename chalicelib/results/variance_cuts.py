"""Cut-offs of the words of agreement under rule 2: how often chance alone would agree or split as far. Pure.

Against "everyone rates at random over the whole scale" almost everything agrees. So chance is a null of slight skew, as
people do rate. Why: docs/decisions/0037-cells-of-three-blocks-of-five.md and 0010-agreement-between-raters.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache

from msgspec import Struct

from chalicelib.results.agreement import MIN_RATINGS, HasWords, Word, blurred, cuts_for, spread_of_ratings
from chalicelib.results.layout import Rule
from chalicelib.results.rounding import two_decimals

NULL = (5, 15, 20, 35, 25)  # percent for each fifth of the scale, lowest first
MAX_CHANCE = Fraction(1, 10)  # that raters who rate by the null get the word
MAX_EXACT = 15  # ratings; for more, the variances of so many are kept, which chance passes even less often


class VarianceCuts(Struct, frozen=True):
    """Cut-offs of n sum(x^2) - sum(x)^2, which is n (n - 1) times the variance: a whole number."""

    n: int
    agree: int  # agree: below it
    split: int  # split: from it on; otherwise mixed

    def word_of(self, ratings: Sequence[int], top: int) -> Word:
        spread = spread_of_ratings(ratings)
        return Word.AGREE if spread < self.agree else Word.SPLIT if spread >= self.split else Word.MIXED

    @property
    def printed(self) -> tuple[str, str]:
        """Return both as variances."""
        return tuple(two_decimals(Fraction(cut, _unit(self.n))) for cut in (self.agree, self.split))  # type: ignore[return-value]


def cuts_of(rule: Rule, n: int, top: int) -> HasWords | None:
    """Return the cut-offs of a rule's words for n ratings; None if there is no word."""
    return cuts_for(n, top, rule.threshold) if rule.number == 1 else variance_cuts(n, top, rule.threshold)


@cache
def variance_cuts(n: int, top: int, threshold: int) -> VarianceCuts | None:
    """Return the cut-offs for n ratings on 1..top; None if there is no word, which depends on counts only."""
    if n < max(MIN_RATINGS, threshold + 1):
        return None
    if n > MAX_EXACT:
        return _of_larger(n, top, threshold)
    chances, below = _chances(n, top), 0
    whole = sum(chances.values())
    agree, split = 0, 0
    for cut, chance in sorted(chances.items()):
        is_safe = bool(cut) and not _is_blurred(cut, n, top)
        if is_safe and below <= MAX_CHANCE * whole:
            agree = cut
        if is_safe and not split and whole - below <= MAX_CHANCE * whole:
            split = cut
        below += chance
    return VarianceCuts(n, agree, split) if agree and split else None


def _of_larger(n: int, top: int, threshold: int) -> VarianceCuts | None:
    known = variance_cuts(MAX_EXACT, top, threshold)
    if known is None:
        return None
    most, least = (cut * _unit(n) // _unit(MAX_EXACT) for cut in (known.agree, known.split))
    agree = next((cut for cut in range(most, 0, -1) if not _is_blurred(cut, n, top)), 0)
    split = next(cut for cut in range(least + 1, least + _unit(n) * top) if not _is_blurred(cut, n, top))
    return VarianceCuts(n, agree, split) if agree else None


def _is_blurred(cut: int, n: int, top: int) -> bool:
    return any(low < cut <= high for low, high in blurred(n, top))


def _unit(n: int) -> int:
    return n * (n - 1)


def _chances(n: int, top: int) -> Mapping[int, int]:
    """Return how often each spread of n ratings occurs under the null, as whole numbers of a common whole."""
    shares = list(_shares(top))
    ways: Mapping[tuple[int, int], int] = {(0, 0): 1}  # sum, sum of squares
    for _ in range(n):
        more: defaultdict[tuple[int, int], int] = defaultdict(int)
        for (total, squares), way in ways.items():
            for rating, share in enumerate(shares):
                more[total + rating, squares + rating * rating] += way * share
        ways = more
    chances: defaultdict[int, int] = defaultdict(int)
    for (total, squares), way in ways.items():
        chances[n * squares - total * total] += way
    return chances


def _shares(top: int) -> Iterator[int]:
    """Spread the null's fifths evenly over the scale, and cut it into `top` equal parts."""
    fifths = len(NULL)
    for part in range(top):
        start, end = part * fifths, (part + 1) * fifths  # in fifths of a part
        yield sum(
            share * max(0, min(end, (fifth + 1) * top) - max(start, fifth * top)) for fifth, share in enumerate(NULL)
        )
