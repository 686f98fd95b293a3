"""The documents of one report: what it says is put together once, and shown as a page and on paper."""

from __future__ import annotations

from chalicelib.model import Programme
from chalicelib.report.facts import Facts, facts_bytes
from chalicelib.report.page import html_of
from chalicelib.report.pdf import pdf_of
from chalicelib.report.view import build_view


def documents(programme: Programme, facts: Facts) -> dict[str, bytes]:
    """ "facts" (facts.json), "html" and "pdf". The same facts give the same bytes."""
    view = build_view(programme, facts)
    return {"facts": facts_bytes(facts), "html": html_of(view).encode(), "pdf": pdf_of(view, facts)}
