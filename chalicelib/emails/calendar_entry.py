"""Make iCalendar text of a calendar entry, as Outlook, Gmail and Apple Mail read it.

One event, times in UTC, one attendee. Outlook shows the description instead of the email's text, so it holds all
joining details.
"""

from __future__ import annotations

import unicodedata
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.emails.mime import clean

if TYPE_CHECKING:
    from email.message import EmailMessage

    from icalendar import Event, vCalAddress

PRODUCT = "-//Fullcircle//Fullcircle//EN"
ANSWER = "We do not see whether you accept or decline in your calendar. If you cannot come, please reply to the email."


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"  # for a file that someone downloads from a page; never by email


class CalendarUser(Struct, frozen=True):
    """The organiser or the attendee."""

    name: str
    address: str  # as SES takes it, with its domain in ASCII


class Invite(Struct, frozen=True):
    """iCalendar text, and the method that the email's header must repeat."""

    method: Method
    text: str


def build_request(
    entry: CalendarEntry, *, organiser: CalendarUser, attendee: CalendarUser, page: str, now: datetime
) -> Invite:
    """Build what an email brings: the event, or its cancellation. `page` is the reader's own link, or empty."""
    method = Method.CANCEL if entry.cancelled else Method.REQUEST
    return _build(entry, method, organiser, attendee, page, now)


def build_download(entry: CalendarEntry, *, organiser: CalendarUser, page: str, now: datetime) -> Invite:
    """Build the file of "Add to calendar": it names no attendee."""
    return _build(entry, Method.PUBLISH, organiser, None, page, now)


def attach(email: EmailMessage, invite: Invite) -> None:
    """Add iCalendar text as the last alternative, with its method in the header too, and as a file.

    Gmail keeps a cancelled event if the header lacks the method.
    """
    email.add_alternative(invite.text, subtype="calendar", params={"method": invite.method.value}, cte="base64")
    email.add_attachment(invite.text.encode(), maintype="application", subtype="ics", filename="invite.ics")


def _build(
    entry: CalendarEntry,
    method: Method,
    organiser: CalendarUser,
    attendee: CalendarUser | None,
    page: str,
    now: datetime,
) -> Invite:
    from icalendar import Calendar  # 0.2 s: only who sends or downloads an entry waits for it

    calendar = Calendar()
    for name, value in (("version", "2.0"), ("prodid", PRODUCT), ("calscale", "GREGORIAN"), ("method", method.value)):
        calendar.add(name, value)
    calendar.add_component(_event(entry, method, organiser, attendee, page, now))
    return Invite(method, calendar.to_ical().decode())


def _event(
    entry: CalendarEntry,
    method: Method,
    organiser: CalendarUser,
    attendee: CalendarUser | None,
    page: str,
    now: datetime,
) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("last-modified", now)
    event.add("dtstart", entry.starts)
    event.add("dtend", entry.ends)
    event.add("summary", clean(entry.title))
    if location := clean(entry.place) or entry.link:
        event.add("location", location)
    if entry.link:
        event.add("url", entry.link)
    event.add("description", _describe(entry, method, page))
    event.add("organizer", _address(organiser))
    if attendee:
        event.add("attendee", _ask(attendee))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("class", "PRIVATE")
    return event


def _describe(entry: CalendarEntry, method: Method, page: str) -> str:
    """Return the joining details, the video link, the reader's page, and what an answer in the calendar does."""
    parts = [
        entry.description,
        f"Join by video: {entry.link}" if entry.link else "",
        f"Your page: {page}" if page else "",
        ANSWER if method is Method.REQUEST else "",
    ]
    return "\n\n".join(filter(None, (_clean_lines(part) for part in parts)))


def _clean_lines(text: str) -> str:
    """Return the text without control characters, with plain line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(c for c in line if unicodedata.category(c) not in ("Cc", "Cs")) for line in lines).strip()


def _address(user: CalendarUser) -> vCalAddress:
    """Return the address with the name. Outlook cannot read quotes in a name (RFC 6868), so they go."""
    from icalendar import vCalAddress

    calendar_user = vCalAddress(f"mailto:{user.address}")
    if name := clean(user.name.replace('"', "").replace("^", "")):
        calendar_user.params["CN"] = name
    return calendar_user


def _ask(user: CalendarUser) -> vCalAddress:
    attendee = _address(user)
    attendee.params |= {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "FALSE",
    }
    return attendee
