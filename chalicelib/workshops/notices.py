"""Work out which entries one person's calendar lacks: for new, changed and cancelled sessions.

A seat holds the entry that was sent last. So several changes before the next email make one notice. A session that was
moved and moved back makes none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from email.utils import parseaddr
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.formatting import clock_time, local_date, local_day, time_zone_name
from chalicelib.core.model import Programme
from chalicelib.core.schedule import Session, title_of
from chalicelib.core.settings import settings
from chalicelib.store.workshops import Seat


class NoticeKind(StrEnum):
    NEW = "new"
    MOVED = "moved"
    CANCELLED = "cancelled"
    DROPPED = "dropped"  # cancelled before the entry was sent: no email


class Notice(Struct, frozen=True):
    """One calendar entry to send to one person.

    before, after  the seat as it is stored now, and as it will be after the entry is sent
    """

    kind: NoticeKind
    session: Session
    before: Seat | None
    after: Seat

    @property
    def entry(self) -> CalendarEntry:
        return self.after.entry


def sender_domain() -> str:
    """Return the domain of the From address, which UIDs end with."""
    return parseaddr(settings().sender)[1].rpartition("@")[2]


class Reader(Struct, frozen=True):
    """Whose calendar it is.

    comes   False for a delegate who has left: their entries are cancelled
    runs    of a facilitator, their id in the cohort's file: only sessions that they run are in their calendar
    """

    id: str
    address: str
    comes: bool = True
    runs: str = ""

    def comes_to(self, session: Session) -> bool:
        return self.comes and (not self.runs or session.by == self.runs)


def list_notices(
    programme: Programme,
    sessions: Sequence[Session],
    reader: Reader,
    seats: Mapping[str, Seat],
    sender_domain: str,
    now: datetime,
    unsent: Collection[str] = (),
) -> list[Notice]:
    """Return the entries that this reader's calendar lacks, in the order of the sessions.

    A session that has begun gets no notice.

    After a change of address this takes two calls: cancellations to the old address, then entries for the new one.

    unsent   ids of sessions whose entry, as the seat has it, was never sent
    """
    made = _Made(programme, sessions, reader, sender_domain, now, unsent)
    return [notice for each in sessions if (notice := made.notice(each, seats.get(each.id)))]


class _Made(Struct, frozen=True):
    programme: Programme
    sessions: Sequence[Session]
    reader: Reader
    sender_domain: str
    now: datetime
    unsent: Collection[str]

    def notice(self, session: Session, seat: Seat | None) -> Notice | None:
        if session.cancelled or not self.reader.comes_to(session) or self._has_moved_away(seat):
            return self._cancelled(session, seat) if seat else None
        if session.starts_at <= self.now:
            return None
        if seat is None or seat.entry.cancelled:
            return self._new(session, seat)
        entry = replace(self.entry(session, seat.number), sequence=seat.entry.sequence + 1)
        if is_same(entry, seat.entry):
            return None
        return self._new(session, seat) if session.id in self.unsent else self._changed(session, seat, entry)

    def _has_moved_away(self, seat: Seat | None) -> bool:
        """Return whether the entry was sent to a former address. It is cancelled there and sent to the new address."""
        return seat is not None and not seat.entry.cancelled and seat.address != self.reader.address

    def _new(self, session: Session, seat: Seat | None) -> Notice:
        number = seat.number + 1 if seat else 1
        after = Seat(session.id, self.reader.address, self.entry(session, number), number)
        return Notice(NoticeKind.NEW, session, seat, after)

    def _changed(self, session: Session, seat: Seat, entry: CalendarEntry) -> Notice:
        zone = self.programme.organisation.timezone
        was = f"Changed. Before: {when_of(seat.entry, zone)}, {where_of(seat.entry)}"
        entry = replace(entry, description=f"{was}\n\n{entry.description}")
        return Notice(NoticeKind.MOVED, session, seat, Seat(session.id, self.reader.address, entry, seat.number))

    def _cancelled(self, session: Session, seat: Seat) -> Notice | None:
        if seat.entry.cancelled or seat.entry.starts <= self.now:
            return None
        said = f"Cancelled: {when_of(seat.entry, self.programme.organisation.timezone)}"
        entry = replace(seat.entry, sequence=seat.entry.sequence + 1, cancelled=True, description=said)
        kind = NoticeKind.DROPPED if session.id in self.unsent else NoticeKind.CANCELLED
        return Notice(kind, session, seat, replace(seat, entry=entry))

    def entry(self, session: Session, number: int) -> CalendarEntry:
        """Return the entry as it is first sent, with sequence 0."""
        uid = uid_of(session, self.reader, number, self.sender_domain)
        return make_entry(self.programme, session, self.sessions, uid)


def uid_of(session: Session, reader: Reader, number: int, sender_domain: str) -> str:
    """Return the UID of a session in one calendar. It stays the same until the entry is cancelled."""
    again = f"-{number}" if number > 1 else ""
    return f"{session.id}.{reader.id}{again}@{sender_domain}"


def make_entry(programme: Programme, session: Session, sessions: Sequence[Session], uid: str) -> CalendarEntry:
    return CalendarEntry(
        uid=uid,
        sequence=0,
        starts=session.starts_at,
        ends=session.ends_at,
        title=title_of(programme, session, sessions),
        place=session.plan.place,
        link=session.plan.link,
        description="\n".join(describe_session(programme, session)),
    )


def describe_session(programme: Programme, session: Session) -> Iterator[str]:
    """Say when and where, and what to bring. Some calendar programs show this text instead of the email."""
    yield f"{session.plan.when} ({time_zone_name(session.zone)})"
    if session.plan.place:
        yield f"Where: {session.plan.place}"
    if bring := next((step.bring for step in programme.milestones if step.id == session.milestone), ""):
        yield f"Please bring: {bring}"


def when_of(entry: CalendarEntry, zone: str) -> str:
    """Format the time of an entry as it was sent. The session may have moved since."""
    hours = " to ".join(clock_time(moment, zone) for moment in (entry.starts, entry.ends))
    return f"{local_day(entry.starts, zone)}, {hours}"


def where_of(entry: CalendarEntry) -> str:
    return entry.place or "by video"


def is_same(entry: CalendarEntry, sent: CalendarEntry) -> bool:
    """Return whether an entry needs no update. A change of only the day's number causes no email."""
    return _as_sent(entry) == _as_sent(sent)


def _as_sent(entry: CalendarEntry) -> tuple[datetime, datetime, str, str, bool]:
    return entry.starts, entry.ends, entry.place, entry.link, entry.cancelled


def days_of(seats: Sequence[Seat], zone: str) -> frozenset[date]:
    """Return the days on which the sessions of these seats take someone away from work."""
    return frozenset(local_date(seat.entry.starts, zone) for seat in seats if not seat.entry.cancelled)
