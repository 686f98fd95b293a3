"""One event in one person's calendar, as it is stored with the email that brings it. Pure."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class CalendarEntry(Struct, frozen=True):
    """What a calendar shows. `emails/calendar_entry.py` makes iCalendar text of it when the email is sent.

    uid          the same for every change of the event; after a cancellation a new one
    sequence     0, then the last one sent plus 1
    starts, ends in UTC
    title        others see it in a shared calendar: never "360", an area or a score
    place        empty if people join by video
    link         of the video call, or empty
    description  joining details; the page's link is added when the email is sent
    cancelled    whether the event is taken out of the calendar
    """

    uid: str
    sequence: int
    starts: datetime
    ends: datetime
    title: str
    place: str = ""
    link: str = ""
    description: str = ""
    cancelled: bool = False
