"""Render the documents of one report: build the content once, then show it as a page and on paper."""

from __future__ import annotations

from chalicelib.core.model import Programme
from chalicelib.report.document import build_document
from chalicelib.report.render_html import html_of
from chalicelib.report.render_pdf import pdf_of
from chalicelib.results.facts import Facts, facts_bytes


def documents(programme: Programme, facts: Facts) -> dict[str, bytes]:
    """Return "facts" (facts.json), "html" and "pdf". The same facts give the same bytes."""
    document = build_document(programme, facts)
    return {"facts": facts_bytes(facts), "html": html_of(document).encode(), "pdf": pdf_of(document, facts)}
