"""That a coach has opened a report, before they may release it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, put


class Opening(Struct, frozen=True):
    """One coach's latest opening of the report of one wave."""

    checksum: str  # of the report that was opened
    at: datetime


def key(delegate_id: str, wave: Wave, coach: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"OPENED#{wave.value}#{coach}")


def save(delegate_id: str, wave: Wave, coach: str, opening: Opening) -> Write:
    return put({**key(delegate_id, wave, coach)._asdict(), **fields(opening)})


def opened_checksum(rows: Iterable[Row], wave: Wave, coach: str) -> str:
    """Return the checksum of the report that this coach opened last; empty if they opened none."""
    sk = f"OPENED#{wave.value}#{coach}"
    return next((read(Opening, row).checksum for row in rows if row["sk"] == sk), "")
