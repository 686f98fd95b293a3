"""Render the sponsor's PDFs: A4 pages for the board and slides of 16:9, tagged, the same bytes for the same facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.core import log
from chalicelib.pdf import fonts
from chalicelib.pdf.compile import STANDARDS, compile_pdf
from chalicelib.pdf.pdf_text import printable_tree

TEMPLATES = Path(__file__).parent.parent / "templates" / "pdf"


def render_pdf(template: str, content: Mapping[str, Any], issued: date) -> bytes:
    """Compile one document. If the fonts lack a letter of a story, print the letter's name instead."""
    import typst

    for letters in (fonts.covered(), fonts.drawn()):
        try:
            return compile_pdf(_sources(template, content, letters), issued, TEMPLATES, pdf_standards=STANDARDS)
        except (typst.TypstError, ValueError) as error:
            failed = error
            log.warning("document_simplified", document=template)
    raise failed


def _sources(template: str, content: Mapping[str, Any], letters: frozenset[int]) -> dict[str, bytes]:
    data = printable_tree(content, letters, kept=("accent", "id"))
    written = msgspec.json.encode(data)
    fallbacks = fonts.needed({ord(letter) for letter in set(written.decode())})
    return {
        "marks.typ": _read("marks.typ"),
        "main.typ": _read(f"{template}.typ") + b"\n#document\n",
        "content.json": written,
        "fallbacks.json": msgspec.json.encode(fallbacks),
    }


@cache
def _read(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()
