"""What coach and delegate agreed in the debrief: its date, and two or three development areas."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from chalicelib.ids import derive
from chalicelib.model import Wave
from chalicelib.store.expressions import equals, missing, present
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Changed, Key, Write, check, delete, put


class DebriefChanged(Changed):
    """The debrief or its areas were saved again since they were read."""


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
    checksum: str = ""  # of date and areas, as `save` stores them


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
    content = json.dumps([fields(debrief), *map(fields, kept.values())], sort_keys=True, default=str)
    writes = [put({**key(delegate_id, wave)._asdict(), **fields(debrief), "checksum": derive(16, content)})]
    for number in range(1, MOST_AREAS + 1):
        place = area_key(delegate_id, wave, str(number))
        area = kept.get(str(number))
        writes.append(put({**place._asdict(), **fields(area)}) if area else delete(place))
    return writes


def still_agreed(delegate_id: str, wave: Wave, read: Debrief) -> Write:
    """Refuses a transaction if date or areas were saved again since they were read."""
    same = equals("checksum", read.checksum)
    older = [missing("checksum"), present("pk")]  # a debrief from before they carried a checksum
    return check(key(delegate_id, wave), [same] if read.checksum else older, DebriefChanged)


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
