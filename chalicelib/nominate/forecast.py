"""What a choice of raters is likely to show, before anybody is mailed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.model import Programme, RaterEntry, RaterGroup
from chalicelib.report.partition import cells_of
from chalicelib.wording import plural

RESPONSE_PERCENT = 75  # of those invited, as such programmes see it


@dataclass(frozen=True)
class GroupForecast:
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
    expected = {group_id: count * RESPONSE_PERCENT // 100 for group_id, count in chosen.items()}
    cells = cells_of(expected, programme.anonymous_groups, programme.threshold)
    alone = {cell.groups[0] for cell in cells if len(cell.groups) == 1}
    together = {group_id for cell in cells if len(cell.groups) > 1 for group_id in cell.groups}
    return tuple(
        GroupForecast(group, chosen[group.id], _text(group, chosen[group.id], expected, alone, together))
        for group in programme.rater_groups
    )


def _text(group: RaterGroup, chosen: int, expected: dict[str, int], alone: set[str], together: set[str]) -> str:
    if group.named:
        return "Shown by name: everybody knows who this is, and the form says so."
    if not chosen:
        return "Nobody chosen yet." if group.min else "Nobody chosen. That is fine."
    answers = expected[group.id]
    likely = f"{chosen} invited; at {RESPONSE_PERCENT} % you get {plural(answers, 'answer', 'answers')}"
    if group.id in alone:
        return f"{likely}, enough to be shown as a group of its own."
    if group.id in together:
        return f"{likely}, which will be merged with another group so that nobody can be recognised."
    return f"{likely}, too few to show anything: please invite more."
