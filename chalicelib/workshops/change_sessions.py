"""Change the dates of a cohort's workshops: one act, one audit line, and one job that notifies everyone concerned.

The same act serves the cohort's file, the command line and the console.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.formatting import local_date
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, CohortDates, Programme
from chalicelib.core.schedule import (
    Change,
    Session,
    SessionPlan,
    compare,
    find_by_name,
    held,
    last_day,
    name_of,
    of_milestone,
)
from chalicelib.core.schedule_checks import find_faults, find_warnings
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, jobs, programmes, workshops
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import CohortChanged, LastLoad
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.workshops.planned_job import first_job
from chalicelib.workshops.session_thread import CANCEL, MACHINE, MOVE, state_of

SESSION_ID = 10  # characters
URGENT_DAYS = 3  # working days: a change of what is nearer does not wait for the next morning
MAX_WHY_CHARS = 200
NO_REASON = "no reason given"
BUSY = "Someone else is changing this cohort now. Check the dates, then try again."


class DatesRefused(FormInvalid):
    """Dates that are not possible. Each fault names the session's position and field: `2.start`."""

    title = "No dates were changed"


class Plan(Struct, frozen=True):
    """The effect of an act on the sessions of a cohort.

    before, after   all sessions, cancelled ones included
    dates           the cohort's dates afterwards: the end is that of the last session
    warnings        what is possible and probably a mistake
    """

    cohort: Cohort
    programme: Programme
    changes: tuple[Change, ...]
    before: tuple[Session, ...]
    after: tuple[Session, ...]
    dates: CohortDates
    warnings: tuple[str, ...] = ()
    positions: tuple[int, ...] = ()  # of the session of each warning, in what was asked for

    @property
    def ends_before(self) -> date:
        return self.cohort.dates.ends


def plan(cohort: Cohort, programme: Programme, wanted: Sequence[SessionPlan], now: datetime) -> Plan:
    """Compare what is wanted with what is stored. Reads only. Raises DatesRefused with every fault."""
    stored = workshops.list_sessions(cohort.id)
    return plan_from(cohort, programme, stored, wanted, now)


def plan_from(
    cohort: Cohort, programme: Programme, stored: Sequence[Session], wanted: Sequence[SessionPlan], now: datetime
) -> Plan:
    changes = compare(stored, wanted)
    faults = [
        *find_faults(wanted, programme, [one.id for one in cohort.facilitators]),
        *_find_impossible(stored, wanted, changes, now),
    ]
    if faults:
        raise DatesRefused(*(FieldError(f"{place}.{field}", f"The session {why}.") for place, field, why in faults))
    after = _apply(cohort, programme, stored, changes, now)
    days = working_days(programme.organisation, cohort.dates.closed)
    warnings = list(find_warnings(wanted, programme, cohort.dates.closes, days.is_working))
    return Plan(
        cohort=cohort,
        programme=programme,
        changes=changes,
        before=tuple(stored),
        after=after,
        dates=replace(cohort.dates, ends=last_day(after) or cohort.dates.ends),
        warnings=tuple(f"The session {why}." for _, _, why in warnings),
        positions=tuple(place for place, _, _ in warnings),
    )


def _find_impossible(
    stored: Sequence[Session], wanted: Sequence[SessionPlan], changes: Sequence[Change], now: datetime
) -> list[tuple[int, str, str]]:
    """Find changes of what has begun, and moves into the past. A session that would be cancelled has position 0."""
    faults = []
    for change in changes:
        place = next((n for n, plan in enumerate(wanted) if plan is change.after), 0)
        act = MOVE if change.after else CANCEL
        if change.before and not MACHINE.allows(state_of(change.before, now), act, By.ADMINISTRATOR):
            when = f"{name_of(change.before, stored)}, {change.before.plan.when}"
            faults.append((place, "date", f"{when} has begun, so it can no longer be moved or cancelled"))
        elif change.before and change.after and replace(change.before, plan=change.after).starts_at <= now:
            faults.append((place, "date", f"would move to {change.after.when}, in the past"))
    return faults


def _apply(
    cohort: Cohort, programme: Programme, stored: Sequence[Session], changes: Sequence[Change], now: datetime
) -> tuple[Session, ...]:
    """Return all sessions after the changes."""
    changed = {change.before.id: _changed(change.before, change.after) for change in changes if change.before}
    zone = programme.organisation.timezone
    new = [change.after for change in changes if change.before is None and change.after]
    ids = [derive(SESSION_ID, "session", cohort.id, now.isoformat(), str(len(stored)), str(n)) for n in range(len(new))]
    added = [Session(id, cohort.id, zone, plan) for id, plan in zip(ids, new, strict=True)]
    return tuple(sorted((*(changed.get(each.id, each) for each in stored), *added), key=lambda each: each.starts_at))


def _changed(session: Session, after: SessionPlan | None) -> Session:
    return replace(session, plan=after) if after else replace(session, cancelled=True)


# --- what is written ----------------------------------------------------------------------------------


def act_writes(planned: Plan, load: int, now: datetime, by: str, why: str = "") -> list[Write]:
    """Return the writes of an act but that of the cohort's row. `load` is the cohort's load number after the act."""
    if not planned.changes:
        return []
    before = {each.id: each for each in planned.before}
    changed = [each for each in planned.after if before.get(each.id) != each]
    about = planned.cohort.id
    words = {"changes": describe(planned), "why": why or NO_REASON}
    return [
        *map(workshops.save, changed),
        audit_events.add(about, AuditEvent.CHANGED_DATES, by, about, now, **words),
        jobs.add(notice_job(planned, load, now)),
        first_job(about, load, _days(planned), now),
    ]


def describe(planned: Plan) -> str:
    """Say what changes, from and to, for the audit trail."""
    return "; ".join(_describe(change, planned) for change in planned.changes)


def _describe(change: Change, planned: Plan) -> str:
    if change.before is None:
        assert change.after  # noqa: S101 a change has a session before or after it
        return f"added {change.after.milestone}, {_in_short(change.after)}"
    name = name_of(change.before, planned.before)
    if change.after is None:
        return f"cancelled {name}, {_in_short(change.before.plan)}"
    return f"moved {name} from {_in_short(change.before.plan)} to {_in_short(change.after)}"


def _in_short(plan: SessionPlan) -> str:
    return f"{plan.date} {plan.start:%H:%M}-{plan.end:%H:%M}, {plan.where}"


def notice_job(planned: Plan, load: int, now: datetime) -> Job:
    """Make the job that notifies everyone concerned: in the morning, or at once if a session is near."""
    days, cohort_id = _days(planned), planned.cohort.id
    due_at = days.soon(now) if _is_urgent(planned, days, now) else days.next_morning(now)
    return JobKind.SEND_DATES.job(cohort_id, str(load), due_at=due_at, cohort=cohort_id)


def _days(planned: Plan) -> WorkingDays:
    return working_days(planned.programme.organisation, planned.cohort.dates.closed)


def notify_of_dates(cohort: Cohort, programme: Programme, cause: str, now: datetime) -> list[Write]:
    """Send what calendars lack on the next working morning, for another cause than a change of dates."""
    if not workshops.list_sessions(cohort.id):
        return []
    days = working_days(programme.organisation, cohort.dates.closed)
    return [jobs.add(JobKind.SEND_DATES.job(cohort.id, cause, due_at=days.next_morning(now), cohort=cohort.id))]


def _is_urgent(planned: Plan, days: WorkingDays, now: datetime) -> bool:
    today = local_date(now, planned.programme.organisation.timezone)
    affected = [plan.date for change in planned.changes if change.before for plan in _plans_of(change)]
    return any(today <= day and days.between(today, day) < URGENT_DAYS for day in affected)


def _plans_of(change: Change) -> list[SessionPlan]:
    return [plan for plan in (change.before.plan if change.before else None, change.after) if plan]


# --- acts ---------------------------------------------------------------------------------------------


def set_dates(
    cohort_id: str, wanted: Sequence[SessionPlan], now: datetime, by: str, why: str = "", *, dry_run: bool = False
) -> Plan:
    """Give a cohort these sessions, and cancel the others. Raises CohortUnknown or DatesRefused."""
    last = cohorts.find_load(cohort_id)
    if last is None:
        raise DatesRefused(FieldError("", f"There is no cohort {cohort_id}."))
    programme = programmes.load(last.cohort.programme_id, last.cohort.programme_version)
    planned = plan(last.cohort, programme, wanted, now)
    if planned.changes and not dry_run:
        _commit(planned, last, now, by, why)
    return planned


def _commit(planned: Plan, last: LastLoad, now: datetime, by: str, why: str) -> None:
    if len(why) > MAX_WHY_CHARS:
        raise DatesRefused(FieldError("why", f"The reason has {len(why)} characters; allowed: {MAX_WHY_CHARS}."))
    load = last.loads + 1
    try:
        commit([cohorts.change_dates(last, planned.dates), *act_writes(planned, load, now, by, why)], now)
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
    stored = workshops.list_sessions(cohort_id)
    session = _find(stored, name)
    wanted = [each.plan for each in held(stored) if each.id != session.id]
    return set_dates(cohort_id, [*wanted, _moved(session.plan, *to)], now, by, why, dry_run=dry_run)


def _find(stored: Sequence[Session], name: str) -> Session:
    milestone, _, number = name.partition("/")
    session = find_by_name(stored, milestone, int(number)) if number.isdecimal() else None
    if session is None:
        names = ", ".join(
            f"{each}/{n + 1}"
            for each in dict.fromkeys(one.milestone for one in held(stored))
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
