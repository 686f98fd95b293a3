"""Behaviours of a report that a coach ticked while reading, to talk about in the debrief."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.expressions import either, equals, missing
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Changed, Key, Write, put_if


class TicksChanged(Changed):
    """Other ticks were saved since these were read."""


class CoachTicks(Struct, frozen=True):
    """One coach's ticks in the report of one wave: on no page of anyone else."""

    behaviours: tuple[str, ...]  # ids, in the order of the questionnaire
    at: datetime


def key(delegate_id: str, wave: Wave, coach: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"TICKS#{wave.value}#{coach}")


def save(delegate_id: str, wave: Wave, coach: str, ticks: CoachTicks, read_ticks: Sequence[str] = ()) -> Write:
    """Replace the ticks that were read. Refused if others were saved since."""
    same = equals("behaviours", list(read_ticks))
    as_read = same if read_ticks else either(missing("pk"), same)
    return put_if({**key(delegate_id, wave, coach)._asdict(), **fields(ticks)}, [as_read], TicksChanged)


def from_rows(rows: Iterable[Row], wave: Wave, coach: str) -> tuple[str, ...]:
    """Return the ids of the behaviours that this coach ticked."""
    sk = f"TICKS#{wave.value}#{coach}"
    return next((read(CoachTicks, row).behaviours for row in rows if row["sk"] == sk), ())
