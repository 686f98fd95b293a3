"""Handle another coach or line manager in a file, for a delegate who is enrolled already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from chalicelib.core.ids import name_key
from chalicelib.core.model import Delegate, Person
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, debriefs, delegates, holds, jobs
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.table import Write, get_many


class Loading(Struct, frozen=True):
    """One load of a cohort, or one act on a delegate.

    number    of the load; for an act, that of the load before it
    coaches   addresses of those who coached in the cohort before
    by        the administrator; empty in jobs of earlier versions
    until     when another coach may sign in: a working day later
    once      what makes the act one of its kind; empty: the number of the load
    """

    number: int
    coaches: Collection[str]
    by: str
    until: datetime
    why: str = "from a file"
    once: str = ""


def other_people(after: Delegate, loading: Loading, now: datetime) -> list[Write]:
    """Return writes for the transaction that changes the people; none if they are the same as before.

    One call, two for a coach.
    """
    rows = tuple(get_many([delegates.key(after.id), debriefs.unsigned_notes_key(after.id)]).values())
    before = DelegateRecord(rows).find_delegate()
    if before is None:
        return []
    has_other_coach = before.coach.email != after.coach.email
    has_other_manager = before.manager.email != after.manager.email
    if not has_other_coach and not has_other_manager:
        return []
    notify = JobKind.HANDOVER.job(
        after.id,
        loading.once or f"{loading.number}",
        due_at=now,
        delegate=after.id,
        coach=before.coach.email,
        manager=before.manager.email,
        coach_named=after.coach.email,
        coach_name=name_key(after.coach.name),
        manager_named=after.manager.email,
        manager_name=name_key(after.manager.name),
    )
    return [
        jobs.add(notify),
        *([_audit("the coach", before.coach, after.coach, after, loading, now)] if has_other_coach else []),
        *(
            [_audit("the line manager", before.manager, after.manager, after, loading, now)]
            if has_other_manager
            else []
        ),
        *(_of_coach(rows, before, after, loading, now) if has_other_coach else []),
    ]


def _audit(what: str, before: Person, after: Person, delegate: Delegate, loading: Loading, now: datetime) -> Write:
    return audit_events.add_naming(
        delegate.cohort_id,
        AuditEvent.CHANGED_PERSON,
        loading.by,
        delegate.id,
        now,
        {"before": before, "after": after},
        what=what,
        why=loading.why,
    )


def _of_coach(
    rows: Collection[dict[str, object]], before: Delegate, after: Delegate, loading: Loading, now: datetime
) -> list[Write]:
    """Keep private notes with the coach who wrote them; the new coach gets codes for reports a working day later."""
    about = after.id if after.coach.email in loading.coaches else ""
    hold = holds.make_hold(after.cohort_id, after.coach, loading.until, loading.by, about, is_new_person=True)
    return [*debriefs.hand_over(rows, before), *holds.add_all([hold], now)]
