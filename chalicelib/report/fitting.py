"""How high rows of tables and tiles will be on paper, so that they need not be laid out twice. Pure.

typst measures every cell of a row whose height it is not told, and then lays it out once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

PAGE_WIDTH, TILE_WIDTH = 491.0, 217.0  # points, inside the margins and inside a tile
GUTTER = 6.0  # between columns
SMALL = 8.0  # size of small print
TIGHT, LOOSE = 0.985, 1.015  # of a line: room for what kerning may add or take
INSIDE = re.compile(r"\S[-–—/]\S")  # where a line may break without a space
SEMIBOLD = ("own", "strong")  # looks of cells
BADGE = 13.0  # width of a mark before a text
STRIP_RATIO, AXIS_RATIO = 16 / 180, 12 / 180  # height by width, of a strip and of the numbers of its scale
UNDER_TEXT = 3.0  # what the room above and below a strip adds
UNDER_TITLE = 2.0  # and above and below the numbers of a scale
TITLE_UP, TITLE_DOWN, TITLE_LEADING = 9.0, -4.0, -3.5  # edges and leading of column titles
GROUP_UP, GROUP_SIZE = 18.0, 12.0  # upper edge of a title among the rows; a size that it stays under
TILE_FRAME = 2 * 11 + 8.7 + 8.0  # inset, title and the room under it
TILE_SIZE, TILE_LEADING = 8.5, 5.8  # of a tile's words, which are as high as their capitals
CAPITAL = 0.66  # of the size
PARAGRAPHS = 8.5  # room between them

MANY_WORDS = 4096  # of a programme's wordings, whose widths are kept


class Face:
    """Widths of words in one typeface, in ems."""

    def __init__(self, advances: Mapping[int, float]):
        """`advances`: code point -> width in ems."""
        self._advances = advances
        self.width = lru_cache(MANY_WORDS)(self._width)
        self.space = self.width(" ")

    def _width(self, word: str) -> float:
        """Raises KeyError for a character that another font has to draw."""
        return sum(self._advances[ord(letter)] for letter in word)


class Faces(Struct, frozen=True):
    """The two that tables are set in."""

    regular: Face
    semibold: Face


class Words(Struct, frozen=True):
    """Words of one size and face."""

    text: str
    size: float
    face: Face


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


def row_heights(table: Mapping[str, Any], faces: Faces, width: float) -> list[float]:
    """The height in points of every row of a table block; 0 for a row that typst has to measure itself.

    The row of column titles comes first, and a group's title before its rows.
    """
    kind = KINDS[table["look"]]
    shares = [column["share"] for column in table["columns"]]
    room = width - GUTTER * (len(shares) - 1)
    widths = [room * share / sum(shares) for share in shares]
    heights = [_highest(table["columns"], widths, partial(_title_height, kind=kind, faces=faces))]
    for group in table["groups"]:
        if group["title"]:
            one_line = _fits(group["title"], GROUP_SIZE, width, faces)
            heights.append(GROUP_UP - kind.down if one_line else 0.0)
        cell_height = partial(_cell_height, kind=kind, faces=faces)
        heights += [_highest(row, widths, cell_height) for row in group["rows"]]
    return heights


def tile_heights(tiles: Sequence[Mapping[str, Any]], faces: Faces) -> list[float]:
    """The height in points of each row of two tiles; their tables must have their `heights`. 0 as for row_heights."""
    tile_height = partial(_tile_height, faces=faces)
    rows = [tiles[at : at + 2] for at in range(0, len(tiles), 2)]
    return [_highest(row, [TILE_WIDTH] * len(row), tile_height) for row in rows]


def _tile_height(tile: Mapping[str, Any], width: float, faces: Faces) -> float:
    lines = _lines([Words(tile["text"], TILE_SIZE, faces.regular)], width)
    height = TILE_FRAME + lines * CAPITAL * TILE_SIZE + (lines - 1) * TILE_LEADING
    if tile["table"]:
        if not all(tile["table"]["heights"]):
            raise KeyError(tile["title"])
        height += PARAGRAPHS + sum(tile["table"]["heights"])
    if tile["more"]:
        height += PARAGRAPHS + CAPITAL * SMALL
    return height


def _fits(words: str, size: float, width: float, faces: Faces) -> bool:
    try:
        return _lines([Words(words, size, faces.semibold)], width) == 1
    except KeyError:
        return False


def _highest(row: Sequence[Mapping[str, Any]], widths: Sequence[float], height_of: Callable[..., float]) -> float:
    try:
        return max(height_of(cell, width) for cell, width in zip(row, widths, strict=True))
    except KeyError:
        return 0.0


def _title_height(column: Mapping[str, Any], width: float, kind: Kind, faces: Faces) -> float:
    lines = _lines([Words(column["title"], kind.head, faces.semibold)], width)
    text = lines * (TITLE_UP - TITLE_DOWN) + (lines - 1) * TITLE_LEADING
    return text + (min(width, kind.strip) * AXIS_RATIO + UNDER_TITLE if "chart" in column else 0.0)


def _cell_height(cell: Mapping[str, Any], width: float, kind: Kind, faces: Faces) -> float:
    lines, line = 0, kind.up - kind.down
    face = faces.semibold if cell["look"] in SEMIBOLD else faces.regular
    own = [Words(cell["text"], kind.size, face)] if cell["text"] else []
    small = [Words(cell["small"], SMALL, faces.regular)] if cell["small"] else []
    badge = BADGE if cell["chart"] and not cell["alt"] else 0.0
    for pieces in [own + small] if kind.close else [own, small]:
        lines += _lines(pieces, width, badge) if pieces else 0
    text = line + (lines - 1) * (line + kind.leading) if lines else 0.0
    if not cell["alt"]:
        return text or line
    strip = min(width, kind.strip) * STRIP_RATIO
    return text + strip + UNDER_TEXT if lines else max(strip, line)


def _lines(pieces: Sequence[Words], width: float, filled: float = 0.0) -> int:
    """Lines that words take, broken at spaces.

    Raises KeyError for what cannot be told: foreign letters, words that just fit, and lines that may break in a word.
    """
    plain = all(words.text.isascii() and words.text.isprintable() for words in pieces)
    if plain and _at_most(pieces) <= width - filled:
        return 1
    widths = [pair for words in pieces for pair in _widths(words)]
    most, least = (_broken(widths, width * share, filled) for share in (TIGHT, LOOSE))
    if most != least or (most > 1 and any(INSIDE.search(words.text) for words in pieces)):
        raise KeyError(pieces[0].text)
    return most


def _at_most(pieces: Sequence[Words]) -> float:
    """A quick bound of how wide words are: no letter of ASCII is wider than its size."""
    return sum((len(words.text) + 1) * words.size for words in pieces)


def _widths(words: Words) -> Iterator[tuple[float, float]]:
    """Of each word in points, and of the space after it."""
    for word in words.text.split(" "):
        yield words.face.width(word) * words.size, words.face.space * words.size


def _broken(widths: Sequence[tuple[float, float]], width: float, filled: float) -> int:
    """Lines of words with spaces after them. Raises KeyError for a word that is wider than a line."""
    lines = 1
    for word, space in widths:
        if word > width:
            raise KeyError(word)
        if filled + word > width:
            lines, filled = lines + 1, 0.0
        filled += word + space
    return lines
