"""What follows when a file names another coach or line manager for a delegate who is enrolled already."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Delegate
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import debriefs, delegates, holds, jobs
from chalicelib.store.marshal import read
from chalicelib.store.table import Write, get_many


class Loading(Struct, frozen=True):
    """One load of a cohort.

    coaches   addresses of those who coached in the cohort before it
    by        the administrator; empty in jobs of earlier versions
    """

    number: int
    coaches: Collection[str]
    by: str


def other_people(after: Delegate, loading: Loading, now: datetime) -> list[Write]:
    """Part of the transaction that changes the people. One call; no write if they are the same as before."""
    rows = get_many([delegates.key(after.id), debriefs.unsigned_notes_key(after.id)]).values()
    before = next((read(Delegate, row) for row in rows if row["sk"] == "META"), None)
    if before is None:
        return []
    has_other_coach = before.coach.email != after.coach.email
    if not has_other_coach and before.manager.email == after.manager.email:
        return []
    tell = JobKind.HANDOVER.job(
        after.id,
        f"{loading.number}",
        due_at=now,
        delegate=after.id,
        coach=before.coach.email,
        manager=before.manager.email,
    )
    return [jobs.add(tell), *(_of_coach(rows, before, after, loading, now) if has_other_coach else [])]


def _of_coach(
    rows: Collection[dict[str, object]], before: Delegate, after: Delegate, loading: Loading, now: datetime
) -> list[Write]:
    """Private notes stay with who wrote them, and the other coach gets a code for reports a day later."""
    about = after.id if after.coach.email in loading.coaches else ""
    hold = holds.new(after.cohort_id, after.coach, now, loading.by, about)
    return [*debriefs.hand_over(rows, before), holds.add(hold)]
