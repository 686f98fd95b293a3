"""A new email: a row whose id says what caused it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.model import Person
from chalicelib.emails import ses_tags
from chalicelib.emails.kinds import EmailKind
from chalicelib.store.emails import Email


def create_email(
    kind: EmailKind,
    *subject: str,
    to: Person,
    due_at: datetime,
    words: Mapping[str, str],
    links: Mapping[str, tuple[str, ...]],
    about: Mapping[str, str],
    good_until: datetime | None = None,
    entry: CalendarEntry | None = None,
) -> Email:
    """Return the email `<kind>#<subject>...`; store.emails.add stores it in the transaction that causes it.

    Raises KeyError if a word, a link or the calendar entry of the kind is missing, ValueError if the id is too long
    for SES.
    """
    email = Email(
        "#".join((kind.name, *subject)),
        kind.name,
        to,
        due_at,
        words,
        links,
        about,
        good_until,
        entry=entry,
        in_digest=f"{due_at:%Y-%m-%d}" if kind.in_digest else "",
        is_urgent=kind.is_urgent,
    )
    kind.check(email)
    ses_tags.tag(email.id)
    return email
