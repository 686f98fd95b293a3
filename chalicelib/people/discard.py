"""Discard a cohort before its first email, as if it had not been loaded: for files that were wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import plural
from chalicelib.core.model import DelegateWave, WaveState
from chalicelib.jobs.kinds import JobKind
from chalicelib.people.cohort import LoadedCohort
from chalicelib.people.planned import ActRefused, Asking, Planned, plan
from chalicelib.store import audit_events, catalogue, cohorts, emails, jobs, waiting_emails
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import load_record
from chalicelib.store.jobs import Job
from chalicelib.store.row_kinds.cohort_rows import COHORT, PEOPLE_LOAD
from chalicelib.store.row_kinds.delegate_rows import DELEGATE
from chalicelib.store.row_kinds.service_rows import LISTED_EMAIL
from chalicelib.store.row_kinds.work_rows import WORK_LINE
from chalicelib.store.table import Write, delete, key_of, query, transact

ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)
BEGUN = (
    "Emails about this cohort have gone out, so it cannot be discarded. Record for each delegate that they have left."
)


def plan_discard(loaded: LoadedCohort, asking: Asking) -> Planned:
    """Plan to discard a cohort. Raises ActRefused once an email was handed over, or a questionnaire has opened."""
    cohort, now = loaded.cohort, asking.now
    ids = cohorts.list_ids(cohorts.rows(cohort.id))
    if _has_begun(cohort.id, ids):
        raise ActRefused(FieldError("", BEGUN))
    return plan(
        f"Discard the cohort {cohort.title}",
        [
            f"{plural(len(ids), 'delegate', 'delegates')}, their raters, dates and emails that wait are deleted.",
            "No one gets an email about it. The id is not used again: load the right files under another one.",
            "You cannot undo this.",
        ],
        [],
        [
            *cohorts.discard(loaded.last, now),
            catalogue.remove_cohort(cohort.id),
            jobs.add(JobKind.DISCARD.job(cohort.id, stamp(now), due_at=now, cohort=cohort.id)),
            audit_events.add(cohort.id, AuditEvent.DISCARDED_COHORT, asking.by, cohort.id, now, why=asking.reason),
        ],
    )


def _has_begun(cohort_id: str, delegate_ids: Sequence[str]) -> bool:
    for owner in (cohort_id, *delegate_ids):
        waiting = (emails.find(email_id) for email_id in waiting_emails.list_ids(owner))
        if any(email and email.may_have_left for email in waiting):
            return True
    return any(wave.state is not WaveState.PLANNED for delegate_id in delegate_ids for wave in _waves(delegate_id))


def _waves(delegate_id: str) -> Iterator[DelegateWave]:
    return load_record(delegate_id).waves


def discard_cohort(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job: delete everything about the cohort. Its own rows go last, so that a repeat finds the others."""
    cohort_id = job.about["cohort"]
    ids = cohorts.list_ids(cohorts.rows(cohort_id))
    for owner in (cohort_id, *ids):
        waiting_emails.cancel_all(waiting_emails.list_ids(owner))
        waiting_emails.forget(waiting_emails.list_ids(owner))
        _delete_partition(LISTED_EMAIL.partition(owner=owner))
    for other in jobs.waiting(ENDLESS):
        is_ours = other.about.get("cohort") == cohort_id or other.about.get("delegate") in ids
        if is_ours and other.id != job.id:
            transact([jobs.forget(other.id)])
    for delegate_id in ids:
        _delete_partition(DELEGATE.partition(delegate=delegate_id))
    for kind in (PEOPLE_LOAD, WORK_LINE, COHORT):
        _delete_partition(kind.partition(cohort=cohort_id))
    return [catalogue.remove_cohort(cohort_id)]  # an act between the button and this job may have listed it again


def _delete_partition(pk: str) -> None:
    for row in list(query(pk)):
        transact([delete(key_of(row))])
