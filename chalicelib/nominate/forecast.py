"""Forecast what a choice of raters is likely to show, before anyone is emailed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.core.formatting import plural
from chalicelib.core.model import Programme, RaterEntry, RaterGroup
from chalicelib.results.partition import cells_of

RESPONSE_PERCENT = 75  # of those invited, a usual share in such programmes; `_text` says "three in four"


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
        return "Shown by name: everyone knows who this is, and the form says so."
    if not count:
        return "No one chosen yet." if group.min else "No one chosen. That is fine."
    likely = f"{count} invited; if three in four reply, you get {plural(_expected(count), 'answer', 'answers')}"
    cell = _cell(programme, group, chosen)
    if cell == (group.id,):
        return f"{likely}, enough to be shown as a group of its own."
    hint = _more(programme, group, chosen)
    if cell:
        return f"{likely}, which will be merged with another group so that no one can be identified.{hint}"
    return f"{likely}, too few to be shown.{hint}"


def _more(programme: Programme, group: RaterGroup, chosen: Mapping[str, int]) -> str:
    """Return how many more people would let the group be shown on its own, if it may have so many."""
    count = chosen[group.id]
    for larger in range(count + 1, group.max + 1):
        if _cell(programme, group, {**chosen, group.id: larger}) == (group.id,):
            return f" With {larger - count} more it could be shown on its own."
    return ""


def _cell(programme: Programme, group: RaterGroup, chosen: Mapping[str, int]) -> tuple[str, ...]:
    """Return the groups that this one is likely to be shown with, itself included; empty if it is not shown."""
    expected = {group_id: _expected(count) for group_id, count in chosen.items()}
    cells = cells_of(expected, programme.anonymous_groups, programme.threshold)
    return next((cell.groups for cell in cells if group.id in cell.groups), ())


def _expected(invited: int) -> int:
    return invited * RESPONSE_PERCENT // 100
