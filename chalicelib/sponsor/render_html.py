"""Render the summary as one self-contained HTML page, for a phone, a desktop or A4 paper."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chalicelib.core import formatting
from chalicelib.core.model import Programme
from chalicelib.sponsor.chart import strip
from chalicelib.sponsor.competency_change import CompetencyLine
from chalicelib.sponsor.summary import CohortSummary


def render_summary(programme: Programme, summary: CohortSummary) -> str:
    """Render the page. The same summary gives the same text."""
    environment = _environment()
    return environment.get_template("summary.html.j2").render(
        style=Markup(environment.get_template("summary.css").render()),  # noqa: S704 our own file
        programme=programme,
        summary=summary,
        made_on=formatting.day(summary.made_on),
        charts=[_chart(line, programme.top) for line in summary.competencies],
    )


def _chart(line: CompetencyLine, top: int) -> Markup:
    own, others = (float(shown.split()[0]) if shown else None for shown in (line.own, line.others))
    return Markup(strip(own, others, top))  # noqa: S704 drawn by us


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
