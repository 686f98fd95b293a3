"""Meetings of a delegate with their coach, and the quarters of an hour that a coach is booked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.clock import stamp
from chalicelib.core.ids import reader_key
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, delete, get, put_if, put_once, query

QUARTER = timedelta(minutes=15)


class MeetingChanged(Changed):
    """The meeting was changed since it was read."""


class SlotTaken(AlreadyExists):
    """The coach is booked at this time."""


class MeetingKind(StrEnum):
    DEBRIEF = "debrief"
    REVIEW = "review"


class MeetingState(StrEnum):
    WAITING = "waiting"  # for the coach to offer times
    OFFERED = "offered"
    BOOKED = "booked"
    HELD = "held"
    CANCELLED = "cancelled"


class Slot(Struct, frozen=True):
    """One time, in UTC."""

    starts: datetime
    minutes: int

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=self.minutes)


class Meeting(Struct, frozen=True):
    """The debrief or the review of one delegate.

    coach     ids.reader_key of the coach's address: of the one who offered or booked
    slots     what was offered, and is not taken back
    place     a room, a phone number or a video link
    number    of the calendar entry: after a cancellation the next one is another event
    sequence  of the entry that was sent last; -1 before the first
    line      what the delegate wrote when no time fitted
    since     when its state last changed; None in rows of earlier versions

    delegate_since  revision in which the entry went to the delegate's present address; 0: since it was booked
    """

    kind: MeetingKind
    state: MeetingState = MeetingState.WAITING
    coach: str = ""
    slots: tuple[Slot, ...] = ()
    booked: Slot | None = None
    place: str = ""
    number: int = 1
    sequence: int = -1
    revision: int = 0
    line: str = ""
    since: datetime | None = None
    delegate_since: int = 0


def key(delegate_id: str, kind: MeetingKind) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"MEETING#{kind.value}")


def save(delegate_id: str, before: Meeting, after: Meeting, now: datetime) -> Write:
    """Replace a meeting. Refused if it was changed since it was read."""
    since = before.since if after.state is before.state else now
    row = {**key(delegate_id, after.kind)._asdict(), **fields(after), "since": since}
    if before.revision == 0:
        return put_once(row, MeetingChanged)
    return put_if(row, [equals("revision", before.revision)], MeetingChanged)


def find(delegate_id: str, kind: MeetingKind) -> Meeting:
    """Return a meeting; one that waits if nothing is stored."""
    row = get(key(delegate_id, kind))
    return read(Meeting, row) if row else Meeting(kind)


def from_rows(rows: Iterable[Row], kind: MeetingKind) -> Meeting:
    sk = f"MEETING#{kind.value}"
    return next((read(Meeting, row) for row in rows if row["sk"] == sk), Meeting(kind))


# --- when a coach is booked -----------------------------------------------------------------------------------


def quarters(slot: Slot) -> Iterator[datetime]:
    """Return the quarters of an hour that a slot touches."""
    first = slot.starts.replace(minute=slot.starts.minute // 15 * 15, second=0, microsecond=0)
    while first < slot.ends:
        yield first
        first += QUARTER


def _quarter_key(coach: str, quarter: datetime) -> Key:
    return Key(f"COACH#{coach}", f"SLOT#{stamp(quarter)}")


def take(coach: str, slot: Slot, delegate_id: str) -> list[Write]:
    """Book the coach. Refused if any part of the time is booked."""
    return [
        put_once({**_quarter_key(coach, quarter)._asdict(), "delegate": delegate_id, "ends": slot.ends}, SlotTaken)
        for quarter in quarters(slot)
    ]


def free(coach: str, slot: Slot) -> list[Write]:
    return [delete(_quarter_key(coach, quarter)) for quarter in quarters(slot)]


def booked_quarters(email: str) -> frozenset[str]:
    """Return when the coach at an address is booked, over all cohorts: stamps of quarters of an hour. One query."""
    return frozenset(row["sk"].removeprefix("SLOT#") for row in query(f"COACH#{reader_key(email)}", "SLOT#"))


def is_free(slot: Slot, booked: frozenset[str]) -> bool:
    return not any(stamp(quarter) in booked for quarter in quarters(slot))
