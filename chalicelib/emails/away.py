"""Emails that do not go out now: about a delegate who is paused, to a held address, to someone who was erased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core.ids import reader_key
from chalicelib.core.model import Cohort, Delegate, Person
from chalicelib.emails.kinds import EmailKind, OnNewAddress, To, find_kind
from chalicelib.links.kinds import ANSWER, CODE, CONSOLE, DECLINE, INBOX, KINDS
from chalicelib.store import cohorts, delegates, holds, pauses
from chalicelib.store.emails import Email
from chalicelib.store.holds import Hold
from chalicelib.store.marshal import Row, read
from chalicelib.store.pauses import Paused
from chalicelib.store.row_kinds import delegate_rows
from chalicelib.store.table import Key, batched
from chalicelib.store.unreadable import read_all

ReadRows = Callable[[Sequence[Key]], Mapping[Key | str, Row]]
OF_RATERS = frozenset(kind.verb for kind in (ANSWER, DECLINE, INBOX))
OF_DELEGATE = {
    To.DELEGATE: ("person",),
    To.COACH: ("coach",),
    To.MANAGER: ("manager",),
    To.APPROVER: ("coach", "manager"),
    To.SURVEYED: ("person", "manager"),
}
OF_COHORT = (To.FACILITATOR, To.SPONSOR)
NEVER_HELD = frozenset(kind.verb for kind in (CODE, CONSOLE))


def read_nothing(keys: Sequence[Key]) -> Mapping[Key | str, Row]:
    """Find no one who is paused or held: for emails of which no one can be."""
    return {}


class Wait(Struct, frozen=True):
    """Until when an email waits, and why."""

    until: datetime
    reason: str


class Away:
    """Who is paused, whose address is held and who was erased, while one email is sent.

    Read only for an email that it may concern.

    read_rows   reads up to 100 rows by key
    """

    def __init__(self, read_rows: ReadRows, now: datetime) -> None:
        self._read_rows = read_rows
        self._now = now
        self._rows: dict[Key, Row | None] = {}

    def look_up(self, emails: Iterable[Email]) -> None:
        """Read what concerns several emails, in one call for each hundred rows."""
        wanted = dict.fromkeys(key for email in emails for key in (*_keys(email), *_people_keys(email)))
        for some in batched([key for key in wanted if key not in self._rows]):
            rows_by_key = self._read_rows(some)
            self._rows |= {key: rows_by_key.get(key) for key in some}

    def find_wait(self, email: Email) -> Wait | None:
        """Return until when an email has to wait; None if it does not."""
        self.look_up([email])
        rows = [row for key in _keys(email) if (row := self._rows[key])]
        waits = [wait for row in rows if (wait := _read_wait(row)) and wait.until > self._now]
        return max(waits, key=lambda wait: wait.until, default=None)

    def is_to_erased(self, email: Email) -> bool:
        """Return whether the reader was erased: by an act that had read them before, and stored the email after it."""
        self.look_up([email])
        rows = [row for key in _people_keys(email) if (row := self._rows[key])]
        people = [person for row in rows for person in _read_people(find_kind(email.template).to, row)]
        is_known = email.to.email in {person.email for person in people}
        return not is_known and any(person.is_erased for person in people)


def _keys(email: Email) -> Iterator[Key]:
    """Return the keys of rows that may keep an email back."""
    if email.cancelled or email.items:
        return
    kind = find_kind(email.template)
    if "delegate" in email.about and not kind.is_sent_in_pause:
        yield pauses.key(email.about["delegate"])
    if "cohort" in email.about and _brings_page(kind, email):
        yield from holds.keys(email.about["cohort"], reader_key(email.to.email), _delegate_of(email))


def _people_keys(email: Email) -> Iterator[Key]:
    """Return the key of the row that names who has the reader's part. Former people are in none, and get an email."""
    if email.cancelled or email.items:
        return
    kind = find_kind(email.template)
    if kind.on_new_address is OnNewAddress.KEEP:
        return
    if kind.to in OF_DELEGATE and "delegate" in email.about:
        yield delegates.key(email.about["delegate"])
    if kind.to in OF_COHORT and "cohort" in email.about:
        yield cohorts.key(email.about["cohort"])


def _read_people(part: To, row: Row) -> list[Person]:
    """Read who has a part now: of a delegate's row, or of a cohort's. No one, if it cannot be read."""
    if part in OF_DELEGATE:
        return [getattr(delegate, name) for delegate in read_all(Delegate, [row]) for name in OF_DELEGATE[part]]
    cohorts_read = read_all(Cohort, [row])
    if part is To.SPONSOR:
        return [cohort.sponsor for cohort in cohorts_read if cohort.sponsor]
    return [facilitator.person for cohort in cohorts_read for facilitator in cohort.facilitators]


def _read_wait(row: Row) -> Wait | None:
    """Read a pause or a hold. A new address gets no link to its pages before its hold ends: see decision 23."""
    if delegate_rows.PAUSED.has(row):
        return Wait(read(Paused, row).until, pauses.REASON)
    hold = read(Hold, row)
    return Wait(hold.until, holds.REASON) if hold.is_stopping_emails and not hold.confirmed_by else None


def _brings_page(kind: EmailKind, email: Email) -> bool:
    """Return whether an email shows a link that is not a rater's. The delegate's own questionnaire is their page."""
    verbs = {email.links[name][0] for name in kind.links if name in email.links} - NEVER_HELD
    return bool(verbs if kind.to is To.DELEGATE else verbs - OF_RATERS)


def _delegate_of(email: Email) -> str:
    """Return the id of the delegate in the email’s own row, else the one in its link; empty for neither."""
    named = (link[1] for link in email.links.values() if KINDS[link[0]].parts[0] == "delegate")
    return email.about.get("delegate") or next(named, "")
