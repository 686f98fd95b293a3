"""The milestones of a cohort with counts. An edition keeps them, so correcting a register later changes none. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.model import Cohort
from chalicelib.sponsor.final.facts import Final
from chalicelib.sponsor.interim import Interim

Milestone = tuple[str, str, str]  # day, if it is known; what happened; how many delegates


def list_milestones(cohort: Cohort, final: Final, interim: Interim | None) -> tuple[Milestone, ...]:
    """List the milestones. Counts of attendance, debriefs and work are those of the sponsor's page."""
    return tuple((day, what, f"{count}") for day, what, count in _milestones(cohort, final, interim))


def _milestones(cohort: Cohort, final: Final, interim: Interim | None) -> Iterator[tuple[str, str, int | str]]:
    dates, response = cohort.dates, final.response
    yield f"{dates.opens}", "The 360 opened", response.began
    yield f"{dates.closes}", "The 360 closed", ""
    yield "", "Reports released", response.reports
    yield from _counts(interim) if interim else ()
    yield f"{dates.ends}", "The programme ended", response.stayed
    yield "", "Delegates answered after six months", response.delegates_answered
    yield "", "Line managers answered after six months", response.managers_answered
    yield f"{final.made_on}", f"Edition {final.edition} was made", ""


def _counts(interim: Interim) -> Iterator[tuple[str, str, int]]:
    if interim.debriefed:
        yield "", "Debriefs held", interim.debriefed
    for workshop in interim.workshops:
        for words, count in workshop.counts.items():
            yield f"{workshop.ended_on}", f"{workshop.title}: {words}", count
    for work in interim.work:
        yield "", f"{work.title}: submitted", work.submitted
