"""The sessions of each workshop for one delegate, from stored rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chalicelib.assignments.timing import Span
from chalicelib.core.schedule import Session, held
from chalicelib.store import workshops
from chalicelib.store.marshal import Row


def load_spans(cohort_id: str, rows: Sequence[Row]) -> dict[str, Span]:
    """Return the span of each workshop that has sessions. One query. `rows`: of the delegate's partition."""
    return spans_of(workshops.list_sessions(cohort_id), rows)


def spans_of(sessions: Sequence[Session], rows: Iterable[Row]) -> dict[str, Span]:
    """Return the span of each workshop that has sessions, as this delegate had it."""
    spans: dict[str, Span] = {}
    for session in held(sessions):  # earliest first
        first = spans.get(session.milestone, Span(session.starts_at, session.plan.date))
        spans[session.milestone] = Span(first.starts_at, max(first.last_day, session.plan.date))
    return spans
