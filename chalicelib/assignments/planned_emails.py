"""Plan the emails about work: after each workshop, before and after each due day, and on Mondays to who reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from msgspec import Struct

from chalicelib.assignments import emails as letters
from chalicelib.assignments.coach_view import list_waiting
from chalicelib.assignments.spans import timetable_from
from chalicelib.assignments.thread import WorkState
from chalicelib.assignments.timing import Days, Timetable, days_of
from chalicelib.core.calendar import local_moment
from chalicelib.core.model import Assignment, Milestone, Person
from chalicelib.core.schedule import of_milestone
from chalicelib.emails.kinds import EmailKind, To
from chalicelib.links.kinds import COACH, FACILITATOR
from chalicelib.links.link_kind import Link
from chalicelib.mornings.jobs import mondays
from chalicelib.mornings.plan import CohortDay, Morning, Planned
from chalicelib.store import assignments, attendance
from chalicelib.store.assignments import WorkLine
from chalicelib.store.attendance import IS_ABSENT, Attendance
from chalicelib.store.emails import Email

DUE_DAYS, LATE_DAYS = -5, 2  # working days from the due day
WEEK = timedelta(days=7)
DONE = (WorkState.SUBMITTED, WorkState.READ, WorkState.WAIVED)


class _Work(Struct, frozen=True):
    """The work of a cohort, with all that decides which emails are sent."""

    day: CohortDay
    lines: Mapping[tuple[str, str], WorkLine]  # by delegate and assignment
    marks: Mapping[tuple[str, str], Attendance]  # by delegate and session

    def timetable(self, delegate_id: str) -> Timetable:
        own = {id: mark for (who, id), mark in self.marks.items() if who == delegate_id}
        return timetable_from(self.day.all_sessions, own)

    def is_done(self, delegate_id: str, assignment: Assignment) -> bool:
        line = self.lines.get((delegate_id, assignment.id))
        return line is not None and line.state in DONE

    def due_on(self, delegate_id: str, assignment: Assignment, days: Days) -> date | None:
        """Return the due day; None for work without reminders."""
        line = self.lines.get((delegate_id, assignment.id))
        if days.missed or (days.waits_for_date and line is None) or self.is_done(delegate_id, assignment):
            return None
        if line and line.state == WorkState.RETURNED:
            return line.extended_to
        return (line.extended_to if line else None) or days.due_on

    def left_to_do(self, delegate_id: str, step: Milestone) -> dict[str, date | None]:
        """Return the day of each task of a workshop that the delegate has not done yet; None without a day."""
        timetable, zone = self.timetable(delegate_id), self.day.days.zone
        left = [assignment for assignment in step.assignments if not self.is_done(delegate_id, assignment)]
        return {
            assignment.id: self.due_on(delegate_id, assignment, days_of(assignment, step.id, timetable, zone))
            for assignment in left
        }


def load_lines(day: CohortDay) -> dict[tuple[str, str], WorkLine]:
    lines, broken = assignments.find_readable_lines(day.cohort.id)
    day.broken.update(broken)
    return {(line.delegate_id, line.assignment): line for line in lines}


def plan(day: CohortDay) -> Iterator[Planned]:
    begun = [session.id for session in day.sessions if session.starts_at <= day.now]
    ids = [line.delegate_id for line in day.lines]
    work = _Work(day, load_lines(day), day.read_marks(ids, begun))
    yield from _after_workshops(day)
    for id in ids:
        if id not in day.broken:
            yield from _reminders(work, id)
    yield from _to_read(day)


# --- the delegate -----------------------------------------------------------------------------------------------


def _after_workshops(day: CohortDay) -> Iterator[Planned]:
    for step in day.programme.milestones:
        sessions = of_milestone(day.sessions, step.id)
        if sessions and step.assignments:
            yield Planned(day.morning(sessions[-1].plan.date, 1), To.DELEGATE, partial(_after, step))


def _after(step: Milestone, morning: Morning) -> Iterator[Email]:
    """Write to delegates who have work to do and attended, or whose attendance is not recorded yet."""
    day, sessions = morning.day, of_milestone(morning.day.sessions, step.id)
    marks = day.read_marks(list(day.delegates), [session.id for session in sessions])
    work = _Work(day, load_lines(day), marks)
    for delegate in day.readable:
        own = [marks.get((delegate.id, session.id), Attendance(session.id)).state for session in sessions]
        was_there = any(state not in (*IS_ABSENT, attendance.AttendanceState.EXCUSED) for state in own)
        if was_there and (due := work.left_to_do(delegate.id, step)):
            ends = max((by for by in due.values() if by and by >= day.today), default=None)
            until = _end_of(ends, day) if ends else day.survey_opens_at
            yield letters.after_email(day.programme, delegate, step, due, morning.now, until)


def _reminders(work: _Work, delegate_id: str) -> Iterator[Planned]:
    day, timetable = work.day, work.timetable(delegate_id)
    for step in day.programme.milestones:
        for assignment in step.assignments:
            days = days_of(assignment, step.id, timetable, day.days.zone)
            if due_on := work.due_on(delegate_id, assignment, days):
                remind = partial(_remind, delegate_id, assignment, due_on)
                yield Planned(day.morning(due_on, DUE_DAYS), To.DELEGATE, partial(remind, letters.DUE), delegate_id)
                yield Planned(day.morning(due_on, LATE_DAYS), To.DELEGATE, partial(remind, letters.LATE), delegate_id)


def _remind(
    delegate_id: str, assignment: Assignment, due_on: date, kind: EmailKind, morning: Morning
) -> Iterator[Email]:
    day = morning.day
    until = _end_of(due_on, day) if kind is letters.DUE else day.survey_closes_at
    if delegate := day.delegates.get(delegate_id):
        yield letters.reminder_email(kind, day.programme, delegate, assignment, due_on, morning.now, until)


def _end_of(last: date, day: CohortDay) -> datetime:
    return local_moment(last + timedelta(days=1), 0, day.days.zone)


# --- who reads it -----------------------------------------------------------------------------------------------


def _to_read(day: CohortDay) -> Iterator[Planned]:
    """Plan the Mondays around today: the job looks again each week."""
    last = day.local_day(day.survey_closes_at + WEEK)  # after it no work changes any more
    for at in mondays(day, day.today - WEEK, min(day.today + WEEK, last)):
        yield Planned(at, To.COACH, partial(_new_work, at, "coach", _coaches))
        yield Planned(at, To.FACILITATOR, partial(_new_work, at, "facilitator", _facilitators))


Readers = Callable[[CohortDay], Iterable[tuple[EmailKind, Person, Link, set[str]]]]
"""Each reader with the kind of their email, their link, and whose work they read."""


def _coaches(day: CohortDay) -> Iterator[tuple[EmailKind, Person, Link, set[str]]]:
    by_coach: dict[str, set[str]] = {}
    for delegate in day.delegates.values():
        by_coach.setdefault(delegate.coach.email, set()).add(delegate.id)
    for ids in by_coach.values():
        first = day.delegates[min(ids)]
        if not first.coach.is_erased:
            yield letters.TO_READ, first.coach, COACH.link(day.cohort.id, first.coach, first.coach_link), ids


def _facilitators(day: CohortDay) -> Iterator[tuple[EmailKind, Person, Link, set[str]]]:
    everyone = {
        facilitator.person.email: facilitator.person
        for facilitator in day.cohort.facilitators
        if not facilitator.person.is_erased
    }
    for person in everyone.values():
        yield letters.TO_READ_FACILITATOR, person, FACILITATOR.link(day.cohort, person), set(day.delegates)


def _new_work(at: datetime, role: str, readers: Readers, morning: Morning) -> Iterator[Email]:
    """Write to readers who have something from this week to read."""
    day, since = morning.day, at - WEEK
    names = {id: delegate.person.name for id, delegate in day.delegates.items()}
    for kind, person, link, ids in readers(day):
        own = {id: names[id] for id in ids}
        waiting = list_waiting(day.cohort.id, day.programme, own, role)
        if any(submission.submitted_at > since for submission in waiting):
            lines = [f"{submission.delegate}: {submission.title}, since {submission.since}" for submission in waiting]
            yield letters.to_read_email(kind, day.programme, day.cohort, person, link, lines, at)
