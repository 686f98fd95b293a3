"""Render the report as PDF: A4, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same facts."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.core.model import Programme
from chalicelib.pdf.pdf_text import printable_tree
from chalicelib.pdf.print_document import print_document
from chalicelib.report.document import build_document
from chalicelib.report.parts.document import Document
from chalicelib.results.facts import Facts

OURS = (
    "marks",
    "mark",
    "tone",
    "align",
    "id",
    "brand",
    "on_brand",
    "accent",
    "logo",
    "checksum",
)  # parts that no person typed
TEMPLATES = Path(__file__).parent / "templates"
FROM_RIGHT = ("R", "AL")  # classes of letters that are written from right to left


def render_pdf(programme: Programme, facts: Facts) -> bytes:
    """Return the PDF, as pdf_of makes it."""
    return pdf_of(build_document(programme, facts), facts)


def pdf_of(document: Document, facts: Facts) -> bytes:
    """Return the PDF of a report's content; the facts give its date."""
    return print_document(
        TEMPLATES / "report.typ",
        lambda letters: _content(document, letters),
        facts.heading.issued,
        logo=document.cover.logo,
        checksum=facts.checksum,
    )


def _content(document: Document, letters: Collection[int]) -> dict[str, Any]:
    """Return the report as the template reads it."""
    report: dict[str, Any] = printable_tree(msgspec.to_builtins(document), letters, kept=OURS)
    report["cover"]["logo"] = ""
    _mark_direction(report)
    return report


def _mark_direction(report: dict[str, Any]) -> None:
    """Mark each comment with whether its first letter is written from right to left: typst does not guess."""
    questions = report["comments"]["questions"] if report["comments"] else []
    for speaker in (speaker for question in questions for speaker in question["speakers"]):
        speaker["texts"] = [{"text": text, "rtl": starts_from_right(text)} for text in speaker["texts"]]


def starts_from_right(text: str) -> bool:
    """Return whether the first letter with a direction is written from right to left."""
    classes = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in classes if kind in ("L", *FROM_RIGHT)), "L") in FROM_RIGHT
