"""Count a cohort's progress for a sponsor: only counts of five delegates or more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from msgspec import Struct

from chalicelib.core.model import Cohort, Programme, Wave
from chalicelib.results.sponsor_rule import ENOUGH, known
from chalicelib.store import area_counts, assignments, cohorts, pulse_rounds
from chalicelib.store.area_counts import AreaCounts
from chalicelib.workshops.counts import WorkshopCounts, count_workshops


class WorkCount(Struct, frozen=True):
    title: str
    submitted: int


class Interim(Struct, frozen=True):
    """What the sponsor's page shows before the first edition. From answers it has only what a round has published.

    stayed, debriefed   None if they are fewer than five
    midway  title -> the cohort's mean change, -3 to +3
    areas   counts of development areas, frozen; None if there are none yet
    """

    began: int
    stayed: int | None
    debriefed: int | None
    workshops: tuple[WorkshopCounts, ...]
    work: tuple[WorkCount, ...]
    midway: tuple[tuple[str, str], ...]
    areas: AreaCounts | None = None


def load_interim(cohort: Cohort, programme: Programme) -> Interim | None:
    """Return the counts; None for a cohort of fewer than five."""
    rows = list(cohorts.rows(cohort.id))
    lines = cohorts.lines_from(rows)
    if len(lines) < ENOUGH:
        return None
    stayed = {line.delegate_id for line in lines if not line.withdrawn}
    return Interim(
        began=len(lines),
        stayed=known(len(stayed)),
        debriefed=known(sum(bool(line.debriefed_on) for line in lines)),
        workshops=count_workshops(cohort, programme, rows),
        work=tuple(_work(cohort, programme, stayed)),
        midway=tuple(_midway(cohort)),
        areas=area_counts.find_newest(cohort.id),
    )


def _work(cohort: Cohort, programme: Programme, stayed: set[str]) -> Iterator[WorkCount]:
    """Count the delegates who have submitted each piece of work; leave out work of fewer than five."""
    lines = assignments.lines_of(cohort.id)
    done = Counter(line.assignment for line in lines if line.submissions and line.delegate_id in stayed)
    for milestone in programme.milestones:
        for task in milestone.assignments:
            if submitted := known(done[task.id]):
                yield WorkCount(task.title, submitted)


def _midway(cohort: Cohort) -> Iterator[tuple[str, str]]:
    for number, wave in enumerate((wave for wave in Wave if wave.is_midway), start=1):
        if mean := pulse_rounds.find_mean(cohort.id, wave):
            yield f"Mid-way round {number}", mean.display
