"""The debrief that coach and delegate agreed: its date, and two or three development areas."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from chalicelib.core.ids import coach_id, derive
from chalicelib.core.model import Delegate, Wave
from chalicelib.store import areas
from chalicelib.store.areas import Area
from chalicelib.store.expressions import Condition, either, equals, missing, present
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Changed, Key, Missing, Write, check, delete, put, put_if, update


class DebriefChanged(Changed):
    """The debrief or its areas were saved again since they were read."""


class NotesChanged(Changed):
    """Other notes of the coach were saved since these were read."""


class NotesMissing(Missing):
    """These notes no longer exist."""


class Debrief(Struct, frozen=True):
    held_on: date
    areas: tuple[str, ...]  # ids, also of areas that were agreed later
    checksum: str = ""  # of date and areas, as `save` stores them


class CoachNotes(Struct, frozen=True):
    """A coach's own notes: on no other page, in no report and in no export."""

    text: str
    at: datetime
    coach: str = ""  # ids.coach_id of who wrote them; empty in rows of earlier versions, whose key names no coach


class HandOver(Struct, frozen=True):
    """A note from one coach to the delegate's next coach."""

    text: str
    at: datetime
    coach: str  # ids.coach_id of who wrote it
    name: str  # of the writer


def key(delegate_id: str, wave: Wave) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"{areas.OF_WAVE[wave]}DEBRIEF")


def save(
    delegate_id: str,
    wave: Wave,
    debrief: Debrief,
    agreed: Iterable[Area],
    before: Iterable[Area] = (),
    read: Debrief | None = None,
) -> list[Write]:
    """Replace the debrief that was read, and its areas. Refused if another one was saved since.

    before   the areas of its last record
    read     its last record; None: this is the first
    """
    kept = list(agreed)
    content = json.dumps([fields(debrief), *map(fields, kept)], sort_keys=True, default=str)
    row = {**key(delegate_id, wave)._asdict(), **fields(debrief), "checksum": derive(16, content)}
    return [put_if(row, _as_read(read), DebriefChanged), *areas.replace_all(delegate_id, wave, kept, before)]


def _as_read(read: Debrief | None) -> list[Condition]:
    if read is None:
        return [missing("pk")]
    if read.checksum:
        return [equals("checksum", read.checksum)]
    return [missing("checksum"), present("pk")]  # a debrief from before they carried a checksum


def add_area(delegate_id: str, wave: Wave, read: Debrief, area_id: str) -> Write:
    """Name an area that was agreed after the debrief. Refused if another one was added since it was read."""
    changed = {"areas": [*read.areas, area_id]}
    return update(key(delegate_id, wave), put=changed, when=[equals("areas", list(read.areas))], refusal=DebriefChanged)


def still_agreed(delegate_id: str, wave: Wave, read: Debrief) -> Write:
    """Refuse a transaction if the date or areas were saved again since they were read."""
    return check(key(delegate_id, wave), _as_read(read), DebriefChanged)


def notes_key(delegate_id: str, coach: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"NOTES#{coach}")


def unsigned_notes_key(delegate_id: str) -> Key:
    """Return the key where earlier versions kept the notes of the coach at that time."""
    return Key(f"DELEGATE#{delegate_id}", "NOTES")


def save_notes(delegate_id: str, notes: CoachNotes, read: CoachNotes | None = None) -> list[Write]:
    """Replace a coach's notes that were read; notes of an earlier version move to the coach's own key.

    Refused if other notes of theirs were saved since.
    """
    is_signed = read is not None and bool(read.coach)  # maybe in the row of an earlier version, which stays
    as_read = either(missing("pk"), equals("text", read.text)) if read and is_signed else missing("pk")
    saved = put_if({**notes_key(delegate_id, notes.coach)._asdict(), **fields(notes)}, [as_read], NotesChanged)
    return [saved, delete(unsigned_notes_key(delegate_id))] if read and not is_signed else [saved]


def notes_from(rows: Iterable[Row], coach: str) -> CoachNotes | None:
    """Return the notes of this coach, or notes of an earlier version that are not known to be another coach's."""
    notes = {row["sk"]: row for row in rows if row["sk"] in ("NOTES", f"NOTES#{coach}")}
    if own := notes.get(f"NOTES#{coach}"):
        return read(CoachNotes, own)
    unsigned = read(CoachNotes, notes["NOTES"]) if "NOTES" in notes else None
    return unsigned if unsigned and unsigned.coach in ("", coach) else None


def hand_over(rows: Iterable[Row], delegate: Delegate) -> list[Write]:
    """Mark notes of an earlier version with the coach who could read them until now, because the coach changes."""
    coach = coach_id(delegate.cohort_id, delegate.coach.email)
    unsigned = [row for row in rows if row["sk"] == "NOTES" and not row.get("coach")]
    return [update(Key(row["pk"], row["sk"]), put={"coach": coach}, refusal=NotesMissing) for row in unsigned]


def leave(delegate_id: str, note: HandOver) -> Write:
    """Keep one coach's hand-over note in place of their last one."""
    return put({**handover_key(delegate_id, note.coach)._asdict(), **fields(note)})


def handover_key(delegate_id: str, coach: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"HANDOVER#{coach}")


def hand_overs_from(rows: Iterable[Row]) -> list[HandOver]:
    """Return every coach's hand-over note, newest first."""
    notes = [read(HandOver, row) for row in rows if row["sk"].startswith("HANDOVER#")]
    return sorted(notes, key=lambda note: note.at, reverse=True)


def from_rows(rows: Iterable[Row], wave: Wave = Wave.BASELINE) -> tuple[Debrief | None, tuple[Area, ...]]:
    """Find debrief and areas of a wave among the rows of a delegate's partition."""
    stored = list(rows)
    sk = f"{areas.OF_WAVE[wave]}DEBRIEF"
    debrief = next((read(Debrief, row) for row in stored if row["sk"] == sk), None)
    return debrief, areas.from_rows(stored, wave)


def areas_from(rows: Iterable[Row]) -> tuple[Area, ...]:
    return from_rows(rows)[1]
