"""An operator who links answers to raters after the close, as well as rows, sizes, counts, orders and log lines allow.

All that is known of a rater becomes numbers, and so does all that is known of a stored response. For every pair of the
two the attacker sorts the raters of a group by the one and the responses by the other, and matches them in order.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Any

from msgspec import Struct

Numbers = Mapping[str, float]
Place = tuple[int, int]
MARGIN = 5  # standard deviations


class Cell(Struct, frozen=True):
    """The raters of one group who answered about one delegate, each with the response that is theirs.

    raters     what is known of each rater
    responses  what is known of each response, in the same order; the attacker does not know that order
    """

    raters: Sequence[Numbers]
    responses: Sequence[Numbers]


class Success(Struct, frozen=True, order=True):
    """What the best pair of a channel links rightly. By chance it is one rater in each group."""

    deviations: float  # standard deviations above chance
    linked: float  # raters
    cells: int
    raters: int
    by: tuple[str, str]

    @property
    def is_chance(self) -> bool:
        return self.deviations <= MARGIN


def attack(cells: Sequence[Cell]) -> Success:
    """Return the most that any pair of numbers gives away."""
    known = sorted({name for cell in cells for rater in cell.raters for name in rater if _differs(cell, name)})
    said = sorted({name for cell in cells for response in cell.responses for name in response})
    pairs = (_try(cells, name, other, way) for name, other, way in product(known, said, (1, -1)))
    return max(pairs, default=Success(0, len(cells), len(cells), 0, ("", "")))


def _differs(cell: Cell, name: str) -> bool:
    return len({rater.get(name, -1) for rater in cell.raters}) > 1


def _try(cells: Sequence[Cell], known: str, said: str, way: int) -> Success:
    """Match in order; where numbers are equal, in a random order, so what counts is the expected number of hits."""
    linked = variance = 0.0
    for cell in cells:
        ours = _places([rater.get(known, -1) for rater in cell.raters])
        theirs = _places([way * response.get(said, -1) for response in cell.responses])
        linked += sum(_overlap(place, other) for place, other in zip(ours, theirs, strict=True))
        variance += _variance(ours, theirs)
    above = (linked - len(cells)) / math.sqrt(variance) if variance else 0.0
    return Success(above, linked, len(cells), sum(len(cell.raters) for cell in cells), (known, said))


def _variance(ours: Sequence[Place], theirs: Sequence[Place]) -> float:
    """Of the number of hits, if responses belonged to raters at random: Hoeffding's formula for permutations."""
    size = len(ours)
    pairs = Counter(product(ours, theirs))
    return sum(count * (_overlap(*pair) - 1 / size) ** 2 for pair, count in pairs.items()) / (size - 1)


def _places(numbers: Sequence[float]) -> list[Place]:
    """Return the places in the sorted order that each number may take: from, and up to."""
    return [(sum(n < number for n in numbers), sum(n <= number for n in numbers)) for number in numbers]


def _overlap(place: Place, other: Place) -> float:
    common = max(0, min(place[1], other[1]) - max(place[0], other[0]))
    return common / ((place[1] - place[0]) * (other[1] - other[0]))


# --- what is known, as numbers ----------------------------------------------------------------------------------------


def numbers(value: Any, path: str = "") -> dict[str, float]:
    """Every number, time, length and count inside a row or a call, by its path."""
    if isinstance(value, Mapping):
        by_path: dict[str, float] = {f"{path} entries": len(value)}
        for name, inner in value.items():
            by_path |= numbers(inner, f"{path}.{name}")
        return by_path
    if isinstance(value, (list, tuple)):
        by_path = {f"{path} entries": len(value)}
        for place, inner in enumerate(value):
            by_path |= numbers(inner, f"{path}[{place}]")
        return by_path
    return _of_scalar(value, path)


def _of_scalar(value: Any, path: str) -> dict[str, float]:
    if isinstance(value, (bool, int, float)):
        return {path: float(value), f"{path} digits": len(str(value))}
    if isinstance(value, datetime):
        return {path: value.timestamp()}
    if value is None:
        return {path: 0.0}
    length = {f"{path} length": float(len(value))}
    try:
        return length | {path: datetime.fromisoformat(value).timestamp()}
    except (TypeError, ValueError):
        return length


def size(row: Any) -> int:
    """Bytes of any content."""
    if isinstance(row, Mapping):
        return sum(len(str(name)) + size(inner) for name, inner in row.items())
    if isinstance(row, (list, tuple)):
        return sum(map(size, row))
    return len(row) if isinstance(row, (bytes, str)) else len(str(row))


def of_rows(rows: Iterable[Mapping[str, Any]], *ids: str) -> dict[str, float]:
    """All rows that name a rater: numbers of each, and how many there are of each kind."""
    by_name: defaultdict[str, list[float]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    for row in rows:
        kind = _without(f"{row['pk']} {row['sk']}", ids)
        kinds[kind.split("#")[0]] += 1
        for name, number in ({"size": size(row)} | numbers(row)).items():
            by_name[f"{kind.split('#')[0]}{_without(name, ids)}"].append(number)
    spread = {f"{how} {name}": take(of) for name, of in by_name.items() for how, take in SPREAD}
    return {f"rows of {kind}": float(count) for kind, count in kinds.items()} | spread


def of_history(states: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """One row in the copies of every hour: its last numbers, and when and how often each number changed."""
    taken = [numbers(state) | {"size": size(state)} for state in states]
    figures: dict[str, float] = {}
    for name in {name for hour in taken for name in hour}:
        series = [hour.get(name, -1.0) for hour in taken]
        changes = [place for place in range(1, len(series)) if series[place] != series[place - 1]]
        figures |= {f"last {name}": series[-1], f"most {name}": max(series), f"least {name}": min(series)}
        figures |= {
            f"changes {name}": float(len(changes)),
            f"first change {name}": float(changes[0] if changes else -1),
        }
        figures[f"last change {name}"] = float(changes[-1] if changes else -1)
    return figures


SPREAD = (("sum", sum), ("most", max), ("least", min))


def _without(text: str, ids: Iterable[str]) -> str:
    for row_id in ids:
        text = text.replace(row_id, "*")
    return text
