"""The few kinds of block that a report is made of: plain dicts, shown by both templates, computed by neither. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]


def part(
    part_id: str, title: str, blocks: Iterable[Block | None], *, lead: str = "", page: bool = True
) -> Block | None:
    """A section with a bookmark; None if nothing is in it. `page`: it starts a new one."""
    found = [block for block in blocks if block]
    return {"id": part_id, "title": title, "lead": lead, "page": page, "blocks": found} if found else None


def text(words: str) -> Block:
    return {"kind": "text", "text": words}


def note(words: str) -> Block:
    return {"kind": "note", "text": words}


def heading(words: str) -> Block:
    return {"kind": "heading", "text": words}


def bullets(words: Iterable[str]) -> Block | None:
    found = [line for line in words if line]
    return {"kind": "bullets", "items": found} if found else None


def numbered(words: Iterable[str]) -> Block | None:
    found = [line for line in words if line]
    return {"kind": "numbered", "items": found} if found else None


def scale(labels: Iterable[str]) -> Block:
    return {"kind": "scale", "labels": list(labels)}


def legend(marks: Iterable[tuple[str, str]]) -> Block:
    return {"kind": "legend", "marks": [{"chart": chart, "text": words} for chart, words in marks]}


def figure(chart: str, alt: str, beside: Sequence[str]) -> Block:
    """A chart with sentences about it; `alt` says what the chart says."""
    return {"kind": "figure", "chart": chart, "alt": alt, "beside": [line for line in beside if line]}


def column(title: str, share: float, *, number: bool = False) -> Block:
    return {"title": title, "share": share, "number": number}


def cell(words: str = "", small: str = "", *, chart: str = "", alt: str = "", look: str = "") -> Block:
    """`look`: own, strong or mute. A chart with an empty `alt` is decoration."""
    return {"text": words, "small": small, "chart": chart, "alt": alt, "look": look}


def table(
    columns: Sequence[Block], rows: Iterable[Sequence[Block]], *, caption: str = "", look: str = ""
) -> Block | None:
    """The first cell of a row is its header. `look`: close keeps small print on the line; dense is all small."""
    found = [list(row) for row in rows]
    kept = {"kind": "table", "columns": list(columns), "rows": found, "caption": caption, "look": look}
    return kept if found else None


def tiles(found: Sequence[Block]) -> Block:
    return {"kind": "tiles", "tiles": list(found)}


def tile(title: str, words: str, lines: Iterable[tuple[str, str]], more: str = "") -> Block:
    return {"title": title, "text": words, "lines": [{"text": t, "small": s} for t, s in lines], "more": more}


def quotes(title: str, texts: Sequence[str]) -> Block:
    return {"kind": "quotes", "title": title, "texts": list(texts)}


def form(title: str, fields: Sequence[tuple[str, str, int]]) -> Block:
    """Room to write by hand: per field its name, a hint and the lines it needs."""
    return {"kind": "form", "title": title, "fields": [{"title": t, "hint": h, "lines": n} for t, h, n in fields]}
