"""Render the report as one self-contained HTML page, for a phone, a desktop or A4 paper."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from html import escape
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from chalicelib.core.model import Programme
from chalicelib.report.contents import build_contents
from chalicelib.results.facts import Facts


def render_html(programme: Programme, facts: Facts) -> str:
    """Return a whole document with style, charts and logo inside. The same facts give the same text."""
    return html_of(build_contents(programme, facts))


def html_of(view: Mapping[str, Any]) -> str:
    template, style = _template()
    return template.render(style=style, svg=_drawing, **view)


def _drawing(chart: str, alt: str) -> Markup:
    """Mark up our own SVG with its description; without a description it is decoration."""
    attributes = f' role="img"><title>{escape(alt)}</title>' if alt else ' aria-hidden="true">'
    return Markup(chart.replace(">", attributes, 1))  # noqa: S704 labels are escaped where they are drawn


@cache
def _template() -> tuple[Template, Markup]:
    options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    environment = Environment(loader=PackageLoader("chalicelib.report"), autoescape=True, auto_reload=False, **options)
    style = Markup(environment.get_template("report.css").render())  # noqa: S704 our own file
    return environment.get_template("report.html.j2"), style
