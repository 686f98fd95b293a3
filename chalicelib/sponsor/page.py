"""The summary as one HTML page that needs nothing from anywhere else, in the dress of the report."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from chalicelib import wording
from chalicelib.model import Programme
from chalicelib.report import charts
from chalicelib.sponsor.change import CompetencyLine
from chalicelib.sponsor.summary import CohortSummary

STYLES = ("report/report.css", "sponsor/summary.css")


def render_summary(programme: Programme, summary: CohortSummary) -> str:
    """The same summary gives the same text."""
    environment = _environment()
    style = Markup("".join(environment.get_template(name).render() for name in STYLES))  # noqa: S704 our own files
    template = environment.get_template("sponsor/summary.html.j2")
    return template.render(
        style=style,
        programme=programme,
        summary=summary,
        made_on=wording.day(summary.made_on),
        charts=[Markup(_chart(line, programme.top)) for line in summary.competencies],  # noqa: S704 drawn by us
    )


def _chart(line: CompetencyLine, top: int) -> str:
    return charts.dots(float(line.own) if line.own else None, float(line.others) if line.others else None, top)


@cache
def _environment() -> Environment:
    packages = {stage: PackageLoader(f"chalicelib.{stage}") for stage in ("report", "sponsor")}
    env = Environment(
        loader=PrefixLoader(packages),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["plural"] = wording.plural
    return env
