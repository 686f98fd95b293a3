"""Which cells exist: a partition of the completed raters that depends only on how many each group has. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.model import RaterGroup


class Cell(Struct, frozen=True):
    """Raters whose answers are shown together; each completed rater is in at most one."""

    id: str  # group ids joined by "+"
    groups: tuple[str, ...]  # in programme order
    n: int  # completed raters
    named: bool  # self and manager: attributed by policy, so no threshold and no clamp


def cells_of(counts: Mapping[str, int], groups: Sequence[RaterGroup], threshold: int) -> tuple[Cell, ...]:
    """The anonymous cells of one delegate and wave, in programme order; none if fewer than `threshold` raters.

    counts     group id -> completed raters; a group may be absent
    groups     the programme's anonymous groups, in programme order
    threshold  fewest raters of a cell

    Source: docs/decisions/0007-competency-scores-and-anonymity.md.
    """
    parts = pooled(counts, [group.id for group in groups], threshold)
    return tuple(Cell("+".join(part), part, sum(counts[g] for g in part), named=False) for part in parts)


def pooled(counts: Mapping[str, int], order: Sequence[str], threshold: int) -> tuple[tuple[str, ...], ...]:
    """Non-empty members of `order` put together so that each part counts at least `threshold`.

    A member that reaches the threshold stands alone. The smaller ones are pooled; a pool that is still too small
    joins the smallest standing member (the first in `order` among equals). No part at all if nothing stands.
    """
    filled = [member for member in order if counts.get(member, 0) > 0]
    parts = [(member,) for member in filled if counts[member] >= threshold]
    small = tuple(member for member in filled if counts[member] < threshold)
    if not small:
        return tuple(parts)
    if sum(counts[member] for member in small) >= threshold:
        return _in_order([*parts, small], filled)
    if not parts:
        return ()
    host = min(parts, key=lambda part: counts[part[0]])
    parts.remove(host)
    return _in_order([*parts, host + small], filled)


def _in_order(parts: Sequence[tuple[str, ...]], order: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    inside = [tuple(sorted(part, key=order.index)) for part in parts]
    return tuple(sorted(inside, key=lambda part: order.index(part[0])))
