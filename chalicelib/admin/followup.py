"""The administrator opens a cohort's second wave."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib import waves
from chalicelib.admin.status import CohortUnknown
from chalicelib.errors import FieldFault, FieldFaults
from chalicelib.jobs.commit import commit
from chalicelib.model import Cohort, Wave
from chalicelib.programme.dates import LONGEST_OPEN_DAYS, closes_at
from chalicelib.store import audits, cohorts, jobs, programmes
from chalicelib.store.cohorts import FollowupDates
from chalicelib.store.table import ConditionFailed

BY = "command line"


class FollowupRefused(FieldFaults):
    """Dates that make no sense, or a second follow-up."""

    title = "No follow-up was planned"


class Planned(Struct, frozen=True):
    cohort_id: str
    dates: FollowupDates
    changed: bool  # False: it was planned before with these very dates


def plan(cohort_id: str, opens: date, closes: date, now: datetime, by: str = BY) -> Planned:
    """Ask about everybody again whose first wave has closed. Planning it again with the same dates changes nothing.

    Raises CohortUnknown or FollowupRefused.
    """
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    zone = programmes.load(cohort.programme_id, cohort.programme_version).organisation.timezone
    dates = FollowupDates(opens, closes)
    if planned := cohorts.find_followup(cohort_id):
        return _as_planned(cohort_id, planned, dates)
    _check(cohort, dates, now.astimezone(ZoneInfo(zone)).date())
    writes = [
        cohorts.add_followup(cohort_id, dates),
        jobs.add(jobs.job("followup", cohort_id, due_at=now, cohort=cohort_id)),
        jobs.add(waves.figures_job(cohort_id, Wave.FOLLOWUP, closes_at(dates, zone))),
        audits.add(cohort_id, f"planned the follow-up from {opens} to {closes}", by, cohort_id, now),
    ]
    try:
        commit(writes, now)
    except ConditionFailed:
        raise FollowupRefused(
            FieldFault("", "Somebody else is planning it now. Please look at the cohort and try again.")
        ) from None
    return Planned(cohort_id, dates, changed=True)


def _as_planned(cohort_id: str, planned: FollowupDates, wanted: FollowupDates) -> Planned:
    if planned != wanted:
        there = f"Cohort {cohort_id} has a follow-up from {planned.opens} to {planned.closes}."
        raise FollowupRefused(
            FieldFault("", f"{there} There is one for each cohort; delegates can be given more time.")
        )
    return Planned(cohort_id, planned, changed=False)


def _check(cohort: Cohort, dates: FollowupDates, today: date) -> None:
    """Raises FollowupRefused with everything that is wrong."""
    wrong = []
    if dates.opens <= cohort.dates.closes:
        first = f"The follow-up must open after the first questionnaire has closed, on {cohort.dates.closes}."
        wrong.append(FieldFault("opens", first))
    if dates.opens < today:
        wrong.append(FieldFault("opens", f"It would open on {dates.opens}, in the past."))
    if dates.closes < dates.opens:
        wrong.append(FieldFault("closes", f"It would close on {dates.closes}, before it opens on {dates.opens}."))
    if (dates.closes - dates.opens).days > LONGEST_OPEN_DAYS:
        wrong.append(FieldFault("closes", f"It would be open for more than {LONGEST_OPEN_DAYS} days."))
    if wrong:
        raise FollowupRefused(*wrong)
