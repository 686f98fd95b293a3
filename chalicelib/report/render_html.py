"""Render the report as one self-contained HTML page, for a phone, a desktop or A4 paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from chalicelib.core import colour
from chalicelib.core.formatting import join_words
from chalicelib.core.model import Programme
from chalicelib.report.document import build_document
from chalicelib.report.parts.document import Document, Figure, Row, Table
from chalicelib.report.parts.wording import lower_first
from chalicelib.results.facts import Facts

DARK_GROUND = "#14191d"  # as in report.css


def render_html(programme: Programme, facts: Facts) -> str:
    """Return a whole document with style, drawings and logo inside. The same facts give the same text."""
    return html_of(build_document(programme, facts))


def html_of(document: Document) -> str:
    template, style = _template()
    return template.render(style=_brand(document) + style, named_figures=named_figures, **_fields(document))


def _fields(document: Document) -> Mapping[str, Any]:
    return {name: getattr(document, name) for name in document.__struct_fields__}


def named_figures(table: Table, row: Row) -> Iterator[tuple[str, Figure]]:
    """Return each figure with the title of its column, or of all the columns that it covers."""
    at = 0
    for figure in row.figures:
        first, *more = [column.title for column in table.columns[at : at + figure.span]]
        yield join_words([first, *map(lower_first, more)]), figure
        at += figure.span


def _brand(document: Document) -> Markup:
    """Set the organisation's colour: for the band on top, and for text on light and on dark ground."""
    brand = document.cover.brand
    light, dark = document.cover.accent, colour.text_on_dark(brand, DARK_GROUND)
    return Markup(f":root {{ --brand: {brand}; --accent-light: {light}; --accent-dark: {dark}; }}\n")  # noqa: S704 checked


@cache
def _template() -> tuple[Template, Markup]:
    options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    environment = Environment(loader=PackageLoader("chalicelib.report"), autoescape=True, auto_reload=False, **options)
    style = Markup(environment.get_template("report.css").render())  # noqa: S704 our own file
    return environment.get_template("report.html.j2"), style
