"""The sessions of each workshop for one delegate, from stored rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.assignments.timing import Span
from chalicelib.core.schedule import Session, held
from chalicelib.store import attendance, workshops
from chalicelib.store.attendance import Attendance, had_workshop
from chalicelib.store.marshal import Row


def load_spans(cohort_id: str, rows: Sequence[Row]) -> dict[str, Span]:
    """Return the span of each workshop that has sessions. One query. `rows`: of the delegate's partition."""
    return spans_of(workshops.list_sessions(cohort_id), rows)


def spans_of(sessions: Sequence[Session], rows: Iterable[Row]) -> dict[str, Span]:
    """Return the span of each workshop that has sessions, as this delegate had it."""
    return spans_from(sessions, attendance.from_rows(rows))


def spans_from(sessions: Sequence[Session], marks: Mapping[str, Attendance]) -> dict[str, Span]:
    """Return the same from what is recorded at each session."""
    of_workshop: dict[str, list[Session]] = {}
    for session in held(sessions):  # earliest first
        of_workshop.setdefault(session.milestone, []).append(session)
    return {milestone: span_of(each, marks) for milestone, each in of_workshop.items()}


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
