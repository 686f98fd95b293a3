"""Cut a long list into pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from msgspec import Struct

PAGE = 50  # lines of a list

Line = TypeVar("Line")


class Part(Struct, Generic[Line], frozen=True):
    """One page of a long list: its number from 1, of how many, and how many lines the list has."""

    lines: Sequence[Line]
    number: int
    of: int
    found: int


def cut(lines: Sequence[Line], page: str, size: int = PAGE) -> Part[Line]:
    """Return one page of a list; the first one if the number is not of a page."""
    of = max(1, -(-len(lines) // size))
    number = min(int(page), of) if page.isdecimal() and int(page) else 1
    return Part(lines[(number - 1) * size : number * size], number, of, len(lines))
