"""Emails to a coach, line manager, facilitator or sponsor in whose place a file has named another person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.admin.emails import former_notice
from chalicelib.core.model import Delegate
from chalicelib.store import cohorts, emails, programmes
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write


def notify_former_people(job: Job, delegate: Delegate, now: datetime) -> Iterator[Write]:
    """One email for each part and load, however many delegates the file takes from the person."""
    now_in = {"coach": delegate.coach, "line manager": delegate.manager}
    before_in = {"coach": job.about["coach"], "line manager": job.about["manager"]}
    for part, person in now_in.items():
        if before_in[part] != person.email:
            yield from _notify(job, delegate.cohort_id, part, before_in[part], now)


def notify_former_of_cohort(job: Job, now: datetime) -> list[Write]:
    """Notify a sponsor or a facilitator, who have a part in the whole cohort."""
    part = "sponsor" if "sponsor" in job.about else "facilitator"
    return list(_notify(job, job.about["cohort"], part, job.about[part], now))


def _notify(job: Job, cohort_id: str, part: str, before: str, now: datetime) -> Iterator[Write]:
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise LookupError(f"no cohort {cohort_id}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    notice = former_notice(programme, cohort_id, part, before, load=job.id.rsplit("#", 1)[-1], now=now)
    if emails.find(notice.id) is None:
        yield from emails.add(notice)
