"""Add the job that plans the mid-way rounds. Pages import this module, so it imports nothing that the job needs."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.working_days import WorkingDays
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import jobs
from chalicelib.store.table import Write


def rounds_job(cohort_id: str, load: int, days: WorkingDays, now: datetime) -> Write:
    """Return the write of the job that moves the mid-way rounds to the new dates of the sessions."""
    job = JobKind.ROUNDS.job_of_morning(cohort_id, f"load-{load}", morning=days.next_morning(now), cohort=cohort_id)
    return jobs.add(job)
