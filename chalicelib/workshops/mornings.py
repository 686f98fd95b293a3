"""Send the emails about workshops that are planned for the morning of a working day.

A job goes from one planned morning to the next. It reads the sessions and the registers as they are then, so a move of
a session changes nothing but the dates, and an email whose reason has gone is not sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core.clock import moment
from chalicelib.core.formatting import local_date, plural
from chalicelib.core.settings import settings
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.store import cohorts, delegates, emails, jobs, programmes
from chalicelib.store.emails import Email, EmailExists
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write
from chalicelib.workshops.emails.about_attendance import (
    JOINING,
    PREPARE,
    RUNS,
    STARTS,
    delegate_email,
    facilitator_email,
    overdue_email,
    register_email,
)
from chalicelib.workshops.planned_job import planned_job
from chalicelib.workshops.register import Register, load_registers
from chalicelib.workshops.workshop import Workshop, facilitators_of, workshops_of

JOIN_DAYS, START_DAYS = -15, -2  # working days from the first session
REGISTER_DAYS, OVERDUE_DAYS = 2, 5  # working days from the last session


class Morning(Struct, frozen=True):
    """What is known on a morning."""

    workshop: Workshop
    registers: tuple[Register, ...]  # of its sessions
    now: datetime

    @property
    def missing(self) -> int:
        """Count people who lack an entry in a register of the workshop."""
        return len({entry.id for one in self.registers if not one.is_filled for entry in one.entries if not entry.mark})

    @property
    def people(self) -> str:
        return plural(len(self.registers[0].entries), "delegate", "delegates")

    @property
    def closes_at(self) -> datetime:
        return max(one.window.closes_at for one in self.registers)


Emails = Callable[[Morning], Iterator[Email]]


def send_due_emails(job: Job, now: datetime) -> Sequence[Write]:
    """Send what was planned since the last run, and plan the next one."""
    rows = list(cohorts.rows(job.about["cohort"]))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        return []
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    days = working_days(programme.organisation, cohort.dates.closed)
    registers = load_registers(cohort, programme, rows)
    found = list(workshops_of(cohort, programme, [one.session for one in registers]))
    plan = [(at, workshop, written) for workshop in found for at, written in _plan(workshop, days)]
    since = moment(job.about["since"])
    for at, workshop, written in plan:
        if since < at <= now and not (written is _joining and _is_announced(workshop, days, now)):
            own = tuple(one for one in registers if one.session in workshop.sessions)
            _send(written(Morning(workshop, own, now)), now)
    _plan_next(cohort.id, [at for at, *_ in plan if at > now], days, now)
    return []


def _plan(workshop: Workshop, days: WorkingDays) -> Iterator[tuple[datetime, Emails]]:
    first, last = workshop.first.plan.date, workshop.last.plan.date
    yield days.morning(days.add(first, JOIN_DAYS)), _joining
    yield days.morning(days.add(first, START_DAYS)), _starts
    yield days.morning(days.add(last, REGISTER_DAYS)), _register
    yield days.morning(days.add(last, OVERDUE_DAYS)), _overdue


def _is_announced(workshop: Workshop, days: WorkingDays, now: datetime) -> bool:
    """Return whether the reminder that a workshop starts is due: how to join is no news then."""
    return now >= days.morning(days.add(workshop.first.plan.date, START_DAYS))


def _plan_next(cohort_id: str, coming: Sequence[datetime], days: WorkingDays, now: datetime) -> None:
    if not coming:
        return
    next_run = min(coming)
    try:
        job = planned_job(cohort_id, local_date(next_run, days.zone).isoformat(), now, next_run)
        commit([jobs.add(job)], now)
    except JobExists:
        return  # the job of an earlier act is planned for that morning


def _send(new: Iterator[Email], now: datetime) -> None:
    """Send each in a transaction of its own: an earlier attempt may have sent some."""
    for email in new:
        try:
            if email.good_until is None or now < email.good_until:
                commit(emails.add(email), now)
        except EmailExists:
            continue


def _joining(morning: Morning) -> Iterator[Email]:
    for entry in morning.registers[0].entries:
        if delegate := delegates.find(entry.id):
            yield delegate_email(JOINING, morning.workshop, delegate, morning.now)
    for one in morning.workshop.facilitators:
        yield facilitator_email(PREPARE, morning.workshop, one, morning.people, morning.now)


def _starts(morning: Morning) -> Iterator[Email]:
    for entry in morning.registers[0].entries:
        if delegate := delegates.find(entry.id):
            yield delegate_email(STARTS, morning.workshop, delegate, morning.now)
    for one in morning.workshop.facilitators:
        yield facilitator_email(RUNS, morning.workshop, one, morning.people, morning.now)


def _register(morning: Morning) -> Iterator[Email]:
    """Ask only the facilitators whose own sessions lack something."""
    missing = plural(morning.missing, "person", "people")
    unfilled = [one for one in morning.registers if not one.is_filled]
    asked = {one.id for register in unfilled for one in facilitators_of(register.cohort, register.session)}
    for one in morning.workshop.facilitators:
        if one.id in asked:
            yield register_email(morning.workshop, one, missing, morning.closes_at, morning.now)


def _overdue(morning: Morning) -> Iterator[Email]:
    missing = plural(morning.missing, "person", "people")
    for address in settings().administrators if morning.missing else ():
        yield overdue_email(morning.workshop, address, missing, morning.closes_at, morning.now)
