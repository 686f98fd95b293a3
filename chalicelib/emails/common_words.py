"""Words that every email of a programme shares."""

from __future__ import annotations

from chalicelib.core.model import Delegate, Programme

SEPARATOR = " | "  # between the lines of a list in one word of an email


def common_words(programme: Programme, delegate: Delegate | None = None) -> dict[str, str]:
    """Return the common words. People see the sender's name first: the delegate it is about, or the programme."""
    return {
        "programme": programme.title,
        "organisation": programme.organisation.name,
        "brand": programme.organisation.brand,
        "from_name": f"{delegate.person.name} via {programme.title}" if delegate else programme.title,
    }
