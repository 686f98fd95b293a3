"""Read the debrief form: its date, and two or three development areas. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

MOST_AREAS, FEWEST_AREAS = 3, 2
MAX_AREA_CHARS = 500  # characters of one answer

PARTS = {
    "behaviour": "What the delegate will do differently",
    "evidence": "What in the report speaks for it",
    "first_step": "First step",
    "support": "Support wanted",
    "who_will_notice": "Who will notice",
    "by_when": "By when",
}
NEEDED = ("behaviour", "first_step")
HINTS = {
    "behaviour": "Something others can see. For example: in team meetings, ask for two views before giving my own.",
    "evidence": "Figures or comments of the report that you talked about.",
    "first_step": "Small enough for next week.",
    "support": "Who or what would help.",
    "who_will_notice": "Raters are asked about this area six months on.",
    "by_when": "A date, or an event such as the second workshop.",
}
MAX_NOTES_CHARS = 4000  # characters


class FormFault(Struct, frozen=True):
    field: str
    message: str


class DebriefForm(Struct, frozen=True):
    """What was typed, valid or not, so that the page can show it again."""

    held_on: date | None
    areas: tuple[dict[str, str], ...]  # `id` and the parts, only those with any text
    faults: tuple[FormFault, ...]


def read_debrief(fields: Mapping[str, str], earliest: date, today: date) -> DebriefForm:
    """Read the form and collect all faults. The debrief was held between the day of the report and today."""
    held_on, faults = _held_on(fields.get("held_on", "").strip(), earliest, today)
    areas = []
    for number in range(1, MOST_AREAS + 1):
        typed = {part: fields.get(f"{part}-{number}", "").replace("\r\n", "\n").strip() for part in PARTS}
        if any(typed.values()):
            areas.append({"id": str(number), **typed})
            faults += _area_faults(number, typed)
    if len(areas) < FEWEST_AREAS:
        faults.append(FormFault(f"behaviour-{len(areas) + 1}", "Please agree two or three development areas."))
    return DebriefForm(held_on, tuple(areas), tuple(faults))


def read_notes(fields: Mapping[str, str], field: str = "notes-text") -> tuple[str, tuple[FormFault, ...]]:
    """Read the coach's notes, and return what is wrong with them."""
    text = fields.get(field, "").replace("\r\n", "\n").strip()
    if len(text) > MAX_NOTES_CHARS:
        fault = f"Please shorten your notes to {MAX_NOTES_CHARS} characters; they have {len(text)}."
        return text, (FormFault(field, fault),)
    return text, ()


def _held_on(typed: str, earliest: date, today: date) -> tuple[date | None, list[FormFault]]:
    try:
        held_on = date.fromisoformat(typed)
    except ValueError:
        return None, [FormFault("held_on", "Please give the date of the debrief.")]
    if not earliest <= held_on <= today:
        fault = "The date must lie between the day of the report and today. Record it after it was held."
        return held_on, [FormFault("held_on", fault)]
    return held_on, []


def _area_faults(number: int, typed: Mapping[str, str]) -> list[FormFault]:
    faults = [
        FormFault(f"{part}-{number}", f"Area {number}: please fill in “{PARTS[part]}”.")
        for part in NEEDED
        if not typed[part]
    ]
    return faults + [
        FormFault(f"{part}-{number}", f"Area {number}: please shorten “{PARTS[part]}” to {MAX_AREA_CHARS} characters.")
        for part in PARTS
        if len(typed[part]) > MAX_AREA_CHARS
    ]
