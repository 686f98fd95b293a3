"""Refuse figures of delegates that, taken together, are about fewer than five of them. Pure.

Two means of the same answers, over twelve delegates and over eleven of these, give away the twelfth. A reader of
several figures can add and subtract them, so what counts is every combination, not only each pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations

from chalicelib.results.sponsor_rule import ENOUGH

Delegates = Collection[str]
Answers = Mapping[str, Hashable]  # delegate -> which answer of theirs is in a figure

Pattern = tuple[int | None, ...]  # for each figure, which answer of a delegate is in it; None if none is


def isolates_few(sets: Sequence[Delegates]) -> bool:
    """Return whether sums of the same answers over these sets of delegates combine to a sum over fewer than five."""
    return answers_isolate_few([dict.fromkeys(each, "the same") for each in sets])


def answers_isolate_few(figures: Sequence[Answers]) -> bool:
    """Return whether sums of these answers combine to a sum over the answers of fewer than five delegates.

    Two answers of one delegate are two unknown numbers. Delegates whose answers are in the same figures always have the
    same part in a combination, so they are taken together. A combination of few exists if and only if the sums are less
    independent without these few.
    """
    everyone = {delegate for figure in figures for delegate in figure}
    together = Counter(_pattern([figure.get(delegate) for figure in figures]) for delegate in everyone)
    few = [pattern for pattern, count in together.items() if count < ENOUGH]
    rank = _rank(_columns(together))
    for size in range(1, len(few) + 1):
        for left_out in combinations(few, size):
            if sum(together[pattern] for pattern in left_out) < ENOUGH:
                rest = [pattern for pattern in together if pattern not in left_out]
                if _rank(_columns(rest)) < rank:
                    return True
    return False


def _pattern(answers: Sequence[Hashable]) -> Pattern:
    """Replace the answers of one delegate by numbers, so that delegates can be compared."""
    number = {answer: place for place, answer in enumerate(dict.fromkeys(answers))}
    return tuple(None if answer is None else number[answer] for answer in answers)


def _columns(patterns: Collection[Pattern]) -> list[tuple[bool, ...]]:
    """Return for each answer in which figures it is."""
    return [
        tuple(place == answer for place in pattern)
        for pattern in patterns
        for answer in set(pattern)
        if answer is not None
    ]


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
