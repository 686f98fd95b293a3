"""When work opens, is due and is late: counted from the sessions that the delegate had."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from chalicelib.assignments.tasks import Task
from chalicelib.assignments.thread import WorkState
from chalicelib.assignments.timing import NO_TIMETABLE, Days, Span, Timetable, days_late, days_of
from chalicelib.core.form_model import Timing
from chalicelib.core.model import Assignment, Milestone
from chalicelib.store.assignments import Submission, Work

ZONE = "Europe/London"
FIRST = Span(datetime(2026, 3, 10, 9, 30, tzinfo=UTC), date(2026, 3, 11))
LAST = Span(datetime(2026, 10, 26, 9, 30, tzinfo=UTC), date(2026, 10, 27))
SPANS = Timetable({"self": FIRST, "service": LAST}, has_dates=True)


def only(span: Span) -> Timetable:
    return Timetable({"self": span}, has_dates=True)


@pytest.mark.parametrize(
    ("opens", "due", "opens_at", "due_on"),
    [
        (None, None, "2026-03-10T09:30:00+00:00", None),
        (None, Timing(21), "2026-03-10T09:30:00+00:00", "2026-04-01"),
        (Timing(2), Timing(7), "2026-03-13T00:00:00+00:00", "2026-03-18"),
        (Timing(28, "service"), Timing(1, "service"), "2026-09-27T23:00:00+00:00", "2026-10-25"),
    ],
)
def test_days_are_counted_from_sessions(opens, due, opens_at, due_on):
    days = days_of(Assignment("a", "A", opens, due), "self", SPANS, ZONE)

    assert days.opens_at
    assert days.opens_at.isoformat() == opens_at
    assert (days.due_on.isoformat() if days.due_on else None) == due_on


def test_a_cohort_without_sessions_has_no_days():
    assert days_of(Assignment("a", "A", None, Timing(7)), "self", NO_TIMETABLE, ZONE) == Days()


@pytest.mark.parametrize("opens", [None, Timing(1), Timing(28, "self")])
def test_work_that_opens_with_a_workshop_waits_until_that_has_a_date(opens):
    waits = days_of(Assignment("a", "A", opens, Timing(7)), "self", Timetable({}, has_dates=True), ZONE)

    assert (waits.opens_at, waits.due_on) == (None, None)
    assert not waits.is_open(datetime(2030, 1, 1, tzinfo=UTC))
    assert days_of(Assignment("a", "A", opens, Timing(7)), "self", only(FIRST), ZONE).is_open(LAST.starts_at)


def test_work_that_opens_before_another_workshop_waits_for_the_date_of_that_one():
    assignment = Assignment("a", "A", Timing(28, "service"), Timing(1, "service"))

    assert days_of(assignment, "self", only(FIRST), ZONE) == Days(waits_for_date=True)
    assert days_of(assignment, "self", Timetable({"service": LAST}, has_dates=True), ZONE).opens_at


def test_work_that_is_due_before_a_workshop_without_a_date_opens_and_has_no_day():
    days = days_of(Assignment("a", "A", None, Timing(5, "service")), "self", only(FIRST), ZONE)

    assert (days.opens_at, days.due_on, days.waits_for_date) == (FIRST.starts_at, None, False)


def test_a_session_that_moves_takes_the_day_along():
    moved = replace(FIRST, last_day=date(2026, 3, 18))

    assert days_of(Assignment("a", "A", None, Timing(7)), "self", only(moved), ZONE).due_on == date(2026, 3, 25)


# --- edge case 37: a workshop that was missed ------------------------------------------------------------------

MILESTONE = Milestone("self", "Leading Self", 2, ())
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


def task(days: Days, work: Work | None = None, submissions: tuple[Submission, ...] = ()) -> Task:
    return Task(MILESTONE, Assignment("a", "A"), days, ZONE, datetime(2027, 1, 1, tzinfo=UTC), (), work, submissions)


def test_work_of_a_missed_workshop_stays_closed_until_a_way_to_catch_up_is_set():
    missed = days_of(Assignment("a", "A", None, Timing(7)), "self", only(replace(FIRST, had=False)), ZONE)
    assert task(missed).state(NOW) is WorkState.CLOSED
    assert task(missed).late(NOW) == 0

    caught = days_of(
        Assignment("a", "A", None, Timing(7)), "self", only(replace(FIRST, catch_up_by=date(2026, 4, 30))), ZONE
    )
    assert task(caught).state(NOW) is WorkState.OPEN
    assert caught.due_on == date(2026, 4, 30)


# --- late is derived --------------------------------------------------------------------------------------------

DUE = Days(FIRST.starts_at, date(2026, 3, 16))


def submitted(at: datetime, state: WorkState = WorkState.SUBMITTED) -> Task:
    work = Work("self", "a", at, state=state.value, submissions=1, submitted_at=at, typed={"f.text": "x"})
    return task(DUE, work, (Submission("self", "a", 1, at, {"text": "x"}),))


def test_work_that_is_four_days_late_is_accepted_and_says_so():
    assert submitted(NOW).late(NOW) == 4
    assert submitted(NOW).late(NOW.replace(month=6)) == 4  # counted to the day of the submission
    assert task(DUE).late(NOW) == 4
    assert task(DUE).allows("submit", "delegate", NOW)
    assert days_late(None, date(2026, 3, 20)) == 0


def test_nothing_changes_after_the_last_survey_has_closed():
    last = datetime(2027, 1, 1, tzinfo=UTC)
    assert submitted(NOW).state(last) is WorkState.FINAL
    assert task(DUE).state(last) is WorkState.FINAL
    assert submitted(NOW, WorkState.WAIVED).state(last) is WorkState.WAIVED
    assert not any(task(DUE).allows(act, "delegate", last) for act in ("type", "submit", "take back"))


def test_returned_work_has_the_day_it_was_extended_to():
    work = Work("self", "a", NOW, state="returned", submissions=1, extended_to=date(2026, 4, 3))
    returned = replace(submitted(NOW), work=work)
    assert (returned.due_on, returned.late(NOW)) == (date(2026, 4, 3), 0)
