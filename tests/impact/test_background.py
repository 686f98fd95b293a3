"""What a delegate had before the survey decides what they are asked."""

from __future__ import annotations

from datetime import date, time

import pytest

from chalicelib.assignments.tasks import Book
from chalicelib.core.schedule import Session, SessionPlan
from chalicelib.impact.background import collect_background
from chalicelib.store.attendance import Attendance, AttendanceState, key
from chalicelib.store.marshal import fields
from tests.support import people

MISSED, HAD = AttendanceState.ABSENT, AttendanceState.ATTENDED


@pytest.mark.parametrize(
    ("states", "missed"),
    [((MISSED, MISSED), 1), ((MISSED, HAD), 0), ((HAD, HAD), 0), ((), 0)],
)
def test_a_workshop_is_missed_if_no_session_of_it_was_attended(states, missed):
    milestone, *others = (milestone.id for milestone in people.programme().milestones)
    days = [SessionPlan(milestone, date(2026, 10, day), time(9), time(17), "Room 4") for day in (6, 7)]
    sessions = [Session(f"s{n}", people.COHORT, "Europe/London", plan) for n, plan in enumerate(days)]
    marks = [Attendance(f"s{n}", state) for n, state in enumerate(states)]
    rows = [{**key("dana", mark.session)._asdict(), **fields(mark)} for mark in marks]

    background = collect_background(Book(people.programme(), ()), sessions, rows)

    never_took_place = tuple(others)  # workshops without any session, while others have theirs
    assert background.missed == (milestone,) * missed + never_took_place


def test_no_workshop_is_missed_in_a_cohort_without_any_session():
    assert collect_background(Book(people.programme(), ()), (), ()).missed == ()
