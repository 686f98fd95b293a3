"""Add a delegate to a cohort that was loaded: with the cohort's dates, or with dates of their own once it has begun."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.core.errors import FieldError, FileInvalid
from chalicelib.core.formatting import day, last_day, local_date, local_day
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import Cohort, DelegateEntry, Programme, Wave
from chalicelib.core.working_days import working_days
from chalicelib.people.planned import ActRefused, Asking, Planned, plan, recipients
from chalicelib.programme.joiners import WaveDates, dates_of_joiner
from chalicelib.programme.read_people import DELEGATE_COLUMNS, read_delegates
from chalicelib.store import audit_events, cohorts, programmes
from chalicelib.store.audit_events import AuditEvent

LABELS = {
    "name": "The name",
    "email": "The email address",
    "job_title": "The job title",
    "service": "The service",
    "manager_name": "The line manager’s name",
    "manager_email": "The line manager’s email address",
    "coach_name": "The coach’s name",
    "coach_email": "The coach’s email address",
}


def read_entry(typed: Mapping[str, str]) -> DelegateEntry:
    """Read a delegate by the rules of delegates.csv. Raises ActRefused with the field of each fault."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(DELEGATE_COLUMNS)
    rows.writerow([" ".join(typed.get(column, "").split()) for column in DELEGATE_COLUMNS])
    try:
        (entry,) = read_delegates(text.getvalue().encode(), "typed")
    except FileInvalid as refused:
        faults = {fault.column: fault.message for fault in refused.faults}
        columns = (*(name for name in DELEGATE_COLUMNS if name in faults), *(faults.keys() - set(DELEGATE_COLUMNS)))
        raise ActRefused(
            *(FieldError(name, f"{LABELS.get(name, 'This')} {faults[name]}.") for name in columns)
        ) from None
    return entry


def plan_join(cohort_id: str, entry: DelegateEntry, asking: Asking) -> Planned:
    """Plan that a delegate joins.

    Raises CohortUnknown, LoadRefused, or ActRefused for a delegate who is there already, or after the programme's end.
    """
    last = cohorts.find_load(cohort_id)
    if last is None:
        raise CohortUnknown(cohort_id)
    cohort = last.cohort
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    _refuse(cohort, programme, entry, asking.now)
    days = working_days(programme.organisation, cohort.dates.closed)
    dates = dates_of_joiner(cohort.dates, days, asking.now)
    from chalicelib.programme.load_cohort import plan_load  # reads files: not for the start of pages

    load = plan_load(cohort, programme, (entry,), {}, asking.now, asking.by, why=asking.reason, last=last)
    zone = programme.organisation.timezone
    spans = f"questionnaire from {local_day(dates.opens_at, zone)} to {last_day(dates.closes_at, zone)}"
    subject = delegate_id(cohort.id, entry.person.email)
    words = {"what": spans, "why": asking.reason}
    audit = audit_events.add(cohort.id, AuditEvent.ADDED_DELEGATE, asking.by, subject, asking.now, **words)
    return plan(
        f"Add {entry.person.name} to {cohort.title}",
        _effects(cohort, dates, spans),
        recipients(
            ("delegate", entry.person, f"the opening of the questionnaire on {local_day(dates.opens_at, zone)}"),
            ("delegate", entry.person, "calendar entries of every future session"),
            (
                "line manager",
                entry.manager,
                "days of future workshops, and the questionnaire if managers are asked",
            ),
        ),
        [*load.writes, audit] if load.writes else [],
    )


def _refuse(cohort: Cohort, programme: Programme, entry: DelegateEntry, now: datetime) -> None:
    if any(line.email == entry.person.email for line in cohorts.list_lines(cohort.id, Wave.BASELINE)):
        raise ActRefused(FieldError("email", "A delegate of this cohort has, or had, this address."))
    if local_date(now, programme.organisation.timezone) > cohort.dates.ends:
        raise ActRefused(FieldError("", f"The programme of this cohort ended on {day(cohort.dates.ends)}."))


def _effects(cohort: Cohort, dates: WaveDates, spans: str) -> list[str]:
    whose = "Their own" if dates.own else "The cohort’s"
    return [
        f"{whose} {spans}.",
        "These dates are their own: they do not move with the cohort’s." if dates.own else "",
        "No figure of the cohort includes them, because its questionnaire has closed. Their report shows the figures "
        "of the others."
        if dates.apart
        else "",
        f"They come to every future session, until {day(cohort.dates.ends)}.",
    ]
