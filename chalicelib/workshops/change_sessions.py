"""Change the dates of a cohort's workshops: one act, one audit line, and one job that notifies everyone concerned.

The same act serves the cohort's file, the command line and the console.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time

from msgspec.structs import replace

from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Programme
from chalicelib.core.reasons import NO_REASON, fault_of
from chalicelib.core.schedule import (
    Change,
    Session,
    SessionPlan,
    compare,
    find_by_name,
    held,
    of_milestone,
)
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.mornings.jobs import first_job
from chalicelib.store import audit_events, cohorts, jobs, programmes, workshops
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import CohortChanged, LastLoad
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.workshops.change_words import record_changes
from chalicelib.workshops.plan_sessions import DatesRefused, Plan, plan_changes
from chalicelib.workshops.planned_job import rounds_job

URGENT_DAYS = 3  # working days: people learn at once of a change to a nearer session
BUSY = "Someone else is changing this cohort now. Check the dates, then try again."


def act_writes(planned: Plan, load: int, now: datetime, by: str, why: str = "") -> list[Write]:
    """Return the writes of an act, without that of the cohort's row. `load`: the cohort's load number after the act."""
    if not planned.changes:
        return []
    before = {each.id: each for each in planned.before}
    changed = [each for each in planned.after if before.get(each.id) != each]
    about = planned.cohort.id
    changes, people = record_changes(
        planned.changes, planned.before, planned.programme, planned.cohort, audit_events.PLACE.format
    )
    words = {"changes": changes, "why": why or NO_REASON}
    return [
        *map(workshops.save, changed),
        audit_events.add_naming(about, AuditEvent.CHANGED_DATES, by, about, now, people, **words),
        jobs.add(notice_job(planned, load, now)),
        first_job(about, f"load-{load}", _days(planned), now),
        *([rounds_job(about, load, _days(planned), now)] if planned.programme.pulse.rounds else []),
        *_end_writes(planned, load, now),
    ]


def _end_writes(planned: Plan, load: int, now: datetime) -> list[Write]:
    """Move the survey with the end of the programme, for everyone who has not been asked yet."""
    if planned.dates.ends == planned.ends_before:
        return []
    cohort_id = planned.cohort.id
    about = {"cohort": cohort_id, "moved": "ends"}
    return [jobs.add(JobKind.APPLY_DATES.job(cohort_id, f"sessions.{load}", due_at=now, **about))]


def notice_job(planned: Plan, load: int, now: datetime) -> Job:
    """Make the job that notifies everyone concerned: in the morning, or at once if a session is near."""
    days, cohort_id = _days(planned), planned.cohort.id
    if _is_urgent(planned, days, now):
        return JobKind.SEND_DATES.job(cohort_id, str(load), due_at=days.soon(now), cohort=cohort_id)
    return _morning_job(cohort_id, str(load), days, now)


def _morning_job(cohort_id: str, cause: str, days: WorkingDays, now: datetime) -> Job:
    """Make the job that runs on the next working morning. It sends the dates that are stored by then."""
    return JobKind.SEND_DATES.job(cohort_id, cause, due_at=days.next_morning(now), cohort=cohort_id)


def send_dates_to_new(cohort: Cohort, programme: Programme, cause: str, now: datetime) -> list[Write]:
    """Send new people the dates, on the next working morning."""
    if not workshops.list_sessions(cohort.id):
        return []
    return [jobs.add(_morning_job(cohort.id, cause, working_days(programme.organisation, cohort.dates.closed), now))]


def _days(planned: Plan) -> WorkingDays:
    return working_days(planned.programme.organisation, planned.cohort.dates.closed)


def notify_of_dates(
    cohort: Cohort, programme: Programme, cause: str, now: datetime, *, only: Collection[str]
) -> list[Write]:
    """Send a few people the calendar entries that they lack, for a cause other than a change of dates.

    only   ids of the delegates and facilitators who are sent entries; no one else is sent any
    """
    if not only or not workshops.list_sessions(cohort.id):
        return []
    days = working_days(programme.organisation, cohort.dates.closed)
    about = {"cohort": cohort.id, "only": " ".join(sorted(only))}
    return [jobs.add(JobKind.SEND_DATES.job(cohort.id, cause, due_at=days.soon(now), **about))]


def _is_urgent(planned: Plan, days: WorkingDays, now: datetime) -> bool:
    today = local_date(now, planned.programme.organisation.timezone)
    affected = [plan.date for change in planned.changes if change.before for plan in _plans_of(change)]
    return any(today <= day and days.between(today, day) < URGENT_DAYS for day in affected)


def _plans_of(change: Change) -> list[SessionPlan]:
    return [plan for plan in (change.before.plan if change.before else None, change.after) if plan]


# --- acts ---------------------------------------------------------------------------------------------


Asked = Callable[[tuple[Session, ...]], tuple[list[SessionPlan], list[Change]]]
"""From the stored sessions to all sessions that are wanted, and the changes that lead there."""


def set_dates(
    cohort_id: str, wanted: Sequence[SessionPlan], now: datetime, by: str, why: str = "", *, dry_run: bool = False
) -> Plan:
    """Give a cohort these sessions, and cancel the others. Raises DatesRefused."""
    return act(cohort_id, lambda stored: ([*wanted], [*compare(stored, wanted)]), now, by, why, dry_run=dry_run)


def act(cohort_id: str, asked: Asked, now: datetime, by: str, why: str = "", *, dry_run: bool = False) -> Plan:
    """Change the sessions of a cohort. Raises DatesRefused."""
    last = cohorts.find_load(cohort_id)
    if last is None:
        raise DatesRefused(FieldError("", f"There is no cohort {cohort_id}."))
    programme = programmes.load(last.cohort.programme_id, last.cohort.programme_version)
    stored = workshops.list_sessions(cohort_id)
    wanted, changes = asked(stored)
    planned = plan_changes(last.cohort, programme, stored, wanted, changes, now)
    if fault := fault_of(why):
        raise DatesRefused(FieldError("why", fault))
    if planned.changes and not dry_run:
        _commit(planned, last, now, by, why)
    return planned


def _commit(planned: Plan, last: LastLoad, now: datetime, by: str, why: str) -> None:
    load = last.loads + 1
    try:
        commit([*cohorts.change_dates(last, planned.dates), *act_writes(planned, load, now, by, why)], now)
    except CohortChanged:
        raise DatesRefused(FieldError("", BUSY)) from None


def move_session(
    cohort_id: str,
    name: str,
    to: tuple[date, time | None],
    now: datetime,
    by: str,
    why: str = "",
    *,
    dry_run: bool = False,
) -> Plan:
    """Move one session, such as `leading_self/1`, to another day, and to another hour if one is given.

    It keeps its length. Raises DatesRefused.
    """

    def asked(stored: tuple[Session, ...]) -> tuple[list[SessionPlan], list[Change]]:
        session = _find(stored, name)
        moved = _moved(session.plan, *to)
        others = [each.plan for each in held(stored) if each.id != session.id]
        return [*others, moved], [Change(session, moved)] if moved != session.plan else []

    return act(cohort_id, asked, now, by, why, dry_run=dry_run)


def _find(stored: Sequence[Session], name: str) -> Session:
    milestone, _, number = name.partition("/")
    session = find_by_name(stored, milestone, int(number)) if number.isdecimal() else None
    if session is None:
        names = ", ".join(
            f"{each}/{n + 1}"
            for each in dict.fromkeys(session.milestone for session in held(stored))
            for n in range(len(of_milestone(stored, each)))
        )
        raise DatesRefused(FieldError("session", f"There is no session {name}. Sessions: {names or 'none'}."))
    return session


def _moved(plan: SessionPlan, day: date, start: time | None) -> SessionPlan:
    start = start or plan.start
    end = datetime.combine(day, start) + plan.length
    if end.date() != day:
        raise DatesRefused(FieldError("to", f"From {start:%H:%M} the session would last until the next day."))
    return replace(plan, date=day, start=start, end=end.time())
