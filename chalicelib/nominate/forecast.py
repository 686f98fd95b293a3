"""What a choice of raters is likely to show, before anybody is mailed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.core.formatting import plural
from chalicelib.core.model import Programme, RaterEntry, RaterGroup
from chalicelib.results.partition import cells_of

RESPONSE_PERCENT = 75  # of those invited, as such programmes see it


class GroupForecast(Struct, frozen=True):
    group: RaterGroup
    chosen: int
    text: str  # for the delegate: what is missing, or how the group will be shown

    @property
    def missing(self) -> int:
        return max(0, self.group.min - self.chosen)

    @property
    def is_full(self) -> bool:
        return self.chosen >= self.group.max


def forecast(programme: Programme, raters: Sequence[RaterEntry]) -> tuple[GroupForecast, ...]:
    """One line for each group that a delegate chooses raters for."""
    chosen = Counter(rater.group for rater in raters)
    return tuple(
        GroupForecast(group, chosen[group.id], _text(programme, group, chosen)) for group in programme.rater_groups
    )


def _text(programme: Programme, group: RaterGroup, chosen: Mapping[str, int]) -> str:
    count = chosen.get(group.id, 0)
    if group.named:
        return "Shown by name: everybody knows who this is, and the form says so."
    if not count:
        return "Nobody chosen yet." if group.min else "Nobody chosen. That is fine."
    likely = f"{count} invited; at {RESPONSE_PERCENT} % you get {plural(_expected(count), 'answer', 'answers')}"
    cell = _cell(programme, group, chosen)
    if cell == (group.id,):
        return f"{likely}, enough to be shown as a group of its own."
    more = _more(programme, group, chosen)
    if cell:
        return f"{likely}, which will be merged with another group so that nobody can be recognised.{more}"
    return f"{likely}, too few to be shown.{more}"


def _more(programme: Programme, group: RaterGroup, chosen: Mapping[str, int]) -> str:
    """How many people more would let the group stand on its own, if it may have so many."""
    count = chosen[group.id]
    for larger in range(count + 1, group.max + 1):
        if _cell(programme, group, {**chosen, group.id: larger}) == (group.id,):
            return f" With {larger - count} more it could stand on its own."
    return ""


def _cell(programme: Programme, group: RaterGroup, chosen: Mapping[str, int]) -> tuple[str, ...]:
    """The groups that this one is likely to be shown with, itself among them; empty if it is not shown."""
    expected = {group_id: _expected(count) for group_id, count in chosen.items()}
    cells = cells_of(expected, programme.anonymous_groups, programme.threshold)
    return next((cell.groups for cell in cells if group.id in cell.groups), ())


def _expected(invited: int) -> int:
    return invited * RESPONSE_PERCENT // 100
