"""What an attacker who knows the rule, the counts and every report could do: a rank test and a search of all worlds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product
from numbers import Rational
from typing import Any

Variable = tuple[int, str]  # (rater, item)


class AnswerDependent(Exception):
    """The publisher looked at an answer other than to add it up."""


class Lin:
    """A symbolic rating: sums and multiples stay linear forms, anything else raises."""

    def __init__(self, terms: Mapping[Variable, Fraction]):
        self.terms = dict(terms)

    def __add__(self, other: Any) -> Lin:
        if isinstance(other, Rational) and other == 0:
            return self
        if not isinstance(other, Lin):
            raise AnswerDependent(f"{other} is added to a rating")
        terms = defaultdict(Fraction, self.terms)
        for variable, factor in other.terms.items():
            terms[variable] += factor
        return Lin({variable: factor for variable, factor in terms.items() if factor})

    __radd__ = __add__

    def __mul__(self, factor: Fraction) -> Lin:
        if not isinstance(factor, Rational):
            raise AnswerDependent("a rating is multiplied by a rating")
        return Lin({variable: own * factor for variable, own in self.terms.items()})

    __rmul__ = __mul__

    def _refuse(self, *_: Any) -> Any:
        raise AnswerDependent("control flow or output depends on a rating")

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __hash__ = _refuse
    __bool__ = __int__ = __float__ = __index__ = __round__ = __str__ = __format__ = _refuse


def isolated(rows: Iterable[Lin], threshold: int, known: frozenset[int]) -> tuple[int, ...] | None:
    """Fewer than `threshold` raters whose answers alone make up some combination of the rows; None if there are none.

    Exact: such a combination exists if and only if leaving out their columns lowers the rank. `known` raters (self
    and manager) are given to the attacker.
    """
    basis = _reduced({v: f for v, f in row.terms.items() if v[0] not in known} for row in rows)
    raters = sorted({rater for row in basis for rater, _ in row})
    for group in combinations(raters, min(threshold - 1, len(raters))):
        if len(_reduced({v: f for v, f in row.items() if v[0] not in group} for row in basis)) < len(basis):
            return group
    return None


def independent(rows: Iterable[Lin]) -> list[dict[Variable, Fraction]]:
    """As many rows as the rank, spanning the same combinations."""
    return _reduced(row.terms for row in rows)


def _reduced(rows: Iterable[Mapping[Variable, Fraction]]) -> list[dict[Variable, Fraction]]:
    """Linearly independent rows that span the same space (Gauss, exact)."""
    basis: dict[Variable, dict[Variable, Fraction]] = {}
    for row in rows:
        rest = dict(row)
        while rest:
            pivot = min(rest)
            if pivot not in basis:
                basis[pivot] = rest
                break
            factor = rest[pivot] / basis[pivot][pivot]
            for variable, own in basis[pivot].items():
                rest[variable] = rest.get(variable, Fraction(0)) - factor * own
            rest = {variable: own for variable, own in rest.items() if own}
    return list(basis.values())


def certain_worlds(
    publish: Callable[[tuple[int, ...]], Hashable], unknowns: int, scale: Sequence[int], colluders: int = 0
) -> tuple[int, int]:
    """All answer vectors, and those in which what is published leaves a rater's answer only one value.

    The first `colluders` answers are known to the attacker, and need no protection.
    """
    buckets: defaultdict[Hashable, list[tuple[int, ...]]] = defaultdict(list)
    for world in product(scale, repeat=unknowns):
        buckets[world[:colluders], publish(world)].append(world)
    worlds = sum(map(len, buckets.values()))
    certain = sum(
        len(alike)
        for alike in buckets.values()
        if any(len(set(seen)) == 1 for seen in list(zip(*alike, strict=True))[colluders:])
    )
    return worlds, certain
