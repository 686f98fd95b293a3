"""Find the delegate's first self-rating, to show next to how they rate themselves then and now."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.core.model import SELF_GROUP, Programme, Wave
from chalicelib.results.facts import Facts, read_facts
from chalicelib.results.published import About
from chalicelib.store import objects, reports
from chalicelib.store.reports import ReportState


def released_facts(delegate_id: str, wave: Wave) -> Facts | None:
    """Return the published facts of a released report. Two calls."""
    report = reports.find(delegate_id, wave)
    if report is None or report.state is not ReportState.RELEASED:
        return None
    return read_facts(objects.load(report.facts))


def self_ratings(facts: Facts | None) -> dict[str, str]:
    """Return the delegate's own mean of each competency, as the report shows it."""
    statistics = facts.statistics if facts else ()
    return {
        statistic.id: statistic.display
        for statistic in statistics
        if (statistic.about, statistic.cell) == (About.COMPETENCY.value, SELF_GROUP)
    }


def find_baseline(delegate_id: str, programme: Programme, answers: Mapping[str, str]) -> dict[str, str]:
    """Return the first self-rating in words, for each competency that has been rated both then and now."""
    rated = [
        competency.id
        for competency in programme.competencies
        if {f"then.{competency.id}", f"now.{competency.id}"} <= answers.keys()
    ]
    ratings = self_ratings(released_facts(delegate_id, Wave.BASELINE)) if rated else {}
    return {
        f"now.{competency_id}": f"In your first 360 you rated yourself {ratings[competency_id]}."
        for competency_id in rated
        if competency_id in ratings
    }
