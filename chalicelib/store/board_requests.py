"""What is asked of the board, in the words of an administrator or coach."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.store.expressions import equals
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import Changed, Key, Write, get, put_if, put_once


class RequestsChanged(Changed):
    """Someone else has changed what is asked since it was read."""


class BoardRequests(Struct, frozen=True):
    cohort_id: str
    asks: tuple[str, ...]
    entered_at: datetime
    revision: int = 1


def key(cohort_id: str) -> Key:
    return Key(f"COHORT#{cohort_id}", "ASKS")


def find(cohort_id: str) -> BoardRequests | None:
    row = get(key(cohort_id))
    return read(BoardRequests, row) if row else None


def save(new: BoardRequests, before: BoardRequests | None) -> Write:
    """Replace what was read. Refused if it changed since."""
    row = {**key(new.cohort_id)._asdict(), **fields(new)}
    if before is None:
        return put_once(row, RequestsChanged)
    return put_if(row, [equals("revision", before.revision)], RequestsChanged)
