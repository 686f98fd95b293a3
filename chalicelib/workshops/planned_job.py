"""The job that plans the mid-way rounds. Pages plan it; they do not import what it needs."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.working_days import WorkingDays
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import jobs
from chalicelib.store.table import Write


def rounds_job(cohort_id: str, load: int, days: WorkingDays, now: datetime) -> Write:
    """Return the job that brings the mid-way rounds to the sessions after an act that sets dates."""
    job = JobKind.ROUNDS.job_of_morning(cohort_id, f"load-{load}", morning=days.next_morning(now), cohort=cohort_id)
    return jobs.add(job)
