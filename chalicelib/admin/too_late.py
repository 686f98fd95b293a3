"""Find emails that come too late: the hold on a new address, for which they wait, ends after their deadline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.admin.resend_link import list_delegates
from chalicelib.emails.away import Away
from chalicelib.store import waiting_emails
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.holds import Hold
from chalicelib.store.table import get_many


def first_deadlines(held: Sequence[Hold], lines: Sequence[DelegateLine], now: datetime) -> dict[str, datetime]:
    """Return the first deadline that an address on hold would miss, by the id of the hold.

    Nothing is read while no address is held. Such emails go to people who are shown by name, never to other raters.
    """
    moments = {hold.id: list(_deadlines(hold, lines, now)) for hold in held if hold.is_stopping_emails}
    return {hold_id: min(deadlines) for hold_id, deadlines in moments.items() if deadlines}


def _deadlines(hold: Hold, lines: Sequence[DelegateLine], now: datetime) -> Iterator[datetime]:
    away = Away(get_many, now)
    for email in waiting_emails.list_waiting(hold.cohort_id, *_concerned(hold, lines)):
        if email.to.email == hold.person.email and email.good_until and email.good_until > now:
            wait = away.find_wait(email)
            if wait and email.good_until <= wait.until:
                yield email.good_until


def _concerned(hold: Hold, lines: Sequence[DelegateLine]) -> Iterator[str]:
    """Return the delegates that the person may have emails about."""
    for delegate in list_delegates(line for line in lines if hold.delegate in ("", line.delegate_id)):
        if hold.person.email in {person.email for person in (delegate.person, delegate.coach, delegate.manager)}:
            yield delegate.id
