"""The list of behaviours that a coach chooses from: its quadrants, and the day that is suggested."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from chalicelib.core.schedule import Session
from chalicelib.debrief.behaviours import QUADRANTS, list_behaviours, suggest_review
from chalicelib.report.parts import compare
from chalicelib.report.parts.rows import Index
from chalicelib.results.quadrants import Quadrant, quadrant_of
from tests.report import gallery
from tests.support import people
from tests.workshops.dates import plan

TODAY = date(2026, 10, 5)
RULES = people.programme()
SESSIONS = tuple(
    Session(f"s{number}", people.COHORT, "Europe/London", plan(day, milestone=milestone))
    for number, (day, milestone) in enumerate(
        [("2026-10-23", "leading_self"), ("2026-10-22", "leading_self"), ("2026-11-19", "leading_others")]
    )
)


@pytest.mark.parametrize(
    ("gap", "level", "quadrant"),
    [
        ("lower", "", Quadrant.THEY_SEE_MORE),
        ("lower", "higher", Quadrant.THEY_SEE_MORE),
        ("lower", "lower", Quadrant.AGREED_WORK),
        ("higher", "", Quadrant.YOU_SEE_MORE),
        ("higher", "lower", Quadrant.YOU_SEE_MORE),
        ("higher", "higher", Quadrant.AGREED_STRENGTH),
        ("", "higher", Quadrant.AGREED_STRENGTH),
        ("", "lower", Quadrant.AGREED_WORK),
        ("", "", Quadrant.CLOSE),
    ],
)
def test_a_behaviour_belongs_to_one_quadrant(gap, level, quadrant):
    assert quadrant_of(gap, level) is quadrant


def test_the_coachs_list_and_the_reports_page_agree():
    facts = gallery.report("usual")
    programme = gallery.programme("usual") if hasattr(gallery, "programme") else RULES
    index = Index(programme, facts)
    listed = {behaviour.item.id: behaviour.quadrant for behaviour in list_behaviours(programme, facts, ())}
    placed = {item: kind for item in listed if (kind := compare.kind_of(index, item))}

    assert placed
    assert {item: listed[item].value for item in placed} == placed
    assert set(QUADRANTS) == set(Quadrant)


def item_of(milestone: str) -> str:
    return next(
        item.id for competency in RULES.competencies if competency.milestone == milestone for item in competency.items
    )


def cohort():
    from chalicelib.core.model import Cohort

    return Cohort(people.COHORT, "Autumn", RULES.id, RULES.version, people.DATES, people.SPONSOR)


@pytest.mark.parametrize(
    ("milestones", "today", "day"),
    [
        pytest.param(["leading_others"], TODAY, "2026-11-19", id="its-workshop"),
        pytest.param(["leading_self"], TODAY, "2026-10-22", id="the-first-session"),
        pytest.param(["leading_others", "leading_self"], TODAY, "2026-10-22", id="the-earlier-of-two"),
        pytest.param(["leading_self"], date(2026, 10, 22), "2026-11-30", id="it-has-begun"),
        pytest.param(["leading_the_service"], TODAY, "2026-11-30", id="without-dates"),
        pytest.param([], TODAY, "2026-11-30", id="no-behaviour"),
        pytest.param(["leading_self"], date(2026, 12, 1), "", id="after-the-end"),
    ],
)
def test_the_day_to_look_again_is_the_workshop_that_works_on_it(milestones, today, day):
    items = [item_of(milestone) for milestone in milestones]

    assert suggest_review(RULES, cohort(), SESSIONS, items, today) == day


def test_no_one_is_asked_to_look_again_on_a_day_off():
    over = replace(cohort(), dates=replace(people.DATES, ends=date(2026, 12, 5)))

    assert suggest_review(RULES, over, SESSIONS, [], TODAY) == "2026-12-04"
    assert suggest_review(RULES, over, SESSIONS, [], TODAY, [date(2026, 12, 4)]) == "2026-12-03"
