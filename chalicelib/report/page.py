"""The report as one HTML page that needs nothing from anywhere else, on a phone, a desk or A4 paper."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chalicelib.model import Programme
from chalicelib.report.facts import Facts
from chalicelib.report.view import build_view


def render_html(programme: Programme, facts: Facts) -> str:
    """A whole document: style, charts and logo inside. The same facts give the same text."""
    environment = _environment()
    style = Markup(environment.get_template("report.css").render())  # noqa: S704 our own file
    return environment.get_template("report.html.j2").render(style=style, svg=Markup, **build_view(programme, facts))


@cache
def _environment() -> Environment:
    options: dict[str, Any] = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    return Environment(loader=PackageLoader("chalicelib.report"), autoescape=True, auto_reload=False, **options)
