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

SHARING = (
    "{manager} sees areas that the delegate shares. After six months, everyone asked reads the heading of each area."
)
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
        Point("Where views differ: the delegate sees more", tuple(made.gaps("self_higher"))),
        Point("Lowest", tuple(made.lowest())),
        Point("What differs between groups", tuple(made.groups())),
        Point("Comments to discuss with care", tuple(made.comments())),
        Point("By workshop", tuple(made.by_workshop())),
        Point("Development areas", tuple(plan.areas) or ("None is chosen yet: agree two or three.",)),
        Point("What to share", (SHARING.format(manager=plan.manager),)),
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
        self.competencies = {competency.id: competency.title for competency in programme.competencies}
        self.theirs = {
            statistic.id: statistic
            for statistic in facts.statistics
            if (statistic.about, statistic.cell) == (About.ITEM.value, ALL_OTHERS)
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
        best = sorted(self.theirs.values(), key=lambda statistic: -statistic.mean) if self.facts.highest else []
        named = [statistic for statistic in best if statistic.id in self.facts.highest] or best
        yield from (self._behaviour(statistic) for statistic in named[:FEW])

    def lowest(self) -> Iterator[str]:
        yield from (self._behaviour(self.theirs[item]) for item in self.facts.lowest[:FEW] if item in self.theirs)

    def gaps(self, rule: str) -> Iterator[str]:
        said = [
            statement for statement in self.facts.said if statement.rule == rule and statement.about == About.ITEM.value
        ]
        own = {
            statistic.id: statistic
            for statistic in self.facts.statistics
            if (statistic.about, statistic.cell) == (About.ITEM.value, "self")
        }
        for statement in said[:FEW]:
            if statement.id in own and statement.id in self.theirs:
                own_figure, theirs = own[statement.id].display, self.theirs[statement.id].display
                yield f"{self.items[statement.id]} (self {own_figure}, all others {theirs})"

    def groups(self) -> Iterator[str]:
        for statement in self.facts.said:
            if (
                statement.rule == "groups_differ"
                and statement.about == About.COMPETENCY.value
                and len(statement.cells) > 1
            ):
                higher, lower = (self.titles.get(cell, cell) for cell in statement.cells[:2])
                yield f"{self.competencies.get(statement.id, statement.id)}: {higher} higher than {lower}"

    def comments(self) -> Iterator[str]:
        count = len(self.facts.comments)
        if count:
            yield f"{plural(count, 'comment', 'comments')}. Ask which one stays with them; do not guess who wrote it."

    def by_workshop(self) -> Iterator[str]:
        for milestone in self.programme.milestones:
            lowest = self._lowest_of(milestone)
            if lowest:
                yield f"{milestone.title}: {'; '.join(self._behaviour(statistic) for statistic in lowest)}"

    def _lowest_of(self, milestone: Milestone) -> list[Statistic]:
        ids = [
            item.id
            for competency in self.programme.competencies
            if competency.milestone == milestone.id
            for item in competency.items
        ]
        return sorted(
            (self.theirs[item_id] for item_id in ids if item_id in self.theirs), key=lambda statistic: statistic.mean
        )[:OF_WORKSHOP]

    def _find(self, about: str, subject: str) -> Statistic | None:
        wanted = (about, subject, ALL_OTHERS)
        return next(
            (
                statistic
                for statistic in self.facts.statistics
                if (statistic.about, statistic.id, statistic.cell) == wanted
            ),
            None,
        )

    def _behaviour(self, figure: Statistic) -> str:
        return f"{self.items[figure.id]} ({figure.display})"
