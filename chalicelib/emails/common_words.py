"""Words that every email of a programme shares."""

from __future__ import annotations

from chalicelib.core.formatting import time_zone_name
from chalicelib.core.model import Programme

SEPARATOR = " | "  # between the lines of a list in one word of an email


def common_words(programme: Programme) -> dict[str, str]:
    """Return the common words. Every email comes from the programme: a filter takes a colleague's name for a fraud."""
    return {
        "programme": programme.title,
        "organisation": programme.organisation.name,
        "brand": programme.organisation.brand,
        "from_name": programme.title,
        "time_zone": time_zone_name(programme.organisation.timezone),
    }
