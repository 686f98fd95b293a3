"""Make the few kinds of block that a report consists of: plain dicts that both templates show. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]


def part(
    part_id: str,
    title: str,
    blocks: Iterable[Block | None],
    *,
    lead: str = "",
    over: str = "",
    page: bool = True,
    whole: bool = False,
) -> Block | None:
    """Make a section with a bookmark; None if it is empty.

    over   goes above the title
    page   starts a new page
    whole  is short, and must not be split over pages
    """
    found = [block for block in blocks if block]
    kept = {"id": part_id, "title": title, "over": over, "lead": lead, "page": page, "whole": whole, "blocks": found}
    return kept if found else None


def contents() -> Block:
    """List the parts with their pages, on paper; the HTML page has its own list of links."""
    return {"kind": "contents"}


def text(words: str) -> Block:
    return {"kind": "text", "text": words}


def note(words: str) -> Block:
    return {"kind": "note", "text": words}


def heading(words: str) -> Block:
    return {"kind": "heading", "text": words}


def bullets(words: Iterable[str]) -> Block | None:
    lines = [line for line in words if line]
    return {"kind": "bullets", "items": lines} if lines else None


def numbered(words: Iterable[str]) -> Block | None:
    lines = [line for line in words if line]
    return {"kind": "numbered", "items": lines} if lines else None


def scale(labels: Iterable[str]) -> Block:
    return {"kind": "scale", "labels": list(labels)}


def legend(marks: Iterable[tuple[str, str]]) -> Block:
    return {"kind": "legend", "marks": [{"chart": chart, "text": words} for chart, words in marks]}


def figure(chart: str, alt: str, sentences: Sequence[str]) -> Block:
    """Make a chart with sentences about it; `alt` describes the chart in words."""
    return {"kind": "figure", "chart": chart, "alt": alt, "sentences": [line for line in sentences if line]}


def bars(rows: Iterable[Block], axis: str, sentences: Sequence[str]) -> Block:
    """Make bars: a name above each, its figure after it, the scale at the foot, sentences next to it."""
    return {"kind": "bars", "rows": list(rows), "axis": axis, "sentences": [line for line in sentences if line]}


def bar(title: str, small: str, chart: str, figure: str, bound: str) -> Block:
    return {"title": title, "small": small, "chart": chart, "figure": figure, "bound": bound}


def column(title: str, share: float, *, number: bool = False) -> Block:
    return {"title": title, "share": share, "number": number}


def cell(words: str = "", small: str = "", *, chart: str = "", alt: str = "", look: str = "") -> Block:
    """Make a cell. `look`: own, strong or mute. A chart with an empty `alt` is decoration."""
    return {"text": words, "small": small, "chart": chart, "alt": alt, "look": look}


def table(
    columns: Sequence[Block], rows: Iterable[Sequence[Block]], *, caption: str = "", look: str = ""
) -> Block | None:
    """Make a table.

    The first cell of a row is its header. `look`: close keeps small print on the line; dense is all small.
    """
    return grouped_table(columns, [("", rows)], caption=caption, look=look)


def grouped_table(
    columns: Sequence[Block],
    groups: Iterable[tuple[str, Iterable[Sequence[Block]]]],
    *,
    caption: str = "",
    look: str = "",
) -> Block | None:
    """Make a table whose rows are grouped under titles; leave out a group without rows."""
    found = [{"title": title, "rows": [list(row) for row in rows]} for title, rows in groups]
    kept = [group for group in found if group["rows"]]
    shown = {"kind": "table", "columns": list(columns), "groups": kept, "caption": caption, "look": look}
    return shown if kept else None


def tiles(found: Sequence[Block]) -> Block:
    return {"kind": "tiles", "tiles": list(found)}


def tile(title: str, words: str, shown: Block | None, more: str = "") -> Block:
    return {"title": title, "text": words, "table": shown, "more": more}


def quotes(title: str, mark: str, texts: Sequence[str]) -> Block:
    """Show what people of one cell wrote; `mark` is its badge."""
    return {"kind": "quotes", "title": title, "mark": mark, "texts": [{"text": t, "rtl": is_rtl(t)} for t in texts]}


def form(title: str, fields: Sequence[Block]) -> Block:
    """Make space to write by hand."""
    return {"kind": "form", "title": title, "fields": list(fields)}


def field(title: str, hint: str, lines: int = 1, *, half: bool = False) -> Block:
    """Make one field to write in: lines over the whole width, or over half of it."""
    return {"title": title, "hint": hint, "lines": lines, "half": half}


def notes(fields: Sequence[tuple[str, str]]) -> Block:
    """Make space to write down to the foot of the page, in columns: name and hint of each."""
    return {"kind": "notes", "fields": [{"title": t, "hint": h} for t, h in fields]}


def is_rtl(text: str) -> bool:
    """Return whether the first letter that has a direction runs from right to left.

    Source: Unicode UAX 9, P2 and P3.
    """
    strong = (kind for kind in map(unicodedata.bidirectional, text) if kind in ("L", "R", "AL"))
    return next(strong, "L") != "L"
