"""Render the report as PDF: A4, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same facts."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.core import log
from chalicelib.core.model import Programme
from chalicelib.pdf import fonts
from chalicelib.pdf.compile import STANDARDS, compile_pdf, logo_bytes
from chalicelib.pdf.pdf_text import printable_tree
from chalicelib.report.document import build_document
from chalicelib.report.parts.document import Document
from chalicelib.results.facts import Facts

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
    import typst  # 84 MB of shared object: not imported with this module

    logo, day = document.cover.logo, facts.heading.issued
    attempts: tuple[tuple[str, Collection[int], list[str]], ...] = (
        (logo, fonts.covered(), STANDARDS),
        (logo, fonts.drawn(), STANDARDS),
        ("", fonts.drawn(), STANDARDS),
    )
    for picture, letters, standards in attempts:
        try:
            return compile_pdf(sources_of(document, day, picture, letters), day, TEMPLATES, pdf_standards=standards)
        except (typst.TypstError, ValueError):
            # the error's text may quote the text that does not fit, so it is not logged
            log.warning("report_simplified", checksum=facts.checksum)
    return compile_pdf(sources_of(document, day, "", fonts.drawn()), day, TEMPLATES)


def sources_of(document: Document, day: date, logo: str, letters: Collection[int]) -> dict[str, bytes]:
    """Return all input of typst: the template, the report and its settings as JSON. No text enters the source."""
    report = printable_tree(msgspec.to_builtins(document), letters, kept=OURS)
    report["logo"] = list(logo_bytes(logo)) if logo else []  # as numbers: files given in memory must be text
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


@cache
def _template() -> bytes:
    return (TEMPLATES / "report.typ").read_bytes()
