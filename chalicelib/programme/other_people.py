"""Handle another coach or line manager in a file, for a delegate who is enrolled already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Delegate
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, debriefs, delegates, holds, jobs
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.marshal import read
from chalicelib.store.table import Write, get_many


class Loading(Struct, frozen=True):
    """One load of a cohort.

    coaches   addresses of those who coached in the cohort before the load
    by        the administrator; empty in jobs of earlier versions
    """

    number: int
    coaches: Collection[str]
    by: str


def other_people(after: Delegate, loading: Loading, now: datetime) -> list[Write]:
    """Return writes for the transaction that changes the people; none if they are the same as before. One call."""
    rows = get_many([delegates.key(after.id), debriefs.unsigned_notes_key(after.id)]).values()
    before = next((read(Delegate, row) for row in rows if row["sk"] == "META"), None)
    if before is None:
        return []
    has_other_coach = before.coach.email != after.coach.email
    has_other_manager = before.manager.email != after.manager.email
    if not has_other_coach and not has_other_manager:
        return []
    acts = [*[AuditEvent.NAMED_COACH] * has_other_coach, *[AuditEvent.NAMED_MANAGER] * has_other_manager]
    notify = JobKind.HANDOVER.job(
        after.id,
        f"{loading.number}",
        due_at=now,
        delegate=after.id,
        coach=before.coach.email,
        manager=before.manager.email,
    )
    return [
        jobs.add(notify),
        *(audit_events.add(after.cohort_id, act, loading.by, after.id, now) for act in acts),
        *(_of_coach(rows, before, after, loading, now) if has_other_coach else []),
    ]


def _of_coach(
    rows: Collection[dict[str, object]], before: Delegate, after: Delegate, loading: Loading, now: datetime
) -> list[Write]:
    """Keep private notes with the coach who wrote them, and give the new coach codes for reports a day later."""
    about = after.id if after.coach.email in loading.coaches else ""
    hold = holds.new(after.cohort_id, after.coach, now, loading.by, about)
    return [*debriefs.hand_over(rows, before), holds.add(hold)]
