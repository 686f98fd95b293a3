"""The report as PDF: A4, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same facts."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import msgspec

from chalicelib import log
from chalicelib.model import Programme
from chalicelib.report import fonts
from chalicelib.report.facts import Facts
from chalicelib.report.fitting import PAGE_WIDTH, TILE_WIDTH, Advances, kinds, row_heights
from chalicelib.report.printable import printable_tree
from chalicelib.report.view import build_view

STANDARDS = ["ua-1", "a-2a"]
OURS = ("theme", "chart", "mark", "kind", "look", "logo")  # parts of the view that no person typed
TEMPLATES = Path(__file__).parent / "templates"


def render_pdf(programme: Programme, facts: Facts) -> bytes:
    """One PDF, as pdf_of makes it."""
    return pdf_of(build_view(programme, facts), facts)


def pdf_of(view: Mapping[str, Any], facts: Facts) -> bytes:
    """One PDF of a view and the facts it shows.

    Fonts can refuse letters that nobody writes one after the other, and a logo can be broken. Then the same pages
    with other scripts named instead of drawn, then without the logo, at last without the standards; each time with a
    warning in the log.
    """
    import typst  # 84 MB of shared object: only this function pays for it

    logo = view["cover"]["logo"]
    attempts: tuple[tuple[str, Collection[int], list[str]], ...] = (
        (logo, fonts.covered(), STANDARDS),
        (logo, fonts.drawn(), STANDARDS),
        ("", fonts.drawn(), STANDARDS),
    )
    for picture, letters, standards in attempts:
        try:
            return _compiled(_sources(view, facts, picture, letters), facts.heading.issued, pdf_standards=standards)
        except (typst.TypstError, ValueError):
            # its message may quote the text that does not fit, so it is not logged
            log.problem("report_simplified", checksum=facts.checksum)
    return _compiled(_sources(view, facts, "", fonts.drawn()), facts.heading.issued)


def _compiled(sources: dict[str, bytes], issued: date, **options: Any) -> bytes:
    import typst

    compiler = typst.Compiler(font_paths=fonts.for_typst(), root=str(TEMPLATES))
    # the document's own date, so that the same facts give the same bytes
    timestamp = datetime.combine(issued, time(), UTC)
    return cast(bytes, compiler.compile(input=sources, format="pdf", timestamp=timestamp, **options))


def _sources(view: Mapping[str, Any], facts: Facts, logo: str, letters: Collection[int]) -> dict[str, bytes]:
    """typst's whole world: the template, the data as JSON, the logo. Nothing is written into source text."""
    day = facts.heading.issued
    data = printable_tree(view, letters, kept=OURS)
    _add_heights(data["parts"], fonts.widest())
    letters_used = frozenset(map(ord, msgspec.json.encode(data).decode()))
    data |= {"date": [day.year, day.month, day.day], "kinds": kinds(), "fallbacks": fonts.needed(letters_used)}
    data["logo"] = list(_data_uri(logo)) if logo else []  # numbers: files that typst is given in memory must be text
    return {"main.typ": _template(), "data.json": msgspec.json.encode(data)}


def _add_heights(parts: Sequence[Any], widths: Advances) -> None:
    for block in (block for part in parts for block in part["blocks"]):
        if block["kind"] == "table":
            block["heights"] = row_heights(block, widths, PAGE_WIDTH)
        for tile in block.get("tiles", ()):
            if tile["table"]:
                tile["table"]["heights"] = row_heights(tile["table"], widths, TILE_WIDTH)


def _data_uri(uri: str) -> bytes:
    head, _, body = uri.partition(",")
    return b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)


@cache
def _template() -> bytes:
    return (TEMPLATES / "report.typ").read_bytes()
