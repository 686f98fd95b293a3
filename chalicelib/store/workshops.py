"""Sessions of a cohort's workshops, and what each delegate's calendar holds of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.schedule import Session
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.row_kinds import cohort_rows, work_rows
from chalicelib.store.table import Changed, Key, Write, batched, get_many, key_of, put, put_if, put_once, query
from chalicelib.store.unreadable import read_all


class SeatChanged(Changed):
    """Another run has sent this delegate an entry of the session since the seat was read."""


class Seat(Struct, frozen=True):
    """What one delegate's calendar holds of a session.

    address  where the entry was sent
    entry    as it was sent last; its sequence is the last that was sent
    number   how often the delegate was invited again after a cancellation: each time the entry gets a new UID
    """

    session_id: str
    address: str
    entry: CalendarEntry
    number: int = 1


# --- sessions -----------------------------------------------------------------------------------------


def session_key(session: Session) -> Key:
    return cohort_rows.WORKSHOP_SESSION.key(cohort=session.cohort_id, milestone=session.milestone, session=session.id)


def save(session: Session) -> Write:
    """Store a session. Changes of a cohort's dates are refused one after another by `cohorts.change_dates`."""
    return put({**session_key(session)._asdict(), **fields(session)})


def sessions_from(rows: Iterable[Row]) -> tuple[Session, ...]:
    """Read the sessions among the rows of a cohort, cancelled ones included, earliest first.

    One that cannot be read is left out: see store/unreadable.py.
    """
    return _in_order(read_all(Session, (row for row in rows if row["sk"].startswith("SESSION#"))))


def list_sessions(cohort_id: str) -> tuple[Session, ...]:
    """Read every session of a cohort, cancelled ones included, earliest first.

    Raises ValidationError if one cannot be read: dates that follow from the others would be wrong.
    """
    return _in_order(read(Session, row) for row in query(f"COHORT#{cohort_id}", "SESSION#"))


def list_undamaged(rows: Iterable[Row]) -> tuple[Session, ...]:
    """As `sessions_from`, without every workshop of which a session cannot be read: the others do not give its days."""
    own = [row for row in rows if row["sk"].startswith("SESSION#")]
    damaged = list_damaged_workshops(own)
    return tuple(session for session in sessions_from(own) if session.milestone not in damaged)


def list_readable(cohort_id: str) -> tuple[Session, ...]:
    """As `list_sessions`, for a page: without the workshops that `list_undamaged` leaves out."""
    return list_undamaged(query(f"COHORT#{cohort_id}", "SESSION#"))


def list_damaged_workshops(rows: Iterable[Row]) -> set[str]:
    """Return the milestones of which a session cannot be read: their days and numbers do not follow from the others."""
    own = [row for row in rows if row["sk"].startswith("SESSION#")]
    readable = {session.id for session in sessions_from(own)}
    names = [cohort_rows.WORKSHOP_SESSION.parts(key_of(row)) for row in own]
    return {name["milestone"] for name in names if name["session"] not in readable}


def _in_order(sessions: Iterable[Session]) -> tuple[Session, ...]:
    return tuple(sorted(sessions, key=lambda each: (each.starts_at, each.id)))


# --- seats --------------------------------------------------------------------------------------------


def seat_key(delegate_id: str, session_id: str) -> Key:
    return work_rows.SEAT.key(delegate=delegate_id, session=session_id)


def find_seats(delegate_ids: Sequence[str], sessions: Sequence[Session]) -> dict[str, dict[str, Seat]]:
    """Read seats: delegate's id -> session's id -> seat. One call for a hundred."""
    return {delegate_id: read_seats(rows) for delegate_id, rows in find_seat_rows(delegate_ids, sessions).items()}


def find_seat_rows(delegate_ids: Sequence[str], sessions: Sequence[Session]) -> dict[str, list[Row]]:
    """Return the rows of seats by the delegate's id, as they are stored: one that is broken keeps no other out."""
    keys = {seat_key(delegate_id, each.id): delegate_id for delegate_id in delegate_ids for each in sessions}
    seats: dict[str, list[Row]] = {delegate_id: [] for delegate_id in delegate_ids}
    for batch in batched(list(keys)):
        for key, row in get_many(batch).items():
            seats[keys[Key(*key)]].append(row)
    return seats


def read_seats(rows: Iterable[Row]) -> dict[str, Seat]:
    """Read the seats of one person: session's id -> seat."""
    seats = (read(Seat, row) for row in rows)
    return {seat.session_id: seat for seat in seats}


def save_seat(key: Key, before: Seat | None, after: Seat) -> Write:
    """Store what is being sent. Refused if another run has sent something since the seat was read."""
    row = {**key._asdict(), **fields(after)}
    if before is None:
        return put_once(row, SeatChanged)
    return put_if(row, [equals("number", before.number), equals("entry.sequence", before.entry.sequence)], SeatChanged)


def facilitator_seat_key(cohort_id: str, facilitator: str, session_id: str) -> Key:
    return cohort_rows.FACILITATOR_SEAT.key(cohort=cohort_id, facilitator=facilitator, session=session_id)


def list_facilitator_seats(cohort_id: str) -> dict[str, dict[str, Seat]]:
    """Read the seats of a cohort's facilitators: id in the cohort's file -> session's id -> seat. One query."""
    seats: dict[str, dict[str, Seat]] = {}
    for row in query(f"COHORT#{cohort_id}", "SEAT#"):
        seat = read(Seat, row)
        seats.setdefault(row["sk"].split("#")[1], {})[seat.session_id] = seat
    return seats
