"""Plan a cohort's second wave."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.core.calendar import MAX_OPEN_DAYS, closes_at
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Wave
from chalicelib.core.working_days import list_days_off, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, catalogue, cohorts, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.catalogue import EntryChanged
from chalicelib.store.cohorts import FollowupChanged, FollowupDates, FollowupExists
from chalicelib.store.jobs import Job, JobState
from chalicelib.waves import lifecycle

BY = "command line"
BUSY = FieldError("", "Someone else is planning it now. Check the cohort, then try again.")


class FollowupRefused(FormInvalid):
    """Impossible dates, or a second follow-up."""

    title = "No follow-up was planned"


class Planned(Struct, frozen=True):
    """What is planned.

    changed    False: it was planned before with the same dates
    questions  what may be a slip
    """

    cohort_id: str
    dates: FollowupDates
    changed: bool
    questions: tuple[str, ...] = ()


def plan(cohort_id: str, opens: date, closes: date, now: datetime, by: str = BY, *, dry_run: bool = False) -> Planned:
    """Ask again about every delegate whose first wave has closed.

    Planning again with the same dates includes delegates who have closed since; if there are none, nothing changes.
    dry_run   check it, and store nothing

    Raises CohortUnknown or FollowupRefused.
    """
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    organisation = programmes.load(cohort.programme_id, cohort.programme_version).organisation
    zone, dates = organisation.timezone, FollowupDates(opens, closes)
    if planned := cohorts.find_followup(cohort_id):
        return _again(cohort_id, planned, dates, closes_at(dates, zone), now, by, dry_run=dry_run)
    _check(cohort, dates, local_date(now, zone))
    named = {"The follow-up opens on": opens, "The last day for answers is": closes}
    questions = tuple(list_days_off(named, working_days(organisation, cohort.dates.closed)))
    if dry_run:
        return Planned(cohort_id, dates, changed=True, questions=questions)
    writes = [
        cohorts.add_followup(cohort_id, dates),
        catalogue.open_again(cohort_id),
        jobs.add(_round(cohort_id, dates.rounds, now)),
        jobs.add(lifecycle.figures_job(cohort_id, Wave.FOLLOWUP, closes_at(dates, zone))),
        audit_events.add(
            cohort_id, AuditEvent.PLANNED_FOLLOWUP, by, cohort_id, now, opens=f"{opens}", closes=f"{closes}"
        ),
    ]
    try:
        commit(writes, now)
    except (EntryChanged, FollowupExists):
        raise FollowupRefused(BUSY) from None
    return Planned(cohort_id, dates, changed=True, questions=questions)


def _again(
    cohort_id: str,
    planned: FollowupDates,
    wanted: FollowupDates,
    ends_at: datetime,
    now: datetime,
    by: str,
    *,
    dry_run: bool,
) -> Planned:
    if not planned.has_same_days_as(wanted):
        there = f"Cohort {cohort_id} has a follow-up from {planned.opens} to {planned.closes}."
        said = f"{there} A cohort has one follow-up; you can give delegates more time."
        raise FollowupRefused(FieldError("", said, "one-followup"))
    if (
        now >= ends_at
        or _is_at_work(cohort_id, planned, now)
        or not cohorts.list_without_followup(cohorts.rows(cohort_id))
    ):
        return Planned(cohort_id, planned, changed=False)
    if dry_run:
        return Planned(cohort_id, planned, changed=True)
    writes = [
        cohorts.plan_again(cohort_id, planned),
        jobs.add(_round(cohort_id, planned.rounds + 1, now)),
        audit_events.add(cohort_id, AuditEvent.PLANNED_LATER_FOLLOWUP, by, cohort_id, now),
    ]
    try:
        commit(writes, now)
    except FollowupChanged:
        raise FollowupRefused(BUSY) from None
    return Planned(cohort_id, planned, changed=True)


def _check(cohort: Cohort, dates: FollowupDates, today: date) -> None:
    """Check the dates. Raises FollowupRefused with everything that is wrong."""
    wrong = []
    if dates.opens <= cohort.dates.closes:
        first = f"The follow-up must open after the first questionnaire has closed, on {cohort.dates.closes}."
        wrong.append(FieldError("opens", first))
    if dates.opens < today:
        wrong.append(FieldError("opens", f"It would open on {dates.opens}, in the past."))
    if dates.closes < dates.opens:
        wrong.append(FieldError("closes", f"It would close on {dates.closes}, before it opens on {dates.opens}."))
    if (dates.closes - dates.opens).days > MAX_OPEN_DAYS:
        wrong.append(FieldError("closes", f"It would be open for more than {MAX_OPEN_DAYS} days."))
    if wrong:
        raise FollowupRefused(*wrong)


def _round(cohort_id: str, number: int, now: datetime) -> Job:
    """Make the job; each round has its own, and the first has no number."""
    subject = (cohort_id,) if number == 1 else (cohort_id, str(number))
    return JobKind.FOLLOWUP.job(*subject, due_at=now, cohort=cohort_id)


def _is_at_work(cohort_id: str, planned: FollowupDates, now: datetime) -> bool:
    """Return whether the last round is not finished: still running, or failed and to be restarted."""
    last = jobs.find(_round(cohort_id, planned.rounds, now).id)
    return last is not None and last.state is not JobState.DONE
