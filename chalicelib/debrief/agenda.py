"""Make the agenda of a debrief from the published report, in the order of the conversation. Pure.

A line without data is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from chalicelib.core.formatting import plural
from chalicelib.core.model import Milestone, Programme
from chalicelib.results.facts import Facts, Statistic
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About

FEW, OF_WORKSHOP = 3, 2  # behaviours in one point, and of one workshop


class Point(Struct, frozen=True):
    """One point of the agenda with its lines."""

    title: str
    lines: tuple[str, ...]


class Plan(Struct, frozen=True):
    """What the agenda knows besides the report: the areas so far, and the dates ahead."""

    areas: Sequence[str]
    manager: str
    dates: Sequence[str]


def make_agenda(programme: Programme, facts: Facts, plan: Plan) -> list[Point]:
    """Return the points in order."""
    made = _Agenda(programme, facts)
    points = [
        Point("Who answered", tuple(made.who_answered())),
        Point("Overall, and three strengths", tuple(made.strengths())),
        Point("Hidden strengths: others see more", tuple(made.gaps("self_lower"))),
        Point("Where the views part: the delegate sees more", tuple(made.gaps("self_higher"))),
        Point("Lowest", tuple(made.lowest())),
        Point("What differs between groups", tuple(made.groups())),
        Point("Comments to open gently", tuple(made.comments())),
        Point("By workshop", tuple(made.by_workshop())),
        Point("Development areas", tuple(plan.areas) or ("None is chosen yet: agree two or three.",)),
        Point("What to share", (f"{plan.manager} sees only areas that the delegate shares.",)),
        Point("Next dates", tuple(plan.dates)),
    ]
    return [point for point in points if point.lines]


class _Agenda:
    def __init__(self, programme: Programme, facts: Facts) -> None:
        self.programme, self.facts = programme, facts
        self.items = {item.id: item.others_wording for item in programme.items}
        self.titles = {cell.cell: cell.title for cell in facts.cells} | {
            block.block: block.title for block in facts.blocks
        }
        self.competencies = {one.id: one.title for one in programme.competencies}
        self.theirs = {
            one.id: one for one in facts.statistics if (one.about, one.cell) == (About.ITEM.value, ALL_OTHERS)
        }

    def who_answered(self) -> Iterator[str]:
        for cell in self.facts.cells:
            merged = (
                " (groups together, because too few answered in one of them)" if cell.cell in self.facts.merged else ""
            )
            yield f"{cell.title}: {cell.n}{merged}"

    def strengths(self) -> Iterator[str]:
        overall = self._find(About.OVERALL.value, OVERALL_ID)
        if overall:
            yield f"Overall, all others: {overall.display}"
        best = sorted(self.theirs.values(), key=lambda one: -one.mean) if self.facts.highest else []
        named = [one for one in best if one.id in self.facts.highest] or best
        yield from (self._behaviour(one) for one in named[:FEW])

    def lowest(self) -> Iterator[str]:
        yield from (self._behaviour(self.theirs[item]) for item in self.facts.lowest[:FEW] if item in self.theirs)

    def gaps(self, rule: str) -> Iterator[str]:
        said = [one for one in self.facts.said if one.rule == rule and one.about == About.ITEM.value]
        own = {one.id: one for one in self.facts.statistics if (one.about, one.cell) == (About.ITEM.value, "self")}
        for one in said[:FEW]:
            if one.id in own and one.id in self.theirs:
                yield f"{self.items[one.id]} (self {own[one.id].display}, all others {self.theirs[one.id].display})"

    def groups(self) -> Iterator[str]:
        for one in self.facts.said:
            if one.rule == "groups_differ" and one.about == About.COMPETENCY.value and len(one.cells) > 1:
                higher, lower = (self.titles.get(cell, cell) for cell in one.cells[:2])
                yield f"{self.competencies.get(one.id, one.id)}: {higher} higher than {lower}"

    def comments(self) -> Iterator[str]:
        count = len(self.facts.comments)
        if count:
            yield f"{plural(count, 'comment', 'comments')}. Ask which one stays with them; do not guess who wrote it."

    def by_workshop(self) -> Iterator[str]:
        for milestone in self.programme.milestones:
            found = self._lowest_of(milestone)
            if found:
                yield f"{milestone.title}: {'; '.join(self._behaviour(one) for one in found)}"

    def _lowest_of(self, milestone: Milestone) -> list[Statistic]:
        ids = [item.id for one in self.programme.competencies if one.milestone == milestone.id for item in one.items]
        return sorted((self.theirs[one] for one in ids if one in self.theirs), key=lambda one: one.mean)[:OF_WORKSHOP]

    def _find(self, about: str, subject: str) -> Statistic | None:
        wanted = (about, subject, ALL_OTHERS)
        return next((one for one in self.facts.statistics if (one.about, one.id, one.cell) == wanted), None)

    def _behaviour(self, figure: Statistic) -> str:
        return f"{self.items[figure.id]} ({figure.display})"
