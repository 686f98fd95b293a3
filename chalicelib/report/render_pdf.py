"""Render the report as PDF: A4, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same facts."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import msgspec

from chalicelib.core import log
from chalicelib.core.model import Programme
from chalicelib.report import fonts
from chalicelib.report.contents import build_contents
from chalicelib.report.pdf_text import printable_tree
from chalicelib.results.facts import Facts

STANDARDS = ["ua-1", "a-2a"]
OURS = ("theme", "chart", "axis", "mark", "kind", "look", "logo")  # parts of the content that no person typed
TEMPLATES = Path(__file__).parent / "templates"


def render_pdf(programme: Programme, facts: Facts) -> bytes:
    """Return the PDF, as pdf_of makes it."""
    return pdf_of(build_contents(programme, facts), facts)


def pdf_of(view: Mapping[str, Any], facts: Facts) -> bytes:
    """Return the PDF of the report's content and of the facts that it shows.

    Fonts can reject unusual sequences of letters, and a logo can be broken. Then try the same pages with other scripts
    named instead of drawn, then without the logo, then without the standards; log a warning each time.
    """
    import typst  # 84 MB of shared object: imported by this function alone

    logo = view["cover"]["logo"]
    attempts: tuple[tuple[str, Collection[int], list[str]], ...] = (
        (logo, fonts.covered(), STANDARDS),
        (logo, fonts.drawn(), STANDARDS),
        ("", fonts.drawn(), STANDARDS),
    )
    for picture, letters, standards in attempts:
        try:
            return compiled(sources_of(view, facts, picture, letters), facts.heading.issued, pdf_standards=standards)
        except (typst.TypstError, ValueError):
            # the error's text may quote the text that does not fit, so it is not logged
            log.warning("report_simplified", checksum=facts.checksum)
    return compiled(sources_of(view, facts, "", fonts.drawn()), facts.heading.issued)


def compiled(sources: dict[str, bytes], issued: date, **options: Any) -> bytes:
    """Compile a PDF. Raises typst.TypstError or ValueError for letters, a logo or standards that do not go together."""
    import typst

    compiler = typst.Compiler(font_paths=fonts.for_typst(), root=str(TEMPLATES))
    # the document's own date, so that the same facts give the same bytes
    timestamp = datetime.combine(issued, time(), UTC)
    return cast(bytes, compiler.compile(input=sources, format="pdf", timestamp=timestamp, **options))


def sources_of(view: Mapping[str, Any], facts: Facts, logo: str, letters: Collection[int]) -> dict[str, bytes]:
    """Return all input of typst: the template, the report and its settings as JSON. No text enters the source."""
    day = facts.heading.issued
    report = printable_tree(view, letters, kept=OURS)
    _drop_empty_parts(report["parts"])
    report["logo"] = list(_data_uri(logo)) if logo else []  # as numbers: files given in memory must be text
    written = msgspec.json.encode(report)
    needed = fonts.needed({ord(letter) for letter in set(written.decode())})
    setting = {"date": [day.year, day.month, day.day], "fallbacks": needed}
    return {"main.typ": _template(), "report.json": written, "setting.json": msgspec.json.encode(setting)}


def _drop_empty_parts(parts: Sequence[Any]) -> None:
    """Leave out what is empty in a cell: typst reads a thousand of them."""
    for block in (block for part in parts for block in part["blocks"]):
        tables = [block] if block["kind"] == "table" else [tile["table"] for tile in block.get("tiles", [])]
        for group in (group for table in tables if table for group in table["groups"]):
            group["rows"] = [
                [{key: part for key, part in cell.items() if part} for cell in row] for row in group["rows"]
            ]


def _data_uri(uri: str) -> bytes:
    head, _, body = uri.partition(",")
    return b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)


@cache
def _template() -> bytes:
    return (TEMPLATES / "report.typ").read_bytes()
