"""Email administrators on working mornings what needs them, across cohorts. If nothing does, they get no email.

What a coach is late with is emailed once: it stays in the console's list, and causes no further email.

Mornings are those of a calendar: time zone and bank holidays. An administrator of several gets one email, on the
mornings of the calendar that most of their cohorts have. A job for each morning plans the next, as long as a cohort of
the calendar is not finished. A load of a cohort starts the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from chalicelib.admin.emails import needs_email
from chalicelib.admin.failures import list_failures
from chalicelib.admin.home import Need, failed_work, list_needs
from chalicelib.admin.settle_cohorts import settle_cohorts
from chalicelib.core.formatting import local_date, plural
from chalicelib.core.ids import administrator_key
from chalicelib.core.model import Organisation, Programme
from chalicelib.core.settings import settings
from chalicelib.core.working_days import name_calendar
from chalicelib.jobs.commit import commit
from chalicelib.store import administrator_rights, emails, jobs, programmes
from chalicelib.store.catalogue import CohortEntry
from chalicelib.store.emails import EmailExists
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write
from chalicelib.waves.lifecycle import needs_job

Needs = Mapping[CohortEntry, tuple[Need, ...]]
MAX_LINES = 100  # of one email


def send_needs(job: Job, now: datetime) -> Sequence[Write]:
    """Write to each administrator about the programmes that they may see, and plan the next morning.

    The job that a load starts has no day: it only plans. A job of an earlier version has no calendar, and is for all.
    """
    needs_by_cohort = list_needs(now)
    settle_cohorts(needs_by_cohort, now)
    programmes_of = {entry: programmes.load(entry.programme_id, entry.programme_version) for entry in needs_by_cohort}
    if "day" in job.about:
        failed = len(list_failures())
        for address in settings().administrators:
            _write_to(address, needs_by_cohort, programmes_of, failed, job, now)
    for organisation in {
        name_calendar(programme.organisation): programme.organisation for programme in programmes_of.values()
    }.values():
        _plan_next(organisation, now)
    return []


def _write_to(
    address: str,
    needs_by_cohort: Needs,
    programmes_of: Mapping[CohortEntry, Programme],
    failed: int,
    job: Job,
    now: datetime,
) -> None:
    """Write if it is a morning of the administrator's calendar.

    In a transaction of its own: an earlier attempt may have written to some.
    """
    given = administrator_rights.find(administrator_key(address.lower()))
    seen = {entry: needs for entry, needs in needs_by_cohort.items() if given is None or entry.programme_id in given}
    home = _find_home([programmes_of[entry] for entry in seen])
    if home is None or not _is_morning_of(job, home, now):
        return
    needs = [need for of_cohort in seen.values() for need in of_cohort]
    if failed and given is None:
        needs = [failed_work(failed), *needs]
    if all(need.was_emailed for need in needs):
        return
    email = needs_email(home, address, summarise(needs), len(needs), sum(map(bool, seen.values())), now)
    with suppress(EmailExists):
        commit(emails.add(email), now)


def summarise(needs: Iterable[Need]) -> list[str]:
    """Return a line for each thing to do in a cohort, with how often. No names: an erasure would miss them.

    With many cohorts the first lines only: the email has to fit into a row, and no one reads a thousand lines.
    """
    counts = Counter((need.cohort, need.what) for need in needs)
    lines = [
        ": ".join(filter(None, [cohort, what])) + (f" ({count})" if count > 1 else "")
        for (cohort, what), count in counts.items()
    ]
    left = len(lines) - MAX_LINES
    return [*lines[:MAX_LINES], f"and {plural(left, 'more', 'more')}"] if left > 0 else lines


def _find_home(of_cohorts: Sequence[Programme]) -> Programme | None:
    """Return a programme with the calendar that most cohorts have; among several, the last by name."""
    counts = Counter(name_calendar(programme.organisation) for programme in of_cohorts)

    def rank(programme: Programme) -> tuple[int, str]:
        name = name_calendar(programme.organisation)
        return counts[name], name

    return max(of_cohorts, key=rank, default=None)


def _is_morning_of(job: Job, programme: Programme, now: datetime) -> bool:
    """Return whether a job is of a programme's calendar and this day: after an outage yesterday's list is old."""
    where = programme.organisation
    calendar = job.about.get("calendar", name_calendar(where))
    return calendar == name_calendar(where) and job.about["day"] == f"{local_date(now, where.timezone)}"


def _plan_next(organisation: Organisation, now: datetime) -> None:
    with suppress(JobExists):
        commit([jobs.add(needs_job(organisation, now))], now)
