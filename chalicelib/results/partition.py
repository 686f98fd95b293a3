"""Which cells exist: a partition of the completed raters that depends only on how many each group has. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.core.model import RaterGroup


class Cell(Struct, frozen=True):
    """Raters whose answers are shown together; each completed rater is in at most one."""

    id: str  # group ids joined by "+"
    groups: tuple[str, ...]  # in programme order
    n: int  # completed raters
    named: bool  # self and manager: attributed by policy, so no threshold and no clamp
    person: str = ""  # of several people in a named group: the name, or a number where no name is known


def named_cells(group: RaterGroup, people: Sequence[str]) -> tuple[Cell, ...]:
    """A cell for each person of a named group, in the order given: a mean over two people is nobody's own figure.

    people   the names of those who completed; empty where they are not known, as in a file without names

    One id is one person's in every wave, so that a change is never the difference of two people. So numbers, which say
    nothing of who it is, are told from names by `is_numbered`.
    """
    if not people:
        return ()
    if len(people) == 1 and not (people[0] and group.has_named_people):
        return (Cell(group.id, (group.id,), 1, named=True),)
    numbered = [name or str(number) for number, name in enumerate(people, start=1)]
    told = [name if numbered.count(name) == 1 else f"{name} {k}" for k, name in enumerate(numbered, start=1)]
    return tuple(Cell(f"{group.id}:{person}", (group.id,), 1, named=True, person=person) for person in told)


def is_numbered(cell_id: str) -> bool:
    """Whether a cell is one of several people whose names are not known."""
    return cell_id.partition(":")[2].isdigit()


def is_of_group(cell_id: str, group_id: str) -> bool:
    """Whether a cell is a group's own or one of its people's."""
    return cell_id.partition(":")[0] == group_id


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
