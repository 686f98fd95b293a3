"""Read the debrief form: its date, and two or three development areas. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from msgspec import Struct

from chalicelib.areas.form import PARTS, TypedArea, area_faults, item_field, read_area
from chalicelib.core.errors import FieldError

MOST_AREAS, FEWEST_AREAS = 3, 2
NUMBERS = range(1, MOST_AREAS + 1)
MAX_NOTES_CHARS = 4000  # characters


class DebriefForm(Struct, frozen=True):
    """What was typed, valid or not, so that the page can show it again."""

    held_on: date | None
    areas: tuple[TypedArea, ...]
    faults: tuple[FieldError, ...]


def field_names(items: Collection[str]) -> list[str]:
    """Return the fields of the form that are typed or ticked."""
    parts = [f"{part}-{number}" for part in PARTS for number in NUMBERS]
    return ["held_on", *parts, *(item_field(number, item) for number in NUMBERS for item in items)]


def read_debrief(fields: Mapping[str, str], items: Collection[str], earliest: date, today: date) -> DebriefForm:
    """Read the form and collect all faults. The debrief was held between the day of the report and today.

    items   ids of the behaviours that an area may be about
    """
    held_on, faults = _held_on(fields.get("held_on", "").strip(), earliest, today)
    areas = [area for number in NUMBERS if (area := read_area(number, fields, items))]
    for area in areas:
        faults += area_faults(area, today, f"-{area.number}", f"Area {area.number}: ")
    if len(areas) < FEWEST_AREAS:
        faults.append(FieldError(f"behaviour-{len(areas) + 1}", "Please agree two or three development areas."))
    return DebriefForm(held_on, tuple(areas), tuple(faults))


def read_notes(fields: Mapping[str, str], field: str = "notes-text") -> tuple[str, tuple[FieldError, ...]]:
    """Read the coach's notes, and return what is wrong with them."""
    text = fields.get(field, "").replace("\r\n", "\n").strip()
    if len(text) > MAX_NOTES_CHARS:
        fault = f"Please shorten your notes to {MAX_NOTES_CHARS} characters; they have {len(text)}."
        return text, (FieldError(field, fault),)
    return text, ()


def _held_on(typed: str, earliest: date, today: date) -> tuple[date | None, list[FieldError]]:
    try:
        held_on = date.fromisoformat(typed)
    except ValueError:
        return None, [FieldError("held_on", "Please give the date of the debrief.")]
    if not earliest <= held_on <= today:
        fault = "The date must be between the day of the report and today. Record the debrief after it has taken place."
        return held_on, [FieldError("held_on", fault)]
    return held_on, []
