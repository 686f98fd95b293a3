"""Make cells of named people, and the parts of the first publishing rule: from numbers of raters alone. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.core.model import RaterGroup


class Cell(Struct, frozen=True):
    """Raters whose answers are shown together; each completed rater is in at most one cell."""

    id: str  # group ids joined by "+"
    groups: tuple[str, ...]  # in programme order
    n: int  # completed raters
    named: bool  # self and manager: shown by name, so no threshold and no clamp
    person: str = ""  # of several people in a named group: the name, or a number if no name is known


def named_cells(group: RaterGroup, people: Sequence[str]) -> tuple[Cell, ...]:
    """Make a cell for each person of a named group, in the given order: a mean over two people is no one's own figure.

    people   the names of those who completed; empty if they are not known, as in a file without names

    A change must never be the difference of two people. Numbers say nothing about who it is, so
    `may_be_another_person` separates them from names. A group of one person has the same id in every wave: a
    comparison of two waves leaves it out if the person has changed (`results/change.py::without_people`).
    """
    if not people:
        return ()
    if len(people) == 1 and not (people[0] and group.has_named_people):
        return (Cell(group.id, (group.id,), 1, named=True),)
    numbered = [name or str(number) for number, name in enumerate(people, start=1)]
    unique_names = [name if numbered.count(name) == 1 else f"{name} {k}" for k, name in enumerate(numbered, start=1)]
    return tuple(Cell(f"{group.id}:{person}", (group.id,), 1, named=True, person=person) for person in unique_names)


def is_numbered(cell_id: str) -> bool:
    """Return whether a cell is one of several people whose names are not known."""
    return cell_id.partition(":")[2].isdigit()


def may_be_another_person(cell_id: str) -> bool:
    """Return whether a cell's id holds a number for a person, who may have another number in another wave.

    There is no name, or two people share it.
    """
    return cell_id.partition(":")[2].rpartition(" ")[2].isdigit()


def is_of_group(cell_id: str, group_id: str) -> bool:
    """Return whether a cell is a group's own or one of its people's."""
    return cell_id.partition(":")[0] == group_id


def pooled(counts: Mapping[str, int], order: Sequence[str], threshold: int) -> tuple[tuple[str, ...], ...]:
    """Combine non-empty members of `order` so that each part counts at least `threshold`.

    A member that reaches the threshold has a part of its own. The smaller ones are pooled; a pool that is still too
    small joins the smallest such part (the first in `order` among equals). Without such a part there is none at all.
    """
    filled = [member for member in order if counts.get(member, 0) > 0]
    parts = [(member,) for member in filled if counts[member] >= threshold]
    small = tuple(member for member in filled if counts[member] < threshold)
    if not small:
        return tuple(parts)
    if sum(counts[member] for member in small) >= threshold:
        return in_order([*parts, small], filled)
    if not parts:
        return ()
    host = min(parts, key=lambda part: counts[part[0]])
    parts.remove(host)
    return in_order([*parts, host + small], filled)


def in_order(parts: Sequence[tuple[str, ...]], order: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Sort each part, and the parts by their first member."""
    inside = [tuple(sorted(part, key=order.index)) for part in parts]
    return tuple(sorted(inside, key=lambda part: order.index(part[0])))
