"""Turn an email row into the bytes that SES sends. Does not decide whether or where to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.ids import derive
from chalicelib.core.settings import Settings
from chalicelib.emails import colour, mime
from chalicelib.emails.calendar_entry import CalendarUser, Invite, attach, build_request
from chalicelib.emails.kinds import find_kind, words_of
from chalicelib.emails.mime import address, bare_address
from chalicelib.emails.render import render
from chalicelib.links.kinds import KINDS, compose_url
from chalicelib.store.emails import Email


def compose_message(email: Email, settings: Settings, now: datetime) -> bytes:
    """Compose an email. Raises mime.AddressUnusable, or any error of a faulty template."""
    find_kind(email.template).check(email)
    made = mime.message(
        render(email.template, context(email)),
        to=email.to,
        sender=settings.sender,
        from_name=email.words["from_name"],
        reply_to=settings.reply_to,
    )
    if email.entry:
        attach(made, build_invite(email, email.entry, settings.sender, now))
    # The same email has the same id, so a mailbox that gets a second copy may drop it.
    return mime.stamp(made, derive(32, "mail", email.id), now)


def build_invite(email: Email, entry: CalendarEntry, sender: str, now: datetime) -> Invite:
    """Build the entry's iCalendar text. The organiser is the From address: replies go there, not to Reply-To."""
    pages = [compose_url(link) for link in email.links.values()]
    return build_request(
        entry,
        organiser=CalendarUser(email.words["programme"], bare_address(sender)),
        attendee=CalendarUser(email.to.name, address("", email.to.email).addr_spec),
        page=pages[0] if pages else "",
        now=now,
    )


def context(email: Email) -> dict[str, Any]:
    """Return what a template sees: every word on one line, signed links, and readable colours."""
    words = {name: mime.clean(word) for name, word in words_of(email).items()}
    return words | {
        "several": False,  # whether `delegate` names more than one person, in a digest
        "opens_own_pages": any(KINDS[verb].is_signed for verb, *_ in email.links.values()),  # the foot says so
        "links": {name: compose_url(link) for name, link in email.links.items()},
        "brand": colour.brand(words["brand"]),
        "button_colour": colour.button(words["brand"]),
    }
