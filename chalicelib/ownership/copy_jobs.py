"""Make the copy of a person's own data, and delete it after three days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.admin import person_export
from chalicelib.ownership.cohort_rows import list_rows
from chalicelib.store import holds, objects, own_copies
from chalicelib.store.jobs import Job
from chalicelib.store.own_copies import OwnCopy
from chalicelib.store.table import Write


def make_copy(job: Job, now: datetime) -> Sequence[Write]:
    """Store what is the person's in the cohort. What someone else wrote about them is left to a member of the team.

    None is made if the address got another part since it was asked for, which is still on hold.
    """
    copy = _find(job)
    if copy is None or copy.file or now >= copy.until:
        return []
    rows = list(list_rows(copy.cohort_id, copy.email))
    if holds.is_held(rows, copy.who, now):
        return []
    own = [row for row in person_export.find(copy.email, lambda: rows) if person_export.REVIEW not in row]
    file = own_copies.file_of(copy)
    objects.save(file, person_export.pack(own))
    return [own_copies.finish(copy, file)]


def drop_copy(job: Job, now: datetime) -> Sequence[Write]:
    """Delete the copy, also if another was asked for since: the row names the newest only."""
    asked_at = datetime.fromisoformat(job.about["asked_at"])
    objects.remove(own_copies.file_of(OwnCopy(job.about["who"], job.about["cohort"], "", asked_at)))
    copy = _find(job)
    return [own_copies.finish(copy, "")] if copy and copy.file else []


def _find(job: Job) -> OwnCopy | None:
    """Find the copy that the job is about. Another one, asked for since, has jobs of its own."""
    copy = own_copies.find(job.about["who"], job.about["cohort"])
    return copy if copy and copy.asked_at.isoformat() == job.about["asked_at"] else None
