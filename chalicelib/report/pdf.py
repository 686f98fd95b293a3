"""The report as PDF: A4, tagged, PDF/UA-1 and PDF/A-2a, the same bytes for the same facts."""

from __future__ import annotations

import logging
from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_to_bytes

import msgspec

from chalicelib.model import Programme
from chalicelib.report.facts import Facts
from chalicelib.report.fitting import PAGE_WIDTH, TILE_WIDTH, Advances, kinds, row_heights
from chalicelib.report.printable import printable_tree
from chalicelib.report.typeface import advances, coverage
from chalicelib.report.view import build_view

FACES = {  # those the template uses; a character must be in all of them, or in a fallback
    "font_source_sans_pro": ("SourceSansPro-Regular", "SourceSansPro-Semibold"),
    "font_source_serif_pro": ("SourceSerifPro-Semibold",),
}
WIDEST = ("font_source_sans_pro", "SourceSansPro-Semibold")  # of those in tables
FAMILIES = ("Source Sans Pro", "Source Serif Pro")
FALLBACK_PACKAGE = "manimgx_fonts"  # Noto: pictures, and the scripts that people in Britain write in
FALLBACKS = ("Noto Sans", "Noto Emoji", "Noto Sans Symbols")  # asked in this order, and then those of other scripts
STANDARDS = ["ua-1", "a-2a"]
OURS = ("theme", "chart", "mark", "kind", "look", "logo")  # parts of the view that no person typed
TEMPLATES = Path(__file__).parent / "templates"

log = logging.getLogger(__name__)


def render_pdf(programme: Programme, facts: Facts) -> bytes:
    """One PDF, as pdf_of makes it."""
    return pdf_of(build_view(programme, facts), facts)


def pdf_of(view: Mapping[str, Any], facts: Facts) -> bytes:
    """One PDF of a view and the facts it shows.

    If typst refuses the logo, the same pages without it; if it refuses the standards, without them; each time with a
    warning in the log. Raises RuntimeError if the fonts are missing: typst would print blank pages.
    """
    import typst  # 84 MB of shared object: only this function pays for it

    attempts: tuple[tuple[str, dict[str, Any]], ...] = (
        (view["cover"]["logo"], {"pdf_standards": STANDARDS}),
        ("", {"pdf_standards": STANDARDS}),
    )
    for logo, options in attempts:
        try:
            return _compiled(_sources(view, facts, logo), facts.heading.issued, **options)
        except typst.TypstError:
            # its message may quote the text that does not fit, so it is not logged
            log.warning("report cannot be printed as it should", extra={"checksum": facts.checksum, "logo": bool(logo)})
    return _compiled(_sources(view, facts, logo=""), facts.heading.issued)


def _compiled(sources: dict[str, bytes], issued: date, **options: Any) -> bytes:
    import typst

    compiler = typst.Compiler(font_paths=_fonts(), root=str(TEMPLATES))
    # the document's own date, so that the same facts give the same bytes
    timestamp = datetime.combine(issued, time(), UTC)
    return cast(bytes, compiler.compile(input=sources, format="pdf", timestamp=timestamp, **options))


def _sources(view: Mapping[str, Any], facts: Facts, logo: str) -> dict[str, bytes]:
    """typst's whole world: the template, the data as JSON, the logo. Nothing is written into source text."""
    day = facts.heading.issued
    data = printable_tree(view, covered(), kept=OURS)
    _add_heights(data["parts"], _advances())
    data |= {
        "date": [day.year, day.month, day.day],
        "has_logo": bool(logo),
        "kinds": kinds(),
        "fallbacks": _fallbacks(),
    }
    sources = {"main.typ": _template(), "logo": _data_uri(logo) if logo else b""}
    return {**sources, "data.json": msgspec.json.encode(data)}


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


def _folder(package: str) -> Path:
    return Path(str(files(package)))


@cache
def _fonts() -> Any:
    """Raises RuntimeError if a family is missing."""
    import typst

    folders = [*(str(_folder(package) / "files") for package in FACES), str(_folder(FALLBACK_PACKAGE))]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    if missing := {*FAMILIES, *FALLBACKS} - set(fonts.families()):
        raise RuntimeError(f"no font {', '.join(sorted(missing))} in {folders}: install requirements-report.txt")
    return fonts


@cache
def _fallbacks() -> tuple[str, ...]:
    rest = sorted(set(_fonts().families()) - {*FAMILIES, *FALLBACKS})
    return (*FALLBACKS, *rest)


def _face(package: str, face: str) -> bytes:
    return (_folder(package) / "files" / f"{face}.otf").read_bytes()


@cache
def _advances() -> Advances:
    return advances(_face(*WIDEST))


@cache
def drawn() -> frozenset[int]:
    """Characters that every face of the template can draw."""
    return frozenset.intersection(*(coverage(_face(package, face)) for package in FACES for face in FACES[package]))


@cache
def covered() -> frozenset[int]:
    """Characters that can be printed: those, and the ones of the fallbacks."""
    return drawn().union(*(coverage(file.read_bytes()) for file in sorted(_folder(FALLBACK_PACKAGE).glob("*.ttf"))))
