"""Read one development area from a form. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, timedelta

from msgspec import Struct

from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import day
from chalicelib.store.areas import Area

MAX_ITEMS = 3  # behaviours of the report that one area is about
MAX_AREA_CHARS = 500  # characters of one answer
MAX_AHEAD = timedelta(days=731)  # from today to the day of an area's review

PARTS = {
    "behaviour": "What the delegate will do differently",
    "when_i_will": "When …, I will …",
    "first_step": "First step",
    "review_by": "Review date",
    "support": "Support wanted",
    "who_will_notice": "Who will notice",
    "others_text": "What raters and the line manager read",
    "evidence": "Evidence in the report",
    "why_no_item": "Why it is not about a behaviour in the report",
}
NEEDED = ("behaviour", "when_i_will", "first_step", "review_by")
LINES = ("support", "who_will_notice", "why_no_item")  # one line is enough
HINTS = {
    "behaviour": "Something others can see. For example: in team meetings, ask for two views before giving my own.",
    "when_i_will": "A situation, and what you will do in it. For example: when someone brings me a problem, I will "
    "first ask what they would do.",
    "first_step": "Small enough for next week.",
    "support": "Who or what would help.",
    "who_will_notice": "Raters are asked about this area six months on.",
    "others_text": "In words for them. If you leave this empty, they read the first field.",
    "evidence": "Figures or comments of the report that you talked about. Only you see them.",
    "why_no_item": "Needed only if you chose no behaviour.",
}
AREA_ID = re.compile(r"[a-z2-7]{8}|[1-3]")  # earlier versions numbered areas


class TypedArea(Struct, frozen=True):
    """One area as it was typed, with at least one part."""

    number: int
    id: str  # of the page; empty if it named none
    parts: Mapping[str, str]
    items: tuple[str, ...]


def item_field(number: int, item: str) -> str:
    return f"item-{number}-{item}"


def read_area(number: int, fields: Mapping[str, str], items: Collection[str]) -> TypedArea | None:
    """Read the area with this number; None if nothing is typed. `items`: ids that an area may be about."""
    parts = {part: fields.get(f"{part}-{number}", "").replace("\r\n", "\n").strip() for part in PARTS}
    chosen = tuple(item for item in items if fields.get(item_field(number, item)))
    area_id = fields.get(f"id-{number}", "")
    if not any(text for part, text in parts.items() if part != "review_by") and not chosen:
        return None  # the page suggests the date, so a date alone is no area
    return TypedArea(number, area_id if AREA_ID.fullmatch(area_id) else "", parts, chosen)


def read_day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def area_faults(area: TypedArea, today: date, suffix: str = "", label: str = "") -> list[FieldError]:
    """Return what is wrong with one area. `suffix` ends its fields' names, `label` begins each message."""
    missing = [part for part in NEEDED if not area.parts[part]]
    faults = [FieldError(part + suffix, f"{label}please fill in “{PARTS[part]}”.") for part in missing]
    faults += [
        FieldError(part + suffix, f"{label}please shorten “{PARTS[part]}” to {MAX_AREA_CHARS} characters.")
        for part in PARTS
        if len(area.parts[part]) > MAX_AREA_CHARS
    ]
    if "review_by" not in missing:
        faults += _review_faults(area.parts["review_by"], today, f"review_by{suffix}", label)
    return faults + _item_faults(area, f"why_no_item{suffix}", label)


def _review_faults(typed: str, today: date, field: str, label: str) -> list[FieldError]:
    review_by = read_day(typed)
    if review_by is None:
        return [FieldError(field, f"{label}please give the review date.")]
    if not today <= review_by <= today + MAX_AHEAD:
        last = day(today + MAX_AHEAD)
        return [FieldError(field, f"{label}the review date must be between today and {last}.")]
    return []


def _item_faults(area: TypedArea, field: str, label: str) -> list[FieldError]:
    if len(area.items) > MAX_ITEMS:
        chosen = f"{len(area.items)} are chosen"
        return [FieldError(field, f"{label}please choose at most {MAX_ITEMS} behaviours; {chosen}.")]
    if not area.items and not area.parts["why_no_item"]:
        return [FieldError(field, f"{label}please choose a behaviour from the report, or say why it is not about one.")]
    return []


def to_area(typed: TypedArea, area_id: str, before: Area | None = None) -> Area:
    """Turn a valid area into one to store."""
    parts = {**typed.parts, "review_by": read_day(typed.parts["review_by"])}
    by_when = before.by_when if before else ""
    return Area(id=area_id, place=typed.number, items=typed.items, by_when=by_when, **parts)  # type: ignore[arg-type]


def as_fields(area: Area, number: int) -> dict[str, str]:
    """Return a stored area as the form's fields; leave out what is empty."""
    review_by = area.review_by.isoformat() if area.review_by else ""
    parts = {part: review_by if part == "review_by" else getattr(area, part) for part in PARTS}
    fields = {f"{part}-{number}": text for part, text in parts.items() if text}
    return fields | {item_field(number, item): "on" for item in area.items}
