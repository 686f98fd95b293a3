"""Behaviours of a report that a coach ticked while reading, to talk about in the debrief."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Wave
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, put


class CoachTicks(Struct, frozen=True):
    """One coach's ticks in the report of one wave: on no page of anyone else."""

    behaviours: tuple[str, ...]  # ids, in the order of the questionnaire
    at: datetime


def key(delegate_id: str, wave: Wave, coach: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"TICKS#{wave.value}#{coach}")


def save(delegate_id: str, wave: Wave, coach: str, ticks: CoachTicks) -> Write:
    return put({**key(delegate_id, wave, coach)._asdict(), **fields(ticks)})


def from_rows(rows: Iterable[Row], wave: Wave, coach: str) -> tuple[str, ...]:
    """Return the ids of the behaviours that this coach ticked."""
    sk = f"TICKS#{wave.value}#{coach}"
    return next((read(CoachTicks, row).behaviours for row in rows if row["sk"] == sk), ())
