"""Email administrators on working mornings what needs them, across cohorts. If nothing does, they get no email.

A job for each morning plans the next, as long as a cohort is not finished. A load of a cohort starts the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from chalicelib.admin.emails import needs_email
from chalicelib.admin.home import Need, list_needs
from chalicelib.core.formatting import local_date
from chalicelib.core.ids import administrator_key
from chalicelib.core.model import Programme
from chalicelib.core.settings import settings
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.store import administrator_rights, emails, jobs, programmes
from chalicelib.store.catalogue import CohortEntry
from chalicelib.store.emails import EmailExists
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write
from chalicelib.waves.lifecycle import needs_job

Needs = Mapping[CohortEntry, tuple[Need, ...]]


def send_needs(job: Job, now: datetime) -> Sequence[Write]:
    """Write to each administrator about the programmes that they may see, and plan the next morning.

    The job that a load starts has no day: it only plans.
    """
    found = list_needs(now)
    if not found:
        return []
    first = next(iter(found))
    days = working_days(programmes.load(first.programme_id, first.programme_version).organisation)
    if job.about.get("day") == local_date(now, days.zone).isoformat():  # after an outage yesterday's list is old
        failed = len(jobs.failed())
        for address in settings().administrators:
            _write_to(address, found, failed, now)
    _plan_next(days, now)
    return []


def _write_to(address: str, found: Needs, failed: int, now: datetime) -> None:
    """Write in a transaction of its own: an earlier attempt may have written to some."""
    given = administrator_rights.find(administrator_key(address.lower()))
    seen = {one: needs for one, needs in found.items() if needs and (given is None or one.programme_id in given)}
    count = sum(map(len, seen.values())) + (1 if failed and given is None else 0)
    if not count:
        return
    email = needs_email(_programme_of(next(iter(seen), next(iter(found)))), address, count, len(seen), now)
    with suppress(EmailExists):
        commit(emails.add(email), now)


def _programme_of(entry: CohortEntry) -> Programme:
    return programmes.load(entry.programme_id, entry.programme_version)


def _plan_next(days: WorkingDays, now: datetime) -> None:
    with suppress(JobExists):
        commit([jobs.add(needs_job(days.next_morning(now), days.zone))], now)
