"""How high a table's row will be on paper, so that it need not be laid out twice. Pure.

typst measures every cell of a row whose height it is not told, and then lays it out once more: half of a report's time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

PAGE_WIDTH, TILE_WIDTH = 491.0, 217.0  # points, inside the margins and inside a tile
GUTTER = 6.0  # between columns
SMALL = 8.0  # size of small print
MARGIN = 0.97  # of a line is filled: what kerning may add is less
BADGE = 13.0  # width of a mark before a text
STRIP_RATIO = 16 / 180  # height of a strip's drawing by its width
UNDER_TEXT = 3.0  # what the room above and below a strip adds

Advances = Mapping[int, float]  # code point -> width in ems


class Kind(Struct, frozen=True):
    """How a table's text stands, in points. The room between rows lies in the edges of its lines."""

    size: float
    head: float  # size of the column titles
    up: float  # from the baseline to the upper edge of a line
    down: float  # and to the lower one, below zero
    leading: float  # from one line's lower edge to the next one's upper edge, below zero
    strip: float  # width of a strip
    close: bool  # small print follows on the line


KINDS = {
    "": Kind(10, 8, 14.5, -7, -9.5, 146, close=False),
    "close": Kind(10, 8, 13.5, -6, -7.5, 138, close=True),
    "dense": Kind(8.5, 7.5, 10.5, -4, -4, 138, close=True),
    "tile": Kind(9, 7.5, 11.5, -5, -5.5, 138, close=False),
}


def kinds() -> dict[str, dict[str, Any]]:
    """For the template."""
    return {name: asdict(kind) for name, kind in KINDS.items()}


def row_heights(table: Mapping[str, Any], advances: Advances, width: float) -> list[list[float]]:
    """Per group of a table block the height of each row in points; 0 for a row that typst has to measure itself.

    advances   of the widest face; a character that is not in it is drawn by another font, and its row measured
    """
    kind = KINDS[table["look"]]
    shares = [column["share"] for column in table["columns"]]
    room = width - GUTTER * (len(shares) - 1)
    widths = [room * share / sum(shares) for share in shares]
    return [[_row_height(row, widths, kind, advances) for row in group["rows"]] for group in table["groups"]]


def _row_height(row: Sequence[Mapping[str, Any]], widths: Sequence[float], kind: Kind, advances: Advances) -> float:
    try:
        return max(_cell_height(cell, width, kind, advances) for cell, width in zip(row, widths, strict=True))
    except KeyError:
        return 0.0


def _cell_height(cell: Mapping[str, Any], width: float, kind: Kind, advances: Advances) -> float:
    lines, line = 0, kind.up - kind.down
    own = [(cell["text"], kind.size)] if cell["text"] else []
    small = [(cell["small"], SMALL)] if cell["small"] else []
    badge = BADGE if cell["chart"] and not cell["alt"] else 0.0
    for pieces in [own + small] if kind.close else [own, small]:
        lines += _lines(pieces, width * MARGIN, badge, advances) if pieces else 0
    text = line + (lines - 1) * (line + kind.leading) if lines else 0.0
    if not cell["alt"]:
        return text or line
    strip = min(width, kind.strip) * STRIP_RATIO
    return text + strip + UNDER_TEXT if lines else max(strip, line)


def _lines(pieces: Sequence[tuple[str, float]], width: float, filled: float, advances: Advances) -> int:
    """Lines that words take, broken between them. Raises KeyError for what cannot be told."""
    lines = 1
    for text, size in pieces:
        space = advances[32] * size
        for word in text.split(" "):
            wide = sum(advances[ord(letter)] for letter in word) * size
            if wide > width:
                raise KeyError(word)
            if filled + wide > width:
                lines, filled = lines + 1, 0.0
            filled += wide + space
    return lines
