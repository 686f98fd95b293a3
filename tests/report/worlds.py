"""Every world of small designs, by what the publisher can see of it; and what one rater learns from their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, combinations_with_replacement, product
from math import factorial, prod

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Programme
from tests.report.example import by_second_rule, tiny_programme

GROUPS = ("peer", "direct_report", "other")
Table = tuple[tuple[int, ...], ...]  # [cell][behaviour]
Seen = tuple[tuple[int, ...], ...]  # for each cell and behaviour: the sum, and the sum of squares if words are shown


@dataclass(frozen=True)
class Block:
    """The raters of each cell who rated each behaviour of one competency; the first ones of the cell."""

    raters: Table
    top: int

    @property
    def programme(self) -> Programme:
        return by_second_rule(tiny_programme(items=len(self.raters[0]), top=self.top))

    def answers(self, sums: Sequence[Sequence[int]]) -> list[Response]:
        """Return some answers with these sums: the publisher cannot distinguish them from others."""
        items = [item.id for item in self.programme.items]
        wave = []
        for group, counts, own in zip(GROUPS, self.raters, sums, strict=False):
            columns = [_spread(total, n) for total, n in zip(own, counts, strict=True)]
            for k in range(max(counts)):
                ratings = {i: column[k] if k < len(column) else None for i, column in zip(items, columns, strict=True)}
                wave.append(Response(group, Answers(ratings)))
        return wave


def _spread(total: int, n: int) -> list[int]:
    return [total // n + (k < total % n) for k in range(n)]


@cache
def _kinds(n: int, top: int, *, squares: bool) -> Mapping[tuple[int, ...], tuple[int, int]]:
    """Return what is seen of n ratings -> the values among them in some world (a bit each), and the number."""
    kinds: dict[tuple[int, ...], tuple[int, int]] = {}
    for ratings in combinations_with_replacement(range(1, top + 1), n):
        seen = (sum(ratings), sum(r * r for r in ratings)) if squares else (sum(ratings),)
        mask, many = kinds.get(seen, (0, 0))
        ways = factorial(n) // prod(factorial(ratings.count(r)) for r in set(ratings))
        kinds[seen] = mask | sum({1 << rating for rating in ratings}), many + ways
    return kinds


def certain_worlds_of(
    block: Block, publish: Callable[[Seen], Hashable], *, colluders: int = 0, squares: bool = False
) -> tuple[int, int]:
    """All worlds, and those in which what is published leaves someone's answer only one value.

    publish     what is seen of every cell and behaviour, in order -> what is published
    colluders   so many raters of the first cell, who know their own ratings of every behaviour
    """
    items = len(block.raters[0])
    places = [(cell, item) for cell in range(len(block.raters)) for item in range(items)]
    slots = [
        _kinds(block.raters[cell][item] - (colluders if cell == 0 else 0), block.top, squares=squares)
        for cell, item in places
    ]
    buckets: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0] * (len(slots) + 1))
    for known, ways in _known(colluders, block.top, items, squares=squares):
        for world in product(*(slot.items() for slot in slots)):
            seen = tuple(
                tuple(a + b for a, b in zip(own, known[item], strict=True)) if cell == 0 else own
                for (cell, item), (own, _) in zip(places, world, strict=True)
            )
            bucket = buckets[known, publish(seen)]
            bucket[-1] += ways * prod(many for _, (_, many) in world)
            for k, (_, (mask, _)) in enumerate(world):
                bucket[k] |= mask
    single = {1 << rating for rating in range(1, block.top + 1)}
    certain = sum(bucket[-1] for bucket in buckets.values() if single & set(bucket[:-1]))
    return sum(bucket[-1] for bucket in buckets.values()), certain


def _known(colluders: int, top: int, items: int, *, squares: bool) -> Iterator[tuple[Seen, int]]:
    kinds = _kinds(colluders, top, squares=squares) if colluders else {((0, 0) if squares else (0,)): (0, 1)}
    for choice in product(kinds.items(), repeat=items):
        yield tuple(seen for seen, _ in choice), prod(many for _, (_, many) in choice)


# --- one competency of one block, seen by a rater who knows their own answers ------------------------------------


@dataclass(frozen=True)
class Rest:
    """The others' sums of one competency, as far as one rater can work them out. All cells rated all behaviours."""

    raters: tuple[int, ...]  # the others of each cell
    items: tuple[tuple[int, int], ...]  # lowest and highest sum of each behaviour
    cells: tuple[tuple[int, int], ...]  # of each cell
    top: int

    def is_certain(self, true: Table) -> bool:
        """Return whether some cell's sum of some behaviour can only be all highest or all lowest.

        true   the real sums: what is forced is real, so only sums at an end need to be tried
        """
        for cell, own in enumerate(true):
            n = self.raters[cell]
            for item, total in enumerate(own):
                if n and total == n * self.top and not self._is_possible(cell, item, high=n * self.top - 1):
                    return True
                if n and total == n and not self._is_possible(cell, item, low=n + 1):
                    return True
        return False

    def _is_possible(self, cell: int, item: int, *, low: int = 0, high: int = 0) -> bool:
        """Return whether whole-number tables exist with other limits for one sum (Hoffman's circulation theorem)."""
        lows = [[n] * len(self.items) for n in self.raters]
        highs = [[n * self.top] * len(self.items) for n in self.raters]
        lows[cell][item] = low or lows[cell][item]
        highs[cell][item] = high or highs[cell][item]
        rows, columns = range(len(self.cells)), range(len(self.items))
        return all(self._fits(inside, chosen, lows, highs) for inside in _subsets(rows) for chosen in _subsets(columns))

    def _fits(
        self, inside: Sequence[int], chosen: Sequence[int], lows: list[list[int]], highs: list[list[int]]
    ) -> bool:
        outside = [row for row in range(len(self.cells)) if row not in inside]
        others = [column for column in range(len(self.items)) if column not in chosen]
        most_of_rows = sum(highs[r][c] for r in inside for c in others) - sum(
            lows[r][c] for r in outside for c in chosen
        )
        most_of_columns = sum(highs[r][c] for r in outside for c in chosen) - sum(
            lows[r][c] for r in inside for c in others
        )
        return (
            sum(self.cells[r][0] for r in inside) <= sum(self.items[c][1] for c in chosen) + most_of_rows
            and sum(self.items[c][0] for c in chosen) <= sum(self.cells[r][1] for r in inside) + most_of_columns
        )


def _subsets(members: range) -> list[tuple[int, ...]]:
    return [chosen for size in range(len(members) + 1) for chosen in combinations(members, size)]
