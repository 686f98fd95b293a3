"""What a PDF lacks of PDF/UA-1 and PDF/A-2a."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import NullPen
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

LENGTH_RULE = "PDFA2A-STREAM-LENGTH-001"
WIDTH_RULES = {"PDFUA1-FONT-GLYPH-WIDTH-001", "PDFA2A-TRUETYPE-GLYPH-WIDTH-001"}
STREAM = re.compile(rb" 0 obj\n<<[^\0]*?/Length (\d+)[^\0]*?>>\s*stream\r?\n")


def faults(pdf: bytes) -> list[str]:
    """Rules that it breaks; none for a good one."""
    validation = pytest.importorskip("page")
    broken = {
        failure.rule_id
        for profile in ("ua1", "2a")
        for failure in validation.validate_pdf_bytes(pdf, profile=profile).failures
    }
    # the checker takes a line feed that ends compressed data for one before "endstream"; so lengths are measured here
    if LENGTH_RULE in broken and _lengths_fit(pdf):
        broken -= {LENGTH_RULE}
    # the checker takes widths of a CFF font from one place, where the font of East Asia has another for each script
    if broken & WIDTH_RULES and _widths_fit(pdf):
        broken -= WIDTH_RULES
    return sorted(broken)


def _lengths_fit(pdf: bytes) -> bool:
    ends = [pdf[match.end() + int(match[1]) :][:12] for match in STREAM.finditer(pdf)]
    return bool(ends) and all(re.match(rb"\r?\n?endstream", end) for end in ends)


def _widths_fit(pdf: bytes) -> bool:
    fonts = list(_cff_fonts(PdfReader(BytesIO(pdf))))
    return bool(fonts) and all(_stated_widths(font) == _drawn_widths(font) for font in fonts)


def _cff_fonts(reader: PdfReader) -> Iterator[DictionaryObject]:
    used = [page["/Resources"].get_object().get("/Font", {}).get_object() for page in reader.pages]
    for font in {id(font): font for fonts in used for font in (part.get_object() for part in fonts.values())}.values():
        descendants = [part.get_object() for part in font.get("/DescendantFonts", ArrayObject()).get_object()]
        yield from (part for part in descendants if part["/Subtype"] == "/CIDFontType0")


def _stated_widths(font: DictionaryObject) -> list[int]:
    """Return the width of each glyph by the PDF: /W holds "first last width" or "first [widths]"; /DW the others'."""
    stated: dict[int, float] = {}
    entries = iter(font["/W"].get_object())
    for first in entries:
        second = next(entries).get_object()
        if isinstance(second, ArrayObject):
            stated.update(enumerate(map(float, second), int(first)))
        else:
            stated |= dict.fromkeys(range(int(first), int(second) + 1), float(next(entries)))
    return [round(stated.get(k, font.get("/DW", 1000))) for k in range(len(_glyphs(font)))]


def _drawn_widths(font: DictionaryObject) -> list[int]:
    """Return the width of each glyph by the font file, in thousandths of the type size."""
    widths = []
    for glyph in _glyphs(font):
        glyph.draw(NullPen())  # the width comes before the outline
        widths.append(round(glyph.width))
    return widths


def _glyphs(font: DictionaryObject) -> list[Any]:
    embedded = CFFFontSet()
    embedded.decompile(BytesIO(font["/FontDescriptor"]["/FontFile3"].get_object().get_data()), None)
    outlines = embedded[0].CharStrings
    return [outlines[name] for name in embedded[0].charset]
