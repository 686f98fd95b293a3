"""What coach and delegate agreed in the debrief: its date, and two or three development areas."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from chalicelib.model import Wave
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, delete, put


class Area(Struct, frozen=True):
    """A development area; its id is carried to the workshops and the impact survey."""

    id: str
    behaviour: str
    evidence: str
    first_step: str
    support: str
    who_will_notice: str
    by_when: str


class Debrief(Struct, frozen=True):
    held_on: date
    areas: tuple[str, ...]  # ids


class CoachNotes(Struct, frozen=True):
    """For the coach's eyes alone: on no other page, in no report and no export."""

    text: str
    at: datetime


MOST_AREAS = 3
OF_WAVE = {Wave.BASELINE: "", Wave.FOLLOWUP: "FOLLOWUP#"}


def key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"{OF_WAVE[wave]}DEBRIEF")


def area_key(delegate_id: str, wave: Wave, area_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"{OF_WAVE[wave]}AREA#{area_id}")


def save(delegate_id: str, wave: Wave, debrief: Debrief, areas: Iterable[Area]) -> list[Write]:
    """Replace the debrief and all of its areas."""
    kept = {area.id: area for area in areas}
    writes = [put({**key(delegate_id, wave)._asdict(), **fields(debrief)})]
    for number in range(1, MOST_AREAS + 1):
        place = area_key(delegate_id, wave, str(number))
        area = kept.get(str(number))
        writes.append(put({**place._asdict(), **fields(area)}) if area else delete(place))
    return writes


def notes_key(delegate_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", "NOTES")


def save_notes(delegate_id: str, notes: CoachNotes) -> Write:
    return put({**notes_key(delegate_id)._asdict(), **fields(notes)})


def notes_from(rows: Iterable[Row]) -> CoachNotes | None:
    return next((read(CoachNotes, row) for row in rows if row["sk"] == "NOTES"), None)


def from_rows(rows: Iterable[Row], wave: Wave = Wave.BASELINE) -> tuple[Debrief | None, tuple[Area, ...]]:
    """Debrief and areas of a wave among the rows of a delegate's partition."""
    debrief = None
    areas = []
    for row in rows:
        if row["sk"] == f"{OF_WAVE[wave]}DEBRIEF":
            debrief = read(Debrief, row)
        if row["sk"].startswith(f"{OF_WAVE[wave]}AREA#"):
            areas.append(read(Area, row))
    return debrief, tuple(areas)


def areas_from(rows: Iterable[Row]) -> tuple[Area, ...]:
    return from_rows(rows)[1]
