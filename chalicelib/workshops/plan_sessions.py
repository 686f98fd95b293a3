"""Work out the effect of a change to a cohort's sessions, and refuse impossible changes. Reads and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.calendar import check_dates
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.formatting import clock_time, day, day_and_time, local_date, plural
from chalicelib.core.ids import derive
from chalicelib.core.model import Cohort, CohortDates, Programme
from chalicelib.core.schedule import Change, Session, SessionPlan, compare, last_day, name_of
from chalicelib.core.schedule_checks import find_faults, find_warnings
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.workshops.session_thread import CANCEL, MACHINE, MOVE, state_of

SESSION_ID = 10  # characters
NOTICE_DAYS = 15  # working days before a session; later is short notice
ON_THE_WAY = timedelta(hours=12)  # before a session: who reads an email later may come in vain


class DatesRefused(FormInvalid):
    """Dates that are not possible. Each fault names the session's position and field: `2.start`."""

    title = "No dates were changed"


class Plan(Struct, frozen=True):
    """The effect of an act on the sessions of a cohort.

    before, after   all sessions, cancelled ones included
    dates           the cohort's dates afterwards: the end is that of the last session
    warnings        changes that are possible but probably a mistake
    """

    cohort: Cohort
    programme: Programme
    changes: tuple[Change, ...]
    before: tuple[Session, ...]
    after: tuple[Session, ...]
    dates: CohortDates
    warnings: tuple[str, ...] = ()

    @property
    def ends_before(self) -> date:
        return self.cohort.dates.ends


def plan_from(
    cohort: Cohort, programme: Programme, stored: Sequence[Session], wanted: Sequence[SessionPlan], now: datetime
) -> Plan:
    """Compare what is wanted with what is stored. Raises DatesRefused with every fault."""
    return plan_changes(cohort, programme, stored, wanted, compare(stored, wanted), now)


def plan_changes(
    cohort: Cohort,
    programme: Programme,
    stored: Sequence[Session],
    wanted: Sequence[SessionPlan],
    changes: Sequence[Change],
    now: datetime,
) -> Plan:
    """Return the effect of changes that lead to what is wanted. Raises DatesRefused with every fault."""
    faults = [
        *find_faults(wanted, programme, [facilitator.id for facilitator in cohort.facilitators]),
        *_find_impossible(stored, wanted, changes, now),
    ]
    if faults:
        raise DatesRefused(*(FieldError(f"{place}.{field}", f"The session {why}.") for place, field, why in faults))
    after = _apply(cohort, programme, stored, changes)
    dates = replace(cohort.dates, ends=last_day(after) or cohort.dates.ends)
    if wrong := _check_end(dates):
        raise DatesRefused(*(FieldError("", why) for why in wrong))
    days = working_days(programme.organisation, cohort.dates.closed)
    warnings = list(find_warnings(wanted, programme, cohort.dates.closes, days.is_working))
    return Plan(
        cohort=cohort,
        programme=programme,
        changes=tuple(changes),
        before=tuple(stored),
        after=after,
        dates=dates,
        warnings=(
            *(f"The session {why}." for _, _, why in warnings),
            *_find_short_notice(changes, days, now),
            *_find_late_emails(changes, days, now),
        ),
    )


def _find_short_notice(changes: Sequence[Change], days: WorkingDays, now: datetime) -> list[str]:
    """Warn if people learn of a new session too late to keep its day free."""
    new = [change.after.date for change in changes if change.before is None and change.after]
    left = days.between(local_date(days.next_morning(now), days.zone), min(new)) if new else NOTICE_DAYS
    if left >= NOTICE_DAYS:
        return []
    return [f"People learn of the session on {day(min(new))} {plural(left, 'working day', 'working days')} before it."]


def _find_late_emails(changes: Sequence[Change], days: WorkingDays, now: datetime) -> list[str]:
    """Warn if the email about a session that moves or is cancelled comes when people may be on their way."""
    sent_at = days.soon(now)
    near = [change.before for change in changes if change.before and change.before.starts_at - sent_at < ON_THE_WAY]
    begins = [clock_time(session.starts_at, days.zone) + f" on {day(session.plan.date)}" for session in near]
    emailed = day_and_time(sent_at, days.zone)
    return [f"The emails go out on {emailed}. The session begins at {at}: telephone people, too." for at in begins]


def _check_end(dates: CohortDates) -> list[str]:
    """Return what is wrong with the end of the programme. The end is the day of the last session."""
    wrong = check_dates(dates)
    if dates.survey and dates.survey <= dates.ends:
        wrong.append(
            f"The last session would be on {dates.ends}, and the impact survey was moved to {dates.survey}: "
            "move the survey to a later day first."
        )
    return wrong


def _find_impossible(
    stored: Sequence[Session], wanted: Sequence[SessionPlan], changes: Sequence[Change], now: datetime
) -> list[tuple[int, str, str]]:
    """Find changes to sessions that have begun, and moves into the past. A session to be cancelled has position 0."""
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
    cohort: Cohort, programme: Programme, stored: Sequence[Session], changes: Sequence[Change]
) -> tuple[Session, ...]:
    """Return all sessions after the changes."""
    changed = {change.before.id: _changed(change.before, change.after) for change in changes if change.before}
    zone = programme.organisation.timezone
    new = [change.after for change in changes if change.before is None and change.after]
    # session rows are never deleted, so the count gives ids that are new
    ids = [derive(SESSION_ID, "session", cohort.id, str(len(stored) + n)) for n in range(len(new))]
    added = [Session(id, cohort.id, zone, plan) for id, plan in zip(ids, new, strict=True)]
    return tuple(sorted((*(changed.get(each.id, each) for each in stored), *added), key=lambda each: each.starts_at))


def _changed(session: Session, after: SessionPlan | None) -> Session:
    return replace(session, plan=after) if after else replace(session, cancelled=True)
