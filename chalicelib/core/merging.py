"""Merge a posted page into stored answers, so that an older page never undoes newer answers. Pure.

A page carries a mark of each answer that it shows. An answer that comes back unchanged keeps its stored value. A blank
removes an answer only if the page showed that very answer.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Iterable, Mapping

SHOWN = "shown"  # the field of a form that holds the marks
CHOICE = re.compile(r"[a-z0-9]{1,3}")


def marks(saved: Mapping[str, str]) -> str:
    """Return the marks of the answers on a page, for its form. Field names contain no space or equals sign."""
    return " ".join(f"{name}={mark(text)}" for name, text in saved.items())


def read_marks(fields: Mapping[str, str]) -> dict[str, str]:
    """Read the marks that a form brings back: field name -> mark."""
    pairs = (pair.partition("=") for pair in fields.get(SHOWN, "").split())
    return {name: seen for name, _, seen in pairs}


def merge(
    stored: Mapping[str, str],
    posted: Mapping[str, str],
    displayed: Mapping[str, str],
    names: Iterable[str],
    never_blank: Collection[str] = (),
) -> dict[str, str]:
    """Return what to store after a page was posted.

    names        the fields that the page may change
    never_blank  those fields that a blank never removes
    """
    merged = dict(stored)
    for name in names:
        text, seen = posted.get(name, ""), displayed.get(name)
        if text and mark(text) != seen:
            merged[name] = text
        elif not text and name not in never_blank and name in stored and mark(stored[name]) == seen:
            del merged[name]
    return merged


def mark(text: str) -> str:
    """Return the mark of an answer: a choice itself, or a checksum of longer text."""
    return text if CHOICE.fullmatch(text) else f"{zlib.crc32(text.encode()):08x}"
