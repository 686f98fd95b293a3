"""Show the ratings once more, by the value that each behaviour shows. Pure."""

from __future__ import annotations

from chalicelib.core.formatting import plural
from chalicelib.core.model import Item, Value
from chalicelib.report.parts.document import Block, Point, Section, Table
from chalicelib.report.parts.rows import Index
from chalicelib.report.parts.summary import ends
from chalicelib.report.parts.wording import curly, lower_first
from chalicelib.report.sections import Place, declare_section
from chalicelib.results.published import ALL_OTHERS, About

LEAD = "The same ratings, sorted by what your organisation values. A behaviour can show several."


@declare_section(Place.WORKSHOPS)
def values(index: Index) -> Section | None:
    """List the values that have figures, and the behaviours of each that are seen most and least."""
    values = [value for value in index.programme.values if index.has_figures(About.VALUE, value.id)]
    if not values or index.reference != ALL_OTHERS:
        return None
    rows = []
    for value in values:
        note = plural(len(_items(index, value)), "behaviour", "behaviours")
        rows.append(index.row(About.VALUE, value.id, value.title, note=note))
    points = tuple(point for value in values if (point := _most_and_least(index, value)))
    block = Block(legend=index.legend(), rows=Table(index.columns(), tuple(rows), "Values"), points=points)
    hint = ", ".join(row.title for row in rows)
    return Section(id="values", title="Values", hint=hint, lead=LEAD, blocks=(block,))


def _items(index: Index, value: Value) -> list[Item]:
    return [item for item in index.programme.items if value.id in item.values]


def _most_and_least(index: Index, value: Value) -> Point | None:
    pair = ends(index, _items(index, value))
    if pair is None:
        return None
    most, least = (lower_first(curly(item.others_wording.rstrip("."))) for item in pair)
    return Point(f"Seen most: {most}. Seen least: {least}.", bold=f"{curly(value.title)}.")
