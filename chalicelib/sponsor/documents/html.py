"""Render the summary and the cohort at the start as self-contained HTML pages, for a phone, a desktop or paper."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chalicelib.core import formatting
from chalicelib.core.model import Programme
from chalicelib.sponsor.documents.content import board_content
from chalicelib.sponsor.documents.start import Start, start_content
from chalicelib.sponsor.final.facts import Final


def render_summary(programme: Programme, final: Final) -> str:
    """Render the summary of one edition. The same facts give the same text."""
    return _page("summary.html.j2", programme, final=final, said=board_content(programme, final, drawn=False))


def render_start(programme: Programme, start: Start) -> str:
    return _page("start.html.j2", programme, start=start, said=start_content(programme, start))


def _page(template: str, programme: Programme, **context: object) -> str:
    environment = _environment()
    style = Markup(environment.get_template("summary.css").render())  # noqa: S704 our own file
    return environment.get_template(template).render(style=style, programme=programme, **context)


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("chalicelib.sponsor"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["plural"] = formatting.plural
    return env
