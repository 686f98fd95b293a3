"""Render a delegate's result as a self-contained page and as a PDF: the same facts give the same bytes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from chalicelib.core import colour, log
from chalicelib.core.model import Programme
from chalicelib.impact.result.document import Document, build_document
from chalicelib.impact.result.facts import ResultFacts, facts_bytes

TEMPLATES = Path(__file__).parent.parent / "templates" / "result"
DARK_GROUND = "#14191d"  # as in result.css
OURS = ("brand", "on_brand", "accent", "logo", "is_quote")  # parts that no person typed


def documents(programme: Programme, facts: ResultFacts) -> dict[str, bytes]:
    """Return "facts" (facts.json), "html" and "pdf"."""
    document = build_document(programme, facts)
    return {
        "facts": facts_bytes(facts),
        "html": html_of(document).encode(),
        "pdf": pdf_of(document, facts.issued, facts.checksum),
    }


def html_of(document: Document) -> str:
    template, style = _template()
    dark = colour.text_on_dark(document.brand, DARK_GROUND)
    colours = f":root {{ --brand: {document.brand}; --accent-light: {document.accent}; --accent-dark: {dark}; }}\n"
    return template.render(d=document, style=Markup(colours) + style)  # noqa: S704 checked when the programme was read


@cache
def _template() -> tuple[Template, Markup]:
    options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    loader = PackageLoader("chalicelib.impact", "templates/result")
    environment = Environment(loader=loader, autoescape=True, auto_reload=False, **options)
    style = Markup(environment.get_template("result.css").render())  # noqa: S704 our own file
    return environment.get_template("result.html.j2"), style


def pdf_of(document: Document, issued: date, checksum: str) -> bytes:
    """Fonts can reject unusual letters, and a logo can be broken: then try again as the report does, with a warning."""
    import typst  # 84 MB of shared object: not imported with this module

    from chalicelib.pdf import fonts
    from chalicelib.pdf.compile import STANDARDS, compile_pdf

    attempts: tuple[tuple[str, Collection[int], list[str]], ...] = (
        (document.logo, fonts.covered(), STANDARDS),
        (document.logo, fonts.drawn(), STANDARDS),
        ("", fonts.drawn(), STANDARDS),
    )
    for logo, letters, standards in attempts:
        try:
            sources = sources_of(document, issued, logo, letters)
            return compile_pdf(sources, issued, TEMPLATES, pdf_standards=standards)
        except (typst.TypstError, ValueError):
            log.warning("result_simplified", checksum=checksum)
    return compile_pdf(sources_of(document, issued, "", fonts.drawn()), issued, TEMPLATES)


def sources_of(document: Document, issued: date, logo: str, letters: Collection[int]) -> dict[str, bytes]:
    """Return all input of typst: the template, the content and its settings as JSON. No text enters the source."""
    from chalicelib.pdf import fonts
    from chalicelib.pdf.compile import logo_bytes
    from chalicelib.pdf.pdf_text import printable_tree

    content = printable_tree(msgspec.to_builtins(document), letters, kept=OURS)
    content["logo"] = list(logo_bytes(logo)) if logo else []  # as numbers: files given in memory must be text
    written = msgspec.json.encode(content)
    needed = fonts.needed({ord(letter) for letter in set(written.decode())})
    setting = {"date": [issued.year, issued.month, issued.day], "fallbacks": needed}
    source = (TEMPLATES / "result.typ").read_bytes()
    return {"main.typ": source, "result.json": written, "setting.json": msgspec.json.encode(setting)}
