"""Build the content of the report, part by part, as plain data for both templates, from facts only. Pure."""

from __future__ import annotations

from typing import Any

from chalicelib.core.model import Programme
from chalicelib.report.parts import change, coaching, detail, front, overview, quadrants
from chalicelib.report.parts.facts_index import FactsIndex
from chalicelib.results.facts import Facts

TITLE = "360-degree feedback report"


def build_contents(programme: Programme, facts: Facts) -> dict[str, Any]:
    """Return the report as nested dicts, lists and strings, without parts that have nothing to show."""
    book = FactsIndex(programme, facts)
    parts = [
        front.how_to_read(book),
        front.who_answered(book),
        overview.summary(book),
        quadrants.four_quadrants(book),
        overview.ranked(book),
        *detail.competency_pages(book),
        detail.values(book),
        overview.groups_differ(book),
        detail.comments(book),
        change.change(book),
        coaching.debrief(book),
        coaching.areas(book),
        coaching.workshops(book),
        detail.annex(book),
        change.every_change(book),
        detail.formulae(book),
    ]
    return {"title": TITLE, "cover": front.cover(book), "parts": [part for part in parts if part]}
