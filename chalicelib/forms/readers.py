"""Who reads what is answered six months on. Pure.

The forms' sentences are made of this, and tests/forms/test_readers.py holds pages, commands and exports to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

DELEGATE, MANAGER = "delegate", "manager"  # who answers


class Reader(StrEnum):
    """Who may be shown somebody's single answer, beside whoever gave it."""

    COACH = "coach"
    SPONSOR_BY_CONSENT = "sponsor"


# by form, and by the first part of a field's name; what is not listed is shown to nobody else
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
    """ "your examples, what was put into practice, your measures and what got worse"."""
    named = [WORDS[name] for name, one in READERS[form].items() if one is reader]
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def sentences(form: str) -> tuple[str, ...]:
    """What the form says under "Who sees what"."""
    found = [f"{'Your' if form == DELEGATE else 'The'} coach sees {what(form, Reader.COACH)}."]
    if of_sponsor := what(form, Reader.SPONSOR_BY_CONSENT):
        found.append(f"The sponsor reads {of_sponsor} only if you say so at the end.")
    found.append("Of everything else the sponsor sees figures for five or more delegates together.")
    return (
        *found,
        "No one else is shown your answers; whoever runs the programme sees only whether you have answered.",
    )
