"""What a delegate notes about the assignments between workshops."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, put


class AssignmentNote(Struct, frozen=True):
    milestone: str
    assignment: str
    text: str
    at: datetime


def key(delegate_id: str, milestone: str, assignment: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"ASSIGNMENT#{milestone}#{assignment}")


def save(delegate_id: str, note: AssignmentNote) -> Write:
    """Save a note; the latest one counts."""
    return put({**key(delegate_id, note.milestone, note.assignment)._asdict(), **fields(note)})


def notes_from(rows: Iterable[Row]) -> dict[tuple[str, str], AssignmentNote]:
    """Read (milestone, assignment) -> note from the rows of a delegate's partition."""
    notes = [read(AssignmentNote, row) for row in rows if row["sk"].startswith("ASSIGNMENT#")]
    return {(note.milestone, note.assignment): note for note in notes}
