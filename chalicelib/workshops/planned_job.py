"""The job that sends the emails of a planned morning. Pages plan it; they do not import what it needs."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.clock import stamp
from chalicelib.core.working_days import WorkingDays
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import jobs
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write


def planned_job(cohort_id: str, subject: str, since: datetime, due_at: datetime) -> Job:
    """`since`: emails that were planned until then are not sent by this job."""
    return JobKind.WORKSHOP_EMAILS.job(cohort_id, subject, due_at=due_at, cohort=cohort_id, since=stamp(since))


def first_job(cohort_id: str, load: int, days: WorkingDays, now: datetime) -> Write:
    """Return the first job after an act that sets dates. Jobs of several acts meet on the next planned morning."""
    return jobs.add(planned_job(cohort_id, f"load-{load}", now, days.next_morning(now)))
