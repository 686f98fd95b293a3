"""Find calendar entries that were never sent: a pause or a hold stops their email, or SES rejected it.

A person who never got an entry gets no change or cancellation of it. An outdated entry is no longer sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core.schedule import Session
from chalicelib.store import emails, waiting_emails
from chalicelib.store.emails import Email, EmailState
from chalicelib.store.table import Write
from chalicelib.store.workshops import Seat
from chalicelib.workshops.notices import Notice, NoticeKind


class Unsent(Struct, frozen=True):
    """Which of the entries that some notices change were never sent.

    sessions   ids of those whose entry no email has brought
    outdated   emails that may still be sent or retried, but are no longer true
    """

    sessions: frozenset[str] = frozenset()
    outdated: tuple[Email, ...] = ()

    def drops(self) -> list[Write]:
        return [emails.call_off(email) for email in self.outdated]


NOTHING = Unsent()


def find_unsent(notices: Iterable[Notice], ids_of: Callable[[Seat], Sequence[str]]) -> Unsent:
    """Look up the emails of the entries that notices change or cancel. One read for each hundred emails.

    ids_of   returns the possible ids of the emails that added or changed the entry of a seat
    """
    seats = {
        notice.session.id: notice.before for notice in notices if notice.before and notice.kind is not NoticeKind.NEW
    }
    if not seats:
        return NOTHING
    session_of = {email_id: session for session, seat in seats.items() for email_id in ids_of(seat)}
    emails = waiting_emails.read_all(session_of)
    sent = {session_of[email.id] for email in emails if email.may_have_left}
    never = {session_of[email.id] for email in emails} - sent  # deleted emails were sent
    cancelled = {notice.session.id for notice in notices if notice.kind is NoticeKind.CANCELLED}
    outdated = (email for email in emails if _is_outdated(email, session_of[email.id] in never | cancelled))
    return Unsent(frozenset(never), tuple(outdated))


def says_present_date(email: Email, sessions: Iterable[Session], now: datetime) -> bool:
    """Return whether the entry in an email still has the date and place of a future session."""
    entry = email.entry
    return entry is None or (
        entry.starts > now
        and any(
            (session.starts_at, session.ends_at, session.plan.place, session.plan.link)
            == (entry.starts, entry.ends, entry.place, entry.link)
            for session in sessions
            if not session.cancelled
        )
    )


def _is_outdated(email: Email, is_replaced: bool) -> bool:
    """Return whether an email must not be sent. An email with the former date is sent if the change follows it."""
    if email.state is EmailState.QUEUED:
        return is_replaced
    return email.state in (EmailState.SENDING, EmailState.REFUSED) and not email.cancelled
