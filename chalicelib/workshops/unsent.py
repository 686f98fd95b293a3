"""Find calendar entries that never left: their email waits, for a pause or a hold, or SES rejected it.

Who never got an entry gets no change of it, and no cancellation; and the entry does not go out after it is outdated.
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
    """What never left of the entries that some notices change.

    sessions   ids of those whose entry no email has brought
    outdated   emails that may still go out, or be retried, with what is not so any more
    """

    sessions: frozenset[str] = frozenset()
    outdated: tuple[Email, ...] = ()

    def drops(self) -> list[Write]:
        return [emails.call_off(email) for email in self.outdated]


NOTHING = Unsent()


def find_unsent(notices: Iterable[Notice], ids_of: Callable[[Seat], Sequence[str]]) -> Unsent:
    """Look up the emails with which entries were sent that are to be changed or cancelled. One read for each hundred.

    ids_of   ids that the emails may have which brought or changed what a seat has
    """
    seats = {
        notice.session.id: notice.before for notice in notices if notice.before and notice.kind is not NoticeKind.NEW
    }
    if not seats:
        return NOTHING
    session_of = {email_id: session for session, seat in seats.items() for email_id in ids_of(seat)}
    emails = waiting_emails.read_all(session_of)
    sent = {session_of[email.id] for email in emails if email.may_have_left}
    never = {session_of[email.id] for email in emails} - sent  # emails that are deleted by now were sent
    cancelled = {notice.session.id for notice in notices if notice.kind is NoticeKind.CANCELLED}
    outdated = (email for email in emails if _is_outdated(email, session_of[email.id] in never | cancelled))
    return Unsent(frozenset(never), tuple(outdated))


def says_what_is(email: Email, sessions: Iterable[Session], now: datetime) -> bool:
    """Return whether the entry that an email brings still has the date and place of a session that is to come."""
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
    """Return whether an email must not go out. One that waits with a date of before goes out ahead of the change."""
    if email.state is EmailState.QUEUED:
        return is_replaced
    return email.state in (EmailState.SENDING, EmailState.REFUSED) and not email.cancelled
