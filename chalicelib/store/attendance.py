"""Who attended which session, and how an absence is made up for. One row for each delegate and session."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum

from msgspec import MsgspecError, Struct

from chalicelib.core import log
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Changed, Key, Write, batched, get_many, put_if, put_once
from chalicelib.store.unreadable import read_all

SK = "ATTENDANCE#"


class AttendanceChanged(Changed):
    """Someone else has marked this person since the register was read."""


class AttendanceState(StrEnum):
    EXPECTED = "expected"
    EXCUSED = "excused"
    ATTENDED = "attended"
    PARTLY = "partly"
    ABSENT = "absent"
    CATCH_UP = "catch_up"  # absent, and it is agreed how they make up for it
    CAUGHT_UP = "caught_up"


IS_ABSENT = (AttendanceState.ABSENT, AttendanceState.CATCH_UP, AttendanceState.CAUGHT_UP)


class Attendance(Struct, frozen=True):
    """One delegate at one session. Without a row they are expected."""

    session: str
    state: AttendanceState = AttendanceState.EXPECTED
    catch_up: str = ""  # what they do to make up for the absence
    catch_up_by: date | None = None
    revision: int = 0
    notice: str = ""  # id of the email that says how to catch up
    marked_at: datetime | None = None


def key(delegate_id: str, session_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"{SK}{session_id}")


def save(delegate_id: str, before: Attendance, after: Attendance) -> Write:
    """Write the next revision. Refused if there is one that was not read."""
    row = {**key(delegate_id, after.session)._asdict(), **fields(after), "revision": before.revision + 1}
    if before.revision == 0:
        return put_once(row, AttendanceChanged)
    return put_if(row, [equals("revision", before.revision)], AttendanceChanged)


def find_many(delegate_ids: Sequence[str], session_ids: Sequence[str]) -> dict[tuple[str, str], Attendance]:
    """Return the rows that exist and can be read, by delegate and session: a call for each hundred."""
    rows = {at: read_all(Attendance, [row]) for at, row in _rows_of(delegate_ids, session_ids)}
    return {at: marks[0] for at, marks in rows.items() if marks}


def find_readable(
    delegate_ids: Sequence[str], session_ids: Sequence[str]
) -> tuple[dict[tuple[str, str], Attendance], dict[str, str]]:
    """As `find_many`, for work that must not take a damaged row for a missing one: by delegate, why it is damaged."""
    readable: dict[tuple[str, str], Attendance] = {}
    broken: dict[str, str] = {}
    for at, row in _rows_of(delegate_ids, session_ids):
        try:
            readable[at] = read(Attendance, row)
        except MsgspecError as error:
            broken[at[0]] = log.describe_error(error)
    return readable, broken


def _rows_of(delegate_ids: Sequence[str], session_ids: Sequence[str]) -> Iterator[tuple[tuple[str, str], Row]]:
    keys = {key(delegate, session): (delegate, session) for delegate in delegate_ids for session in session_ids}
    for batch in batched(list(keys)):
        for at, row in get_many(batch).items():
            if isinstance(at, Key):
                yield keys[at], row


def from_rows(rows: Iterable[Row]) -> dict[str, Attendance]:
    """Find the attendance of a delegate among the rows of their partition, by session."""
    attendances = [read(Attendance, row) for row in rows if row["sk"].startswith(SK)]
    return {attendance.session: attendance for attendance in attendances}


def had_workshop(states: Collection[AttendanceState]) -> bool:
    """Return whether to open the tasks of a workshop and to ask about it: no one is asked about one they did not have.

    Someone who is catching up has it; what is not recorded yet counts as attended.
    """
    return not states or any(state not in (AttendanceState.ABSENT, AttendanceState.EXCUSED) for state in states)
