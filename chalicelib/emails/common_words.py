"""Words that every email of a programme shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from chalicelib.core.formatting import time_zone_name
from chalicelib.core.model import Programme

SEPARATOR = " | "  # between the lines of a list in one word of an email

FRAME: Mapping[str, Callable[[Programme], str]] = {  # a new one also has a line in LATER_WORDS and in emails/samples.py
    "programme": lambda programme: programme.title,
    "organisation": lambda programme: programme.organisation.name,
    "brand": lambda programme: programme.organisation.brand,
    "from_name": lambda programme: programme.title,
    "time_zone": lambda programme: time_zone_name(programme.organisation.timezone),
}


def common_words(programme: Programme) -> dict[str, str]:
    """Return the common words. Every email comes from the programme: a filter takes a colleague's name for a fraud."""
    return {name: write(programme) for name, write in FRAME.items()}
