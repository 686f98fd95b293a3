"""Any text a person can type, made printable: PDF/UA refuses a character that the fonts cannot draw. Pure."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import Any

LONGEST_RUN = 30  # characters without a break; a longer run could leave the page
BREAK = "\N{ZERO WIDTH SPACE}"
OTHER_SCRIPT = "[text in another script: see the online report]"
_PLAIN = re.compile(
    rf"[ \n]*+([!-~]{{1,{LONGEST_RUN}}}+[ \n]+)*+[!-~]{{0,{LONGEST_RUN}}}+"
)  # most text, and every font has it


def coverage(font: bytes) -> frozenset[int]:
    """Code points that an OpenType or TrueType font has a glyph for, from its `cmap` table (format 4 or 12).

    Raises ValueError for a font without such a table. Source: OpenType 1.9.1, `cmap`.
    """
    tables = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, _tables_end(font), 16)}
    start = tables[b"cmap"]
    count = struct.unpack_from(">H", font, start + 2)[0]
    found: set[int] = set()
    for k in range(count):
        at = start + struct.unpack_from(">I", font, start + 8 + 8 * k)[0]
        table_format = struct.unpack_from(">H", font, at)[0]
        if table_format == 4:
            found.update(_format_4(font, at))
        elif table_format == 12:
            found.update(_format_12(font, at))
    if not found:
        raise ValueError("the font has no Unicode cmap")
    return frozenset(found)


def printable(text: str, covered: Collection[int]) -> str:
    """`text` with every character in `covered`, apart from line feeds and break opportunities.

    A lone symbol becomes its name in brackets; a run in a script the fonts lack becomes one note.
    """
    if _PLAIN.fullmatch(text):
        return text
    whole = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    whole = re.sub("\r\n?|[\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]", "\n", whole)
    pieces = []
    for strange, run in groupby(whole, key=lambda c: _is_strange_letter(c, covered)):
        pieces.append(OTHER_SCRIPT if strange else "".join(_known(c, covered) for c in run))
    return _with_breaks(_one_note("".join(pieces)))


def printable_tree(data: Any, covered: Collection[int], *, kept: Collection[str]) -> Any:
    """The same dicts, lists and scalars with every string printable, but for the values named in `kept`."""
    if isinstance(data, str):
        return printable(data, covered)
    if isinstance(data, dict):
        return {k: part if k in kept else printable_tree(part, covered, kept=kept) for k, part in data.items()}
    if isinstance(data, list):
        return [printable_tree(part, covered, kept=kept) for part in data]
    return data


def _is_strange_letter(character: str, covered: Collection[int]) -> bool:
    if ord(character) in covered or unicodedata.category(character)[0] not in "LM":
        return False
    return not _decomposed(character, covered) and unicodedata.category(character) not in ("Mn", "Me")


def _known(character: str, covered: Collection[int]) -> str:
    category = unicodedata.category(character)
    if character == "\n" or (ord(character) in covered and category not in ("Cc", "Cf")):
        return character
    if category[0] == "Z" or character == "\t":
        return " "
    if category[0] == "C" or category in ("Mn", "Me"):
        return ""  # controls, formats, private use; marks and variation selectors of what has been replaced
    return _decomposed(character, covered) or f"[{unicodedata.name(character, 'symbol').lower()}]"


def _decomposed(character: str, covered: Collection[int]) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", character) if ord(c) in covered)


def _one_note(text: str) -> str:
    """Words of one foreign passage are one note, not one each."""
    note = re.escape(OTHER_SCRIPT)
    return re.sub(rf"{note}(?:[\s\W\d]*{note})+", OTHER_SCRIPT, text)


def _with_breaks(text: str) -> str:
    def broken(run: re.Match[str]) -> str:
        return BREAK.join(run[0][at : at + LONGEST_RUN] for at in range(0, len(run[0]), LONGEST_RUN))

    return re.sub(rf"\S{{{LONGEST_RUN + 1},}}", broken, text)


def _tables_end(font: bytes) -> int:
    return 12 + 16 * int(struct.unpack_from(">H", font, 4)[0])


def _format_4(font: bytes, at: int) -> Iterator[int]:
    segments = struct.unpack_from(">H", font, at + 6)[0] // 2

    def column(number: int, kind: str = "H") -> tuple[int, ...]:
        skip = 14 + 2 * segments * number + (2 if number else 0)  # a padding word follows the first column
        return struct.unpack_from(f">{segments}{kind}", font, at + skip)

    ends, starts, deltas, offsets = column(0), column(1), column(2, "h"), column(3)
    offsets_at = at + 16 + 6 * segments
    for k, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, last + 1):
            glyph = code
            if offsets[k]:
                glyph = struct.unpack_from(">H", font, offsets_at + 2 * k + offsets[k] + 2 * (code - first))[0]
                if glyph == 0:
                    continue
            if code != 0xFFFF and (glyph + deltas[k]) & 0xFFFF:
                yield code


def _format_12(font: bytes, at: int) -> Iterator[int]:
    for k in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * k)
        yield from (code for code in range(first, last + 1) if glyph + code - first)
