"""The delegate's words to the raters: how they are read, and what to look at again before they go out. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from chalicelib.core.addresses import HOLDS_ADDRESS, holds_web_address
from chalicelib.core.model import PulseArea

MAX_CHARS = 400
MIN_NAME_CHARS = 3  # of a part of a name that is looked for
QUOTES = '“”„«»"'
AREA, TEXT = "area-", "text"  # names of form fields


class Words(Struct, frozen=True):
    """What goes out. areas: words for others, as chosen."""

    areas: tuple[str, ...]
    text: str
    fault: str = ""  # why it cannot go out


def read_words(fields: Mapping[str, str], offered: Sequence[PulseArea]) -> Words:
    """Read the form. Areas that are not offered are ignored."""
    areas = tuple(area.text for area in offered if fields.get(f"{AREA}{area.id}"))
    text = " ".join(fields.get(TEXT, "").split())
    return Words(areas, text, _fault(text, areas))


def _fault(text: str, areas: Sequence[str]) -> str:
    """Say why the words cannot go out. Our emails bring raters no link of anyone else."""
    if len(text) > MAX_CHARS:
        return f"Please shorten your text to {MAX_CHARS} characters; it has {len(text)}."
    if any(unicodedata.category(letter) == "Cc" for letter in text):
        return "Please remove the characters that cannot be printed."
    if any(map(holds_web_address, (text, *areas))):
        return f"What you send {HOLDS_ADDRESS}."
    return ""


def find_risks(text: str, names: Sequence[str]) -> Iterator[str]:
    """Say what could give a rater away. It is a question, not a refusal: only the delegate knows what is meant.

    names  of everyone who was asked
    """
    words = {word.casefold().strip(".,;:!?()'’") for word in text.split()}
    parts = {part for name in names for part in name.split() if len(part) >= MIN_NAME_CHARS}
    risks = sorted(part for part in parts if part.casefold() in words)
    if risks:
        yield f"It holds a name: {', '.join(risks)}. Thank everyone together, and name no one."
    if any(letter.isdigit() for letter in text):
        yield "It holds a figure. Please leave figures of your report out."
    if any(mark in text for mark in QUOTES):
        yield "It holds quotation marks. Please quote no one: raters would look for who wrote it."
