"""Declare who reads the answers of the six-month survey. Pure.

The forms' sentences are derived from this, and tests/forms/test_readers.py holds pages, commands and exports to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

DELEGATE, MANAGER = "delegate", "manager"  # who answers


class Reader(StrEnum):
    """Readers of a single answer, in addition to the person who gave it."""

    COACH = "coach"
    SPONSOR_BY_CONSENT = "sponsor"


# by form, and by the first part of a field's name; no one else sees what is not listed
READERS: Mapping[str, Mapping[str, Reader]] = {
    DELEGATE: {
        "level": Reader.COACH,
        "example": Reader.SPONSOR_BY_CONSENT,
        "implemented": Reader.SPONSOR_BY_CONSENT,
        "measure": Reader.SPONSOR_BY_CONSENT,
        "negative": Reader.SPONSOR_BY_CONSENT,
    },
    MANAGER: {"change": Reader.COACH},
}
WORDS = {
    "level": "how far your development areas have come",
    "change": "what change you have seen",
    "example": "your examples",
    "implemented": "what was put into practice",
    "measure": "your measures",
    "negative": "what got worse",
}


def reader_of(form: str, field: str) -> Reader | None:
    return READERS[form].get(field.partition(".")[0])


def what(form: str, reader: Reader) -> str:
    """Join the words: "your examples, what was put into practice, your measures and what got worse"."""
    named = [WORDS[name] for name, form_reader in READERS[form].items() if form_reader is reader]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def sentences(form: str) -> tuple[str, ...]:
    """Write what the form says under "Who sees what"."""
    lines = [f"{'Your' if form == DELEGATE else 'The'} coach sees {what(form, Reader.COACH)}."]
    if of_sponsor := what(form, Reader.SPONSOR_BY_CONSENT):
        lines.append(f"The sponsor reads {of_sponsor} only if you say so at the end.")
    lines.append("For everything else the sponsor sees figures for five or more delegates together.")
    return (
        *lines,
        "No one else sees your answers. The programme team sees only whether you have answered.",
    )
