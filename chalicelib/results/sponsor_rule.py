"""Decide what a sponsor may see of the delegates of one cohort: the one place that does. Pure.

The rule: docs/decisions/0027-figures-for-the-sponsor.md. The proofs: tests/sponsor/test_anonymity.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from msgspec import Struct

from chalicelib.results.cohort import MIN_DELEGATES
from chalicelib.results.rounding import Range, exactly, on_scale
from chalicelib.results.scoring import Clamp, Score, clamp_sum, mean_of

ENOUGH = MIN_DELEGATES  # delegates behind every figure that a sponsor sees
ENOUGH_TO_COUNT = 2 * ENOUGH - 1  # with fewer, "fewer than five" and "more than all but five" would overlap
MAX_SHARE_OF_SUM = Fraction(1, 2)  # largest share of a sum that one claim may have


# --- means ------------------------------------------------------------------------------------------------


class Reading(Struct, frozen=True):
    """Each delegate's number on one scale, or None."""

    lowest: int
    highest: int
    values: tuple[Any, ...]

    @property
    def top(self) -> int:
        return self.highest - self.lowest + 1

    def score(self, clamp: Clamp = clamp_sum) -> Score | None:
        """Return the clamped mean on 1..top, made like a cell's figure in a report; None for fewer than ENOUGH."""
        given = [value if self.lowest == 1 else value + (1 - self.lowest) for value in self.values if value is not None]
        return mean_of(given, self.top, clamp) if len(given) >= ENOUGH else None


class Mean(Struct, frozen=True):
    n: int  # delegates
    range: Range


def mean(reading: Reading) -> Mean | None:
    score = reading.score()
    if score is None:
        return None
    on_one = on_scale(score.range, reading.top)
    return Mean(score.n, on_one - exactly(Fraction(1 - reading.lowest)))


# --- counts -----------------------------------------------------------------------------------------------


class Tally(Struct, frozen=True):
    """How many of n delegates gave one answer. `display` is empty if too few answered to say anything."""

    label: str
    n: int = 0
    display: str = ""
    many: bool = False  # five or more gave this answer


def known(count: int) -> int | None:
    """Return a count of who attended, submitted or stayed, if five delegates or more are behind it; else None."""
    return count if count >= ENOUGH else None


def tally(label: str, yes: int, n: int) -> Tally:
    """Show a count only if five gave the answer and five did not; otherwise say that it is small, or nearly all.

    One answer of a question is counted, so that no difference from a total reveals another count.
    """
    if n < ENOUGH_TO_COUNT:
        return Tally(label)
    if yes < ENOUGH:
        return Tally(label, n, f"fewer than {ENOUGH} of {n}")
    if n - yes < ENOUGH:
        return Tally(label, n, f"{n - ENOUGH + 1} or more of {n}", many=True)
    return Tally(label, n, f"{yes} of {n}", many=True)


def most_chosen(chosen: Sequence[str], options: Iterable[tuple[str, str]]) -> Tally:
    """Return the answer that most delegates gave, if five did: without its count, which would reveal the others."""
    often = Counter(chosen)
    value, label = max(options, key=lambda option: often[option[0]])
    if len(chosen) < ENOUGH_TO_COUNT or often[value] < ENOUGH:
        return Tally("")
    return Tally(label, len(chosen), f"{ENOUGH} or more of {len(chosen)}", many=True)


# --- counts of several answers ------------------------------------------------------------------------------


class Part(Struct, frozen=True):
    """How many gave one of some neighbouring answers."""

    label: str
    count: int


Grouping = tuple[tuple[int, ...], ...]  # groups of places of answers, each answer in one group


def distribution(
    labels: Sequence[str], given: Sequence[Sequence[Hashable]], groupings: Sequence[Grouping]
) -> tuple[Part, ...]:
    """Count answers, with neighbours together until at least ENOUGH delegates are behind each number.

    given      for each answer, the delegates who gave it, once for each thing that they gave it of
    groupings  the finest first; the first that fits is shown, and nothing if none does

    Which answers are together depends on nothing but whether a number would be small.
    """
    for grouping in groupings:
        parts = [[value for place in group for value in given[place]] for group in grouping]
        if all(len(set(part)) >= ENOUGH for part in parts):
            return tuple(
                Part(_either([labels[place] for place in group]), len(part))
                for group, part in zip(grouping, parts, strict=True)
            )
    return ()


def with_rest(labels: Sequence[str], given: Sequence[Sequence[Hashable]], rest: str) -> tuple[Part, ...]:
    """Count answers that have no neighbours: those of fewer than ENOUGH delegates are counted together, as `rest`.

    given  for each answer, the delegates who gave it, once for each thing that they gave it of

    If even the rest is about few, the last answers of the list join it. Nothing is shown if only one number is left.
    """
    single = [place for place, who in enumerate(given) if len(set(who)) >= ENOUGH]
    left = [place for place in range(len(given)) if place not in single]
    while left and single and len({who for place in left for who in given[place]}) < ENOUGH:
        left.append(single.pop())
    parts = [Part(labels[place], len(given[place])) for place in single]
    parts += [Part(rest, sum(len(given[place]) for place in left))] if left else []
    return tuple(parts) if len(parts) > 1 else ()


def _either(labels: Sequence[str]) -> str:
    *first, last = labels
    return f"{', '.join(first)} or {last}" if first else last


# --- sums -------------------------------------------------------------------------------------------------


TOO_FEW_SUMS = f"fewer than {ENOUGH} sums are above zero"
ONE_LARGE_SUM = "one sum is more than half of it"
LARGE_IN_NET = "one gain or loss is more than half of what is left after losses"


class Sum(Struct, frozen=True):
    """A total over claims; if it is hidden, `why`."""

    n: int = 0  # claims above zero
    total: Fraction | None = None
    why: str = ""


def sum_of(claims: Iterable[Fraction]) -> Sum:
    """Return the total, unless fewer than ENOUGH claims are above zero, or one is more than half of it."""
    given = [claim for claim in claims if claim > 0]
    if len(given) < ENOUGH:
        return Sum(why=TOO_FEW_SUMS)
    total = sum(given, Fraction(0))
    if max(given) > MAX_SHARE_OF_SUM * total:
        return Sum(why=ONE_LARGE_SUM)
    return Sum(len(given), total)
