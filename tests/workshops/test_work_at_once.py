"""Delegate, coach and facilitator act on one piece of work at the same moment: the cohort's line says what each did."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.assignments.access import open_task
from chalicelib.assignments.facilitator import open_part, save_part
from chalicelib.assignments.fill_in import save_form
from chalicelib.links.kinds import HUB
from chalicelib.store import assignments, delegates, workshops
from tests.support import people
from tests.support.turns import each_turn
from tests.workshops.registers import MO, NAMES, id_of, session
from tests.workshops.test_facilitators_work import LAST, NOTED

WORK = "simulation"


@pytest.fixture
def over(dated, clock):
    """Leading the Service is over: its simulation has a part of the facilitator's."""
    people.write(workshops.save(session("service-1", "leading_the_service", date(2026, 11, 24))))
    clock.to(LAST)
    return dated.let_in(MO, clock.now())


def line():
    (own,) = [each for each in assignments.lines_of(people.COHORT) if each.assignment == WORK]
    return own


def test_a_part_and_the_work_that_are_saved_at_once_are_both_in_the_line(over, clock):
    delegate, now = delegates.find(id_of(NAMES[0])), clock.now()
    token = HUB.url(delegate).rpartition("/")[2]
    acts = (
        lambda: save_form(open_task(token, WORK, now), {"f.learned": "To ask first."}, now),
        lambda: save_part(open_part(people.COHORT, delegate.id, WORK, people.FACILITATOR), NOTED, now, submit=True),
    )
    for when, outcomes in each_turn(*acts):
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == [], when
        assert (line().state, line().part) == ("draft", "submitted"), when
        assert line().at == now, when
