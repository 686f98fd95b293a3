"""What a delegate and their coach see of the delegate's sessions: when, where, and what is recorded. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core.formatting import day
from chalicelib.core.model import Programme
from chalicelib.core.schedule import held, title_of
from chalicelib.store import attendance, workshops
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.workshops.attendance import WORDS

KINDS = {State.ATTENDED: "good", State.CAUGHT_UP: "good", State.ABSENT: "warn", State.CATCH_UP: "warn"}  # of a pill
MISSED = (State.ABSENT, State.CATCH_UP)


class Recorded(Struct, frozen=True):
    """What is recorded of a delegate at one session, in words, and what they do to make up for an absence."""

    words: str
    kind: str  # of a pill
    catch_up: str  # empty once it is done


def list_recorded(attendances: Mapping[str, Attendance]) -> Mapping[str, Recorded]:
    """Return what is recorded, by session. `attendances`: of the delegate, by session."""
    return {
        session: _describe(attendance)
        for session, attendance in attendances.items()
        if attendance.state is not State.EXPECTED
    }


def _describe(attendance: Attendance) -> Recorded:
    words, is_due = WORDS[attendance.state], attendance.state is State.CATCH_UP
    if is_due and attendance.catch_up_by:
        words = f"absent; catch up by {day(attendance.catch_up_by)}"
    return Recorded(words, KINDS.get(attendance.state, ""), attendance.catch_up if is_due else "")


class Visit(Struct, frozen=True):
    """One delegate at one session."""

    title: str
    when: str
    is_over: bool
    recorded: Recorded | None


def list_visits(
    programme: Programme, cohort_id: str, attendances: Mapping[str, Attendance], now: datetime
) -> tuple[Visit, ...]:
    """Return the sessions of a delegate, earliest first. One query. `attendances`: of the delegate, by session."""
    sessions, recorded = workshops.list_readable(cohort_id), list_recorded(attendances)
    return tuple(
        Visit(
            title_of(programme, session, sessions), session.plan.when, session.ends_at <= now, recorded.get(session.id)
        )
        for session in held(sessions)
    )


def list_absences(programme: Programme, cohort_id: str, delegate_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the sessions that each delegate missed and has not caught up on, in words. One query and one read."""
    sessions = workshops.list_readable(cohort_id)
    titles = {session.id: title_of(programme, session, sessions) for session in held(sessions)}
    attendances = attendance.find_many(delegate_ids, list(titles))
    missed = {at: _describe(attendance).words for at, attendance in attendances.items() if attendance.state in MISSED}
    return {
        id: tuple(f"{titles[session]}: {missed[id, session]}" for session in titles if (id, session) in missed)
        for id in delegate_ids
    }
