"""The dates that a cohort has after a load: those of its files, and what acts have changed since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, CohortDates, Programme
from chalicelib.core.schedule import Session, SessionPlan, last_day
from chalicelib.store import workshops
from chalicelib.store.cohorts import LastLoad
from chalicelib.workshops.plan_sessions import DatesRefused, Plan, plan_from


class OtherDates(Refusal):
    """The files have dates that a load cannot set."""

    title = "Nothing was loaded"


def find_dates(
    last: LastLoad | None,
    cohort: Cohort,
    programme: Programme,
    sessions: Sequence[SessionPlan] | None,
    now: datetime,
) -> tuple[CohortDates, Plan | None]:
    """Return the cohort's dates after the load, and what changes in its sessions. Raises OtherDates.

    sessions   all sessions of the workshops; None changes no session
    """
    stored = workshops.list_sessions(cohort.id) if last else ()
    planned = None if sessions is None else _plan(_as_stored(last, cohort), programme, stored, sessions, now)
    dates = planned.dates if planned else replace(cohort.dates, ends=last_day(stored) or cohort.dates.ends)
    if last is None:
        return dates, planned
    before = last.cohort.dates
    closed = dates.closed if planned else before.closed
    after = replace(dates, survey=before.survey, closed=closed)
    _refuse_others(cohort.id, before, after, ends_may_differ=planned is not None)
    return after, planned


def _as_stored(last: LastLoad | None, cohort: Cohort) -> Cohort:
    """Return the cohort of the files with the end that it has now: an act compares with that."""
    if last is None:
        return cohort
    before = last.cohort.dates
    return replace(cohort, dates=replace(cohort.dates, ends=before.ends, survey=before.survey))


def _plan(
    cohort: Cohort, programme: Programme, stored: Sequence[Session], sessions: Sequence[SessionPlan], now: datetime
) -> Plan:
    try:
        return plan_from(cohort, programme, stored, sessions, now)
    except DatesRefused as refused:
        raise OtherDates(str(refused)) from None


def _refuse_others(cohort_id: str, before: CohortDates, after: CohortDates, *, ends_may_differ: bool) -> None:
    same_end = ends_may_differ or before.ends == after.ends
    if (before.opens, before.closes) != (after.opens, after.closes) or not same_end:
        raise OtherDates(
            f"Cohort {cohort_id} is loaded with other dates: opens {before.opens}, closes {before.closes}, "
            f"ends {before.ends}. Use those, or move them with `cohort move`."
        )
