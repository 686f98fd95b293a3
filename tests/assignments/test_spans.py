"""Which workshops a delegate had, from the sessions and the register (edge case 37)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from chalicelib.assignments.spans import timetable_of
from chalicelib.core.schedule import Session, SessionPlan
from chalicelib.store.attendance import Attendance, AttendanceState, key
from chalicelib.store.marshal import fields

A = AttendanceState


def session(name: str, day: str, *, cancelled: bool = False) -> Session:
    plan = SessionPlan("others", date.fromisoformat(day), time(9, 30), time(16, 30), "Room 4")
    return Session(name, "c", "Europe/London", plan, cancelled)


SESSIONS = (session("s1", "2026-03-10"), session("s2", "2026-03-11"), session("s3", "2026-03-20", cancelled=True))


def marked(*states: AttendanceState, by: date | None = None) -> list[dict[str, object]]:
    marks = [Attendance(f"s{n}", state, catch_up_by=by) for n, state in enumerate(states, start=1)]
    return [{**key("d", mark.session)._asdict(), **fields(mark)} for mark in marks]


@pytest.mark.parametrize(
    ("states", "had"),
    [
        ((), True),
        ((A.ATTENDED, A.ATTENDED), True),
        ((A.ATTENDED, A.ABSENT), True),
        ((A.ABSENT, A.ABSENT), False),
        ((A.EXCUSED, A.ABSENT), False),
        ((A.CATCH_UP, A.ABSENT), True),
        ((A.CAUGHT_UP, A.CAUGHT_UP), True),
    ],
)
def test_a_workshop_was_had_unless_all_of_it_was_missed(states, had):
    span = timetable_of(SESSIONS, marked(*states)).spans["others"]

    assert span.had is had
    assert (span.starts_at, span.last_day) == (datetime(2026, 3, 10, 9, 30, tzinfo=UTC), date(2026, 3, 11))


def test_the_day_to_catch_up_by_goes_along():
    span = timetable_of(SESSIONS, marked(A.CATCH_UP, by=date(2026, 4, 30))).spans["others"]

    assert span.catch_up_by == date(2026, 4, 30)


def test_a_workshop_whose_sessions_are_all_cancelled_waits_for_a_date():
    timetable = timetable_of((SESSIONS[2],), [])

    assert timetable.find("others") is None
    assert timetable.lacks_date("others")
    assert not timetable_of((), []).lacks_date("others"), "a cohort without dates has its work open"
