"""Refuse figures of delegates that, taken together, are about fewer than five of them. Pure.

Two means of the same answers, over twelve delegates and over eleven of these, give away the twelfth. A reader of
several figures can add and subtract them, so what counts is every combination, not only each pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from fractions import Fraction
from itertools import combinations

from chalicelib.results.sponsor_rule import ENOUGH

Delegates = Collection[str]


def isolates_few(sets: Sequence[Delegates]) -> bool:
    """Return whether sums over these sets of delegates combine to a sum over fewer than five of them.

    Delegates who are in the same sets always have the same part in a combination, so they are taken together. A
    combination of few exists if and only if the sums are less independent without these few.
    """
    together = Counter(
        tuple(member in each for each in sets) for member in {member for each in sets for member in each}
    )
    few = [where for where, count in together.items() if count < ENOUGH]
    rank = _rank(list(together))
    for size in range(1, len(few) + 1):
        for left_out in combinations(few, size):
            if sum(together[where] for where in left_out) < ENOUGH:
                rest = [where for where in together if where not in left_out]
                if _rank(rest) < rank:
                    return True
    return False


def publishable(sets: Sequence[Delegates]) -> tuple[bool, ...]:
    """Return for each set, in order, whether its figure may be shown with the earlier ones that may."""
    kept: list[Delegates] = []
    verdicts = []
    for each in sets:
        may = len(each) >= ENOUGH and not isolates_few([*kept, each])
        verdicts.append(may)
        kept += [each] if may else []
    return tuple(verdicts)


def _rank(columns: Sequence[Sequence[bool]]) -> int:
    """Return how many rows are independent: exact elimination on the columns."""
    basis: list[list[Fraction]] = []
    for column in columns:
        rest = [Fraction(value) for value in column]
        for row in basis:
            pivot = next(place for place, value in enumerate(row) if value)
            if rest[pivot]:
                factor = rest[pivot] / row[pivot]
                rest = [value - factor * other for value, other in zip(rest, row, strict=True)]
        if any(rest):
            basis.append(rest)
    return len(basis)
