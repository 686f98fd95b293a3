"""List the behaviours of a published report to choose development areas from, lowest first. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct

from chalicelib.core.model import SELF_GROUP, Cohort, Item, Programme
from chalicelib.core.schedule import Session, of_milestone
from chalicelib.core.working_days import working_days
from chalicelib.results.facts import Facts, Statistic
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.results.quadrants import Quadrant, quadrant_said

QUADRANTS = {
    Quadrant.THEY_SEE_MORE: "Others see more",
    Quadrant.AGREED_STRENGTH: "Agreed strengths",
    Quadrant.YOU_SEE_MORE: "Self sees more",
    Quadrant.AGREED_WORK: "Agreed areas to develop",
    Quadrant.CLOSE: "Too close to call",
}  # as a coach reads them
WORDS = {"self_higher": "self higher", "self_lower": "self lower"}  # by the rule that ticks the behaviour


class Behaviour(Struct, frozen=True):
    """One behaviour with what the report shows of it; empty where it shows nothing."""

    item: Item
    own: str
    others: str
    gap: str
    competency: str
    milestone: str
    quadrant: Quadrant
    ticked: bool

    @property
    def figures(self) -> str:
        """Return what the report shows: "Self 4.0, all others 3.2"."""
        return ", ".join(filter(None, [self.own and f"Self {self.own}", self.others and f"all others {self.others}"]))


def list_behaviours(programme: Programme, facts: Facts, ticked: Collection[str]) -> list[Behaviour]:
    """List the behaviours with a figure: the coach's ticks first, then by what all others say, lowest first."""
    figures = {
        (statistic.id, statistic.cell): statistic
        for statistic in facts.statistics
        if statistic.about == About.ITEM.value
    }
    said = {
        statement.id: WORDS[statement.rule]
        for statement in facts.said
        if statement.about == About.ITEM.value and statement.rule in WORDS
    }
    titles = {milestone.id: milestone.title for milestone in programme.milestones}
    behaviours = [
        Behaviour(
            item,
            _display(figures.get((item.id, SELF_GROUP))),
            _display(figures.get((item.id, ALL_OTHERS))),
            said.get(item.id, ""),
            competency.title,
            titles.get(competency.milestone or "", ""),
            quadrant_said(facts.said, item.id),
            item.id in ticked,
        )
        for competency in programme.competencies
        for item in competency.items
    ]
    lowest = {item: statistic.mean for (item, cell), statistic in figures.items() if cell == ALL_OTHERS}
    listed = [behaviour for behaviour in behaviours if behaviour.own or behaviour.others or behaviour.ticked]
    return sorted(listed, key=lambda behaviour: (not behaviour.ticked, lowest.get(behaviour.item.id, float("inf"))))


def _display(figure: Statistic | None) -> str:
    return figure.display if figure else ""


def suggest_review(
    programme: Programme,
    cohort: Cohort,
    sessions: Sequence[Session],
    items: Collection[str],
    today: date,
    closed: Collection[date] = (),
) -> str:
    """Suggest the day on which an area is looked at again: an ISO date, or empty if none lies ahead.

    It is the first session of the workshop that works on the area's behaviours. Otherwise it is the last working day of
    the programme. `closed` are the cohort's days off.
    """
    milestones = [
        competency.milestone
        for competency in programme.competencies
        if any(item.id in items for item in competency.items)
    ]
    days = [each.plan.date for milestone in milestones if milestone for each in of_milestone(sessions, milestone)[:1]]
    last = working_days(programme.organisation, closed).on_or_before(cohort.dates.ends)
    ahead = [day for day in (*sorted(days), last) if day > today]
    return ahead[0].isoformat() if ahead else ""
