"""Render a delegate's result as a self-contained page and as a PDF: the same facts give the same bytes."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from chalicelib.core import colour
from chalicelib.core.model import Programme
from chalicelib.impact.result.document import Document, build_document
from chalicelib.impact.result.facts import ResultFacts, facts_bytes

TEMPLATES = Path(__file__).parent.parent / "templates" / "result"
DARK_GROUND = "#14191d"  # as in result.css
OURS = ("brand", "on_brand", "accent", "logo", "is_quote")  # parts that no one typed


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
    """Return the PDF. pdf/print_document.py says what is left out if the fonts lack a letter, or the logo is broken."""
    from chalicelib.pdf.pdf_text import printable_tree
    from chalicelib.pdf.print_document import print_document

    content = msgspec.to_builtins(document)
    return print_document(
        TEMPLATES / "result.typ",
        lambda letters: printable_tree(content, letters, kept=OURS),
        issued,
        logo=document.logo,
        checksum=checksum,
    )
