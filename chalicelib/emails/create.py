"""A new email: a row whose id says what caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

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


def name_the_last(reminders: Sequence[Email]) -> list[Email]:
    """Return reminders, earliest first, of which the last says that it is. Their kind has the word `is_last`."""
    saying = [replace(email, words={**email.words, "is_last": "yes"}) for email in reminders[-1:]]
    return [*reminders[:-1], *saying]
