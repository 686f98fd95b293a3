"""Render the report as PDF: A4, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same facts."""

from __future__ import annotations

import io
import unicodedata
from base64 import b64decode
from collections.abc import Collection
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import msgspec

from chalicelib.core import log
from chalicelib.core.model import Programme
from chalicelib.report import fonts
from chalicelib.report.document import build_document
from chalicelib.report.parts.document import Document
from chalicelib.report.pdf_text import printable_tree
from chalicelib.results.facts import Facts

STANDARDS = ["ua-1", "a-2a"]
OURS = ("marks", "mark", "id", "brand", "on_brand", "accent", "logo", "checksum")  # parts that no person typed
TEMPLATES = Path(__file__).parent / "templates"
FROM_RIGHT = ("R", "AL")  # classes of letters that are written from right to left


def render_pdf(programme: Programme, facts: Facts) -> bytes:
    """Return the PDF, as pdf_of makes it."""
    return pdf_of(build_document(programme, facts), facts)


def pdf_of(document: Document, facts: Facts) -> bytes:
    """Return the PDF of a report's content; the facts give its date.

    Fonts can reject unusual sequences of letters, and a logo can be broken. Then try the same pages with other scripts
    named instead of drawn, then without the logo, then without the standards; log a warning each time.
    """
    import typst  # 84 MB of shared object: imported by this function alone

    logo, day = document.cover.logo, facts.heading.issued
    attempts: tuple[tuple[str, Collection[int], list[str]], ...] = (
        (logo, fonts.covered(), STANDARDS),
        (logo, fonts.drawn(), STANDARDS),
        ("", fonts.drawn(), STANDARDS),
    )
    for picture, letters, standards in attempts:
        try:
            return compiled(sources_of(document, day, picture, letters), day, pdf_standards=standards)
        except (typst.TypstError, ValueError):
            # the error's text may quote the text that does not fit, so it is not logged
            log.warning("report_simplified", checksum=facts.checksum)
    return compiled(sources_of(document, day, "", fonts.drawn()), day)


def compiled(sources: dict[str, bytes], issued: date, **options: Any) -> bytes:
    """Compile a PDF. Raises typst.TypstError or ValueError for letters, a logo or standards that do not go together."""
    import typst

    compiler = typst.Compiler(font_paths=fonts.for_typst(), root=str(TEMPLATES))
    # the document's own date, so that the same facts give the same bytes
    timestamp = datetime.combine(issued, time(), UTC)
    return _compact(cast(bytes, compiler.compile(input=sources, format="pdf", timestamp=timestamp, **options)))


def _compact(pdf: bytes) -> bytes:
    """Put the thousands of small objects into compressed streams: a third of the size, the same content."""
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        compact = io.BytesIO()
        opened.save(
            compact,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
            deterministic_id=True,
        )
    return compact.getvalue()


def sources_of(document: Document, day: date, logo: str, letters: Collection[int]) -> dict[str, bytes]:
    """Return all input of typst: the template, the report and its settings as JSON. No text enters the source."""
    report = printable_tree(msgspec.to_builtins(document), letters, kept=OURS)
    report["logo"] = list(_data_uri(logo)) if logo else []  # as numbers: files given in memory must be text
    report["cover"]["logo"] = ""
    _mark_direction(report)
    written = msgspec.json.encode(report)
    needed = fonts.needed({ord(letter) for letter in set(written.decode())})
    setting = {"date": [day.year, day.month, day.day], "fallbacks": needed}
    return {"main.typ": _template(), "report.json": written, "setting.json": msgspec.json.encode(setting)}


def _mark_direction(report: dict[str, Any]) -> None:
    """Mark each comment with whether its first letter is written from right to left: typst does not guess."""
    questions = report["comments"]["questions"] if report["comments"] else []
    for speaker in (speaker for question in questions for speaker in question["speakers"]):
        speaker["texts"] = [{"text": text, "rtl": starts_from_right(text)} for text in speaker["texts"]]


def starts_from_right(text: str) -> bool:
    """Return whether the first letter with a direction is written from right to left."""
    classes = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in classes if kind in ("L", *FROM_RIGHT)), "L") in FROM_RIGHT


def _data_uri(uri: str) -> bytes:
    head, _, body = uri.partition(",")
    return b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)


@cache
def _template() -> bytes:
    return (TEMPLATES / "report.typ").read_bytes()
