"""Read which characters a font file can draw."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def coverage(font: bytes) -> frozenset[int]:
    """Return the code points that a font has a glyph for. Raises ValueError if the font does not say."""
    return frozenset(_glyphs(font))


def _tables(font: bytes) -> dict[bytes, int]:
    """Return table name -> offset: of a font, or of the first font of a collection (all of ours share their glyphs)."""
    start = struct.unpack_from(">I", font, 12)[0] if font[:4] == b"ttcf" else 0
    count = struct.unpack_from(">H", font, start + 4)[0]
    entries = range(start + 12, start + 12 + 16 * count, 16)
    return {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in entries}


def _glyphs(font: bytes) -> dict[int, int]:
    """Return code point -> glyph of an OpenType or TrueType font, from its `cmap` table (format 4 or 12).

    Source: OpenType 1.9.1, `cmap`.
    """
    start = _tables(font)[b"cmap"]
    count = struct.unpack_from(">H", font, start + 2)[0]
    glyphs: dict[int, int] = {}
    for k in range(count):
        at = start + struct.unpack_from(">I", font, start + 8 + 8 * k)[0]
        table_format = struct.unpack_from(">H", font, at)[0]
        if table_format == 4:
            glyphs.update(_format_4(font, at))
        elif table_format == 12:
            glyphs.update(_format_12(font, at))
    if not glyphs:
        raise ValueError("the font has no Unicode cmap")
    return glyphs


def _format_4(font: bytes, at: int) -> Iterator[tuple[int, int]]:
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
            glyph = (glyph + deltas[k]) & 0xFFFF
            if code != 0xFFFF and glyph:
                yield code, glyph


def _format_12(font: bytes, at: int) -> Iterator[tuple[int, int]]:
    for k in range(struct.unpack_from(">I", font, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", font, at + 16 + 12 * k)
        yield from ((code, glyph + code - first) for code in range(first, last + 1) if glyph + code - first)
