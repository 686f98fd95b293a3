"""Read the delegate's words to the raters, and find what to check again before they are sent. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from chalicelib.core.addresses import HOLDS_ADDRESS, holds_web_address
from chalicelib.core.model import PulseArea

MAX_CHARS = 400
MIN_NAME_CHARS = 3  # of a part of a name to search for
QUOTES = '“”„«»"'
AREA, TEXT = "area-", "text"  # names of form fields


class Words(Struct, frozen=True):
    """What the raters are sent. areas: the chosen areas, in their words for others."""

    areas: tuple[str, ...]
    text: str
    fault: str = ""  # why it cannot be sent


def read_words(fields: Mapping[str, str], offered: Sequence[PulseArea]) -> Words:
    """Read the form. Areas that are not offered are ignored."""
    areas = tuple(area.text for area in offered if fields.get(f"{AREA}{area.id}"))
    text = " ".join(fields.get(TEXT, "").split())
    return Words(areas, text, _fault(text, areas))


def _fault(text: str, areas: Sequence[str]) -> str:
    """Say why the words cannot be sent. Our emails to raters carry no links that a delegate typed."""
    if len(text) > MAX_CHARS:
        return f"Please shorten your text to {MAX_CHARS} characters; it has {len(text)}."
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        return "Please remove the characters that cannot be printed."
    if any(map(holds_web_address, (text, *areas))):
        return f"What you send {HOLDS_ADDRESS}."
    return ""


def find_risks(text: str, names: Sequence[str]) -> Iterator[str]:
    """List words that could reveal who a rater is. The delegate is asked, not refused: only they know what is meant.

    names  of everyone who was asked
    """
    words = {word.casefold().strip(".,;:!?()'’") for word in text.split()}
    parts = {part for name in names for part in name.split() if len(part) >= MIN_NAME_CHARS}
    risks = sorted(part for part in parts if part.casefold() in words)
    if risks:
        yield f"It contains a name: {', '.join(risks)}. Thank everyone together, and name no one."
    if any(letter.isdigit() for letter in text):
        yield "It contains a figure. Please leave out figures from your report."
    if any(mark in text for mark in QUOTES):
        yield "It contains quotation marks. Please quote no one: raters would wonder who wrote it."
