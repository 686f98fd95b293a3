"""The one job for emails that a cohort's calendar plans, and the acts' way to start it.

A job goes from one planned morning to the next. It reads the cohort as it is then, so a move of a date changes nothing
but the next morning, and an email whose reason has gone is not sent. It runs at least once a week: what people do
meanwhile, such as returning work, plans mornings too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import cast

from chalicelib.core.clock import moment, stamp
from chalicelib.core.formatting import local_date
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.jobs.kinds import JobKind, morning_of
from chalicelib.mornings.plan import CohortDay, Morning, Planned, Planner
from chalicelib.store import cohorts, emails, jobs, programmes
from chalicelib.store.emails import Email, EmailExists
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write
from chalicelib.waves.lifecycle import needs_job
from chalicelib.waves.suppression import list_suppressed

PLANNERS = (  # `<module in chalicelib>:<function>`, imported when the job runs
    "workshops.planned_emails:plan",
    "assignments.planned_emails:plan",
    "areas.planned_emails:plan",
    "sponsor.planned_emails:plan",
    "impact.planned_emails:plan",
)
LOOKS_UNTIL = timedelta(days=60)  # after the survey: reviews and their reminders are over by then
MONDAY = 0


def planned_job(cohort_id: str, subject: str, since: datetime, due_at: datetime) -> Job:
    """Make the job of a morning.

    since  this job does not send emails that were planned until then
    """
    return JobKind.MORNING.job_of_morning(cohort_id, subject, morning=due_at, cohort=cohort_id, since=stamp(since))


def first_job(cohort_id: str, cause: str, days: WorkingDays, now: datetime) -> Write:
    """Return the first job after an act that sets dates. Jobs of several acts meet on the next planned morning."""
    return jobs.add(planned_job(cohort_id, cause, now, days.next_morning(now)))


def run_morning(job: Job, now: datetime) -> Sequence[Write]:
    """Send what was planned since the last run, and plan the next one.

    It runs a little before its morning, so that its emails go out together with what else is due then.
    """
    now = morning_of(job, now)
    day = open_day(job.about["cohort"], now)
    if day is None:
        return []
    plan = list_planned(day)
    coming = tuple(planned for planned in plan if planned.at > now)
    since = moment(job.about["since"])
    due = [planned for planned in plan if since < planned.at <= now]
    left_out: dict[str, str] = {}
    if due:
        by_place = {f"{place} of {planned.about or planned.to}": planned for place, planned in enumerate(due)}
        _, left_out = each(by_place, lambda place: _send(by_place[place].write(Morning(day, coming)), day), "morning")
    _plan_next(day, [planned.at for planned in coming])
    fail_for(left_out | day.broken)
    return []


def open_day(cohort_id: str, now: datetime) -> CohortDay | None:
    """Read a cohort in two calls; None if it is gone."""
    rows = tuple(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        return None
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    return CohortDay(cohort, programme, rows, working_days(programme.organisation, cohort.dates.closed), now)


def list_planned(day: CohortDay) -> list[Planned]:
    """Return everything that the planners plan for a cohort, earliest first."""
    plans = (planned for planner in PLANNERS for planned in _load(planner)(day))
    return sorted(plans, key=lambda planned: planned.at)


def _load(planner: str) -> Planner:
    module, function = planner.split(":")
    return cast(Planner, getattr(import_module(f"chalicelib.{module}"), function))


def _send(new: Iterable[Email], day: CohortDay) -> None:
    """Store each in a transaction of its own: an earlier attempt may have stored some."""
    lost = list_suppressed(day.cohort.id)
    for email in new:
        if email.good_until is not None and day.now >= email.good_until:
            continue
        try:
            commit(emails.add(email, stopped=email.to.email in lost), day.now)
        except EmailExists:
            continue


def _plan_next(day: CohortDay, planned: Sequence[datetime]) -> None:
    next_run = min([*planned, *_next_monday(day)], default=None)
    if next_run is None:
        return
    with suppress(JobExists):  # one for all cohorts of a calendar; those of earlier versions have none
        commit([jobs.add(needs_job(day.programme.organisation, day.now))], day.now)
    try:
        job = planned_job(day.cohort.id, local_date(next_run, day.days.zone).isoformat(), day.now, next_run)
        commit([jobs.add(job)], day.now)
    except JobExists:
        return  # the job of an earlier act is planned for that morning


def _next_monday(day: CohortDay) -> Iterator[datetime]:
    """Return the first working morning of next week, as long as the programme lasts."""
    last = day.local_day(day.survey_closes_at + LOOKS_UNTIL)
    yield from islice(mondays(day, day.today + timedelta(days=1), last), 1)


def mondays(day: CohortDay, earliest: date, latest: date) -> Iterator[datetime]:
    """Return the first working mornings of weeks: of each whose Monday is between two days."""
    monday = earliest + timedelta(days=(MONDAY - earliest.weekday()) % 7)
    while monday <= latest:
        yield day.days.morning(monday)
        monday += timedelta(days=7)
