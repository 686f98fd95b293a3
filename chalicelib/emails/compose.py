"""Turn an email row into the bytes that SES sends. Does not decide whether or where to send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.ids import derive
from chalicelib.core.settings import Settings
from chalicelib.emails import colour, mime
from chalicelib.emails.calendar_entry import CalendarUser, Invite, attach, build_request
from chalicelib.emails.kinds import LATER_WORDS, find_kind
from chalicelib.emails.mime import address, bare_address
from chalicelib.emails.render import render
from chalicelib.links.kinds import KINDS, compose_url
from chalicelib.store.emails import Email


def compose_message(mail: Email, settings: Settings, now: datetime) -> bytes:
    """Compose an email. Raises mime.AddressUnusable, or any error of a faulty template."""
    find_kind(mail.template).check(mail)
    made = mime.message(
        render(mail.template, context(mail)),
        to=mail.to,
        sender=settings.sender,
        from_name=mail.words["from_name"],
        reply_to=settings.reply_to,
    )
    if mail.entry:
        attach(made, build_invite(mail, mail.entry, settings.sender, now))
    # The same email has the same id, so a mailbox that gets a second copy may drop it.
    return mime.stamp(made, derive(32, "mail", mail.id), now)


def build_invite(mail: Email, entry: CalendarEntry, sender: str, now: datetime) -> Invite:
    """Build the entry's iCalendar text. The organiser is the From address: replies go there, not to Reply-To."""
    pages = [compose_url(link) for link in mail.links.values()]
    return build_request(
        entry,
        organiser=CalendarUser(mail.words["programme"], bare_address(sender)),
        attendee=CalendarUser(mail.to.name, address("", mail.to.email).addr_spec),
        page=pages[0] if pages else "",
        now=now,
    )


def context(mail: Email) -> dict[str, Any]:
    """Return what a template sees: every word on one line, signed links, and readable colours."""
    words = {name: mime.clean(word) for name, word in {**LATER_WORDS, **mail.words}.items()}
    return words | {
        "several": False,  # whether `delegate` names more than one person, in a digest
        "opens_own_pages": any(KINDS[verb].is_signed for verb, *_ in mail.links.values()),  # the foot says so
        "links": {name: compose_url(link) for name, link in mail.links.items()},
        "brand": colour.brand(words["brand"]),
        "button_colour": colour.button(words["brand"]),
    }
