"""Forecast what a choice of raters is likely to show, before anyone is emailed. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import comb

from msgspec import Struct

from chalicelib.core.formatting import join_words
from chalicelib.core.model import Programme, RaterEntry, RaterGroup
from chalicelib.results.layout import cells_heard

RESPONSE_RATE = 0.75  # of those invited: a usual share in such programmes
LIKELY, VERY_LIKELY = 0.70, 0.85  # chances from which the text says so


class GroupForecast(Struct, frozen=True):
    group: RaterGroup
    chosen: int
    text: str  # for the delegate: what is missing, or how the group will be shown
    is_alone: bool = False  # whether the group is very likely to be shown on its own
    more: int = 0  # people to add until it is; 0 if it is, or cannot be

    @property
    def missing(self) -> int:
        return max(0, self.group.min - self.chosen)

    @property
    def is_full(self) -> bool:
        return self.chosen >= self.group.max


def forecast(programme: Programme, raters: Sequence[RaterEntry]) -> tuple[GroupForecast, ...]:
    """Make one line for each group that a delegate chooses raters for."""
    chosen = Counter(rater.group for rater in raters)
    return tuple(_line(programme, group, chosen) for group in programme.rater_groups)


def chance_of(invited: int, wanted: int) -> float:
    """Return the chance that at least `wanted` of the `invited` answer, each on their own at the usual rate."""
    return sum(
        comb(invited, answers) * RESPONSE_RATE**answers * (1 - RESPONSE_RATE) ** (invited - answers)
        for answers in range(wanted, invited + 1)
    )


def _line(programme: Programme, group: RaterGroup, chosen: Mapping[str, int]) -> GroupForecast:
    count = chosen.get(group.id, 0)
    if group.named:
        return GroupForecast(
            group, count, "Shown by name: everyone knows who this is, and the form says so.", bool(count)
        )
    if not count:
        return GroupForecast(group, 0, "No one chosen yet." if group.min else "No one chosen. That is fine.")
    more = _more(group, count, programme.threshold)
    added = _added_groups(programme, group, chosen)
    text = " ".join(filter(None, [_text(group, count, more, programme), added]))
    return GroupForecast(group, count, text, chance_of(count, programme.threshold) >= VERY_LIKELY, more)


def _text(group: RaterGroup, count: int, more: int, programme: Programme) -> str:
    chance = chance_of(count, programme.threshold)
    if chance >= VERY_LIKELY:
        return f"{count} chosen: very likely to be shown on its own."
    if chance >= LIKELY:
        better = f" With {more} more: {_in_ten(chance_of(count + more, programme.threshold))}." if more else ""
        return f"{count} chosen: likely to be shown on its own (about {_in_ten(chance)} such groups are).{better}"
    together = "Otherwise its answers are shown together with those of another group."
    if more:
        return f"{count} chosen. With {more} more, this group is very likely to be shown on its own. {together}"
    return f"{count} chosen of at most {group.max}: probably shown together with another group."


def _in_ten(chance: float) -> str:
    return f"{min(9, round(chance * 10))} of 10"


def _more(group: RaterGroup, count: int, wanted: int) -> int:
    """Return how many people are still needed for a very likely group of its own; 0 if none, or too many."""
    sizes = range(count, group.max + 1)
    return next((size - count for size in sizes if chance_of(size, wanted) >= VERY_LIKELY), 0)


def _added_groups(programme: Programme, group: RaterGroup, chosen: Mapping[str, int]) -> str:
    """Name the smaller groups whose answers would probably be added to this one."""
    if chance_of(chosen[group.id], programme.threshold) < LIKELY:
        return ""
    expected = {group_id: round(count * RESPONSE_RATE) for group_id, count in chosen.items()}
    cells = cells_heard(programme, expected)
    together = next((cell.groups for cell in cells if group.id in cell.groups), ())
    added = [programme.group(other).title for other in together if other != group.id]
    return f"Answers under {join_words(added)} may be added to it, as they are too few alone." if added else ""
