"""Describe the workshops of a delegate: attended, and what waits for the facilitator. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from chalicelib.core.formatting import local_date, short_date
from chalicelib.core.schedule import Session, held, title_of
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.threads.model import Task, Thread, ThreadView, Wait
from chalicelib.threads.records import Record, Records
from chalicelib.workshops.attendance import window_of
from chalicelib.workshops.workshop import facilitators_of

TOOK_PART = (State.ATTENDED, State.PARTLY, State.CAUGHT_UP)


def describe_workshops(record: Record, records: Records, now: datetime) -> ThreadView:
    thread, sessions = Thread.WORKSHOPS, held(records.sessions)
    if not sessions:
        return ThreadView(thread, "No dates yet", is_ahead=True)
    over = [session for session in sessions if session.ends_at <= now]
    if not over:
        return ThreadView(thread, f"From {short_date(sessions[0].plan.date)}", is_ahead=True)
    waits = tuple(wait for session in over for wait in _waits(record, session, records, now))
    came = sum(_mark(record, session).state in TOOK_PART for session in over)
    words = f"{came} of {len(sessions)}"
    kind = "warn" if waits else "good" if came == len(sessions) else ""
    return ThreadView(thread, words, kind, waits, is_over=len(over) == len(sessions) and not waits)


def _mark(record: Record, session: Session) -> Attendance:
    return record.marks.get(session.id, Attendance(session.id))


def _waits(record: Record, session: Session, records: Records, now: datetime) -> Iterator[Wait]:
    mark, title = _mark(record, session), title_of(records.programme, session, records.sessions)
    if mark.state is State.EXPECTED:
        yield _of_register(session, Task.FILL_REGISTER, f"fill in the register of {title}", records, now)
    elif mark.state is State.ABSENT:
        yield _of_register(session, Task.SET_CATCH_UP, f"say how to catch up on {title}", records, now)
    elif mark.state is State.CATCH_UP and mark.catch_up_by and mark.catch_up_by < _today(records, now):
        what = f"catch up on {title}"
        yield Wait(Task.CATCH_UP, By.DELEGATE, record.line.name, what, mark.catch_up_by, session.id)


def _of_register(session: Session, task: Task, what: str, records: Records, now: datetime) -> Wait:
    """Wait for the facilitator while they may write, then for the administrator."""
    days = working_days(records.programme.organisation, records.cohort.dates.closed)
    names = ", ".join(facilitator.person.name for facilitator in facilitators_of(records.cohort, session))
    may_write = bool(names) and window_of(session.starts_at, session.ends_at, days).is_open(now)
    by, who = (By.FACILITATOR, names) if may_write else (By.ADMINISTRATOR, "You")
    return Wait(task, by, who, what, session.plan.date, session.id)


def _today(records: Records, now: datetime) -> date:
    return local_date(now, records.programme.organisation.timezone)
