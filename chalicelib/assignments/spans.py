"""The sessions of each workshop for one delegate, from stored rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.assignments.timing import Span, Timetable
from chalicelib.core.schedule import Session, held
from chalicelib.store import attendance, workshops
from chalicelib.store.attendance import Attendance, had_workshop
from chalicelib.store.marshal import Row


def load_timetable(cohort_id: str, rows: Sequence[Row]) -> Timetable:
    """Return the workshops as this delegate had them. One query. `rows`: of the delegate's partition."""
    return timetable_of(workshops.list_readable(cohort_id), rows)


def timetable_of(sessions: Sequence[Session], rows: Iterable[Row]) -> Timetable:
    """Return the same from the cohort's sessions, cancelled ones included."""
    return timetable_from(sessions, attendance.from_rows(rows))


def timetable_from(sessions: Sequence[Session], marks: Mapping[str, Attendance]) -> Timetable:
    """Return the same from what is recorded at each session."""
    of_workshop: dict[str, list[Session]] = {}
    for session in held(sessions):  # earliest first
        of_workshop.setdefault(session.milestone, []).append(session)
    spans = {milestone: span_of(each, marks) for milestone, each in of_workshop.items()}
    return Timetable(spans, has_dates=bool(sessions))


def span_of(sessions: Sequence[Session], marks: Mapping[str, Attendance]) -> Span:
    """Return the span of one workshop. `marks`: of the delegate, by session."""
    own = [marks.get(session.id, Attendance(session.id)) for session in sessions]
    catch_up = [mark.catch_up_by for mark in own if mark.catch_up_by]
    return Span(
        starts_at=sessions[0].starts_at,
        last_day=max(session.plan.date for session in sessions),
        had=had_workshop([mark.state for mark in own]),
        catch_up_by=max(catch_up) if catch_up else None,
    )
