"""Plan the monthly question about development areas, for delegates who get no other email around that time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from chalicelib.areas.emails import monthly_email
from chalicelib.core.calendar import add_months
from chalicelib.core.clock import moment
from chalicelib.core.model import Delegate
from chalicelib.emails.kinds import To, find_kind
from chalicelib.jobs.each import each
from chalicelib.mornings.plan import CohortDay, Morning, Planned
from chalicelib.store import areas, delegates, waiting_emails
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.emails import Email
from chalicelib.store.marshal import Row

TUESDAY, WEEK = 1, timedelta(days=7)
QUIET_DAYS = 5  # working days before and after, in which the delegate gets no other email


def plan(day: CohortDay) -> Iterator[Planned]:
    """Plan the months around today: the job looks again each week."""
    for months in (-1, 0, 1):
        at = day.days.morning(second_tuesday(add_months(day.today.replace(day=1), months)))
        if at < day.survey_opens_at:
            yield Planned(at, To.DELEGATE, partial(_monthly, at))


def second_tuesday(first: date) -> date:
    """Return the second Tuesday of a month. `first`: its first day."""
    return first + timedelta(days=(TUESDAY - first.weekday()) % 7) + WEEK


def _monthly(at: datetime, morning: Morning) -> Iterator[Email]:
    day = morning.day
    surveyed = {line.delegate_id for line in day.lines if line.survey}
    until = day.days.morning(second_tuesday(add_months(at.date().replace(day=1), 1)))
    asked = {id: delegate for id, delegate in day.delegates.items() if id not in surveyed}
    counts, broken = each(asked, lambda id: _count_live(list(delegates.load_rows(id))), "live areas")
    day.broken.update(broken)
    for id, count in counts.items():
        if count and not _gets_another_email(asked[id], at, morning):
            yield monthly_email(day.programme, asked[id], count, at, until)


def _count_live(rows: Sequence[Row]) -> int:
    """Count the live areas of the latest report that was released."""
    report = DelegateRecord(rows).find_released_report()
    return sum(area.is_live for area in areas.from_rows(rows, report.wave)) if report else 0


def _gets_another_email(delegate: Delegate, at: datetime, morning: Morning) -> bool:
    """Return whether the delegate got another email shortly before, or gets one shortly after."""
    days, today = morning.day.days, morning.day.local_day(at)
    first = days.morning(days.add(today, -QUIET_DAYS))
    last = days.morning(days.add(today, QUIET_DAYS))
    to_delegate = (plan for plan in morning.coming if plan.to is To.DELEGATE and plan.about in ("", delegate.id))
    if any(plan.at <= last for plan in to_delegate):
        return True
    mine = [id for id in waiting_emails.list_ids(delegate.id) if _is_to_delegate(id)]
    return any(first <= _moment_of(email) <= last for email in waiting_emails.read_all(mine) if not email.cancelled)


def _is_to_delegate(email_id: str) -> bool:
    try:
        return find_kind(email_id.partition("#")[0]).to is To.DELEGATE
    except KeyError:
        return False  # a kind of an earlier version


def _moment_of(email: Email) -> datetime:
    """Return when an email was sent, or when it is due."""
    return moment(email.sent_at) if email.sent_at else email.due_at
