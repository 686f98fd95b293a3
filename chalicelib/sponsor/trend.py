"""Compare the cohorts of one sponsor: how others see each at the start, and in its follow-up, competency by competency.

Figures of two cohorts with nearly the same delegates would reveal the few who are in only one of them. So a cohort is
left out if its delegates and those of earlier cohorts combine to a set of fewer than five.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from chalicelib.core.model import Cohort, Programme, Wave
from chalicelib.results.closure import publishable
from chalicelib.results.cohort_snapshot import read_frozen
from chalicelib.results.published import ALL_OTHERS
from chalicelib.sponsor.final.figures import cohort_figure
from chalicelib.sponsor.final.own_and_others import Means, means_of
from chalicelib.store import catalogue, cohort_figures, cohorts
from chalicelib.store.cohort_figures import CohortFigures

MIN_COHORTS = 2


class TrendLine(Struct, frozen=True):
    """One competency: all others at the start of each cohort, and in its follow-up; empty where it is not shown."""

    title: str
    start: tuple[str, ...]
    followup: tuple[str, ...]


class Trend(Struct, frozen=True):
    """Cohorts from left to right, the earliest first."""

    cohorts: tuple[str, ...]
    lines: tuple[TrendLine, ...]
    left_out: tuple[str, ...]  # titles of cohorts with nearly the same delegates as earlier ones


class Snapshots(Struct, frozen=True):
    """The frozen figures of one cohort."""

    title: str
    delegates: tuple[str, ...]
    start: Means
    followup: Means


def other_cohorts(cohort: Cohort) -> tuple[Cohort, ...]:
    """Return every cohort of the same sponsor, the earliest first; this one is among them."""
    email = cohort.sponsor.email if cohort.sponsor else ""
    others = (cohorts.find(entry.id) for entry in catalogue.everything().cohorts)
    own = [cohort for cohort in others if cohort and cohort.sponsor and cohort.sponsor.email == email]
    return tuple(sorted(own, key=lambda cohort: (cohort.dates.opens, cohort.id)))


def load_trend(programme: Programme, own: Sequence[Cohort]) -> Trend | None:
    """Return the trend over cohorts of the same programme; None for fewer than two."""
    alike = [cohort for cohort in own if cohort.programme_id == programme.id]
    if len(alike) < MIN_COHORTS:
        return None
    return compare(programme, [snapshots for cohort in alike if (snapshots := _snapshots(cohort))])


def _snapshots(cohort: Cohort) -> Snapshots | None:
    start = cohort_figures.find(cohort.id, Wave.BASELINE)
    if start is None:
        return None
    followup = cohort_figures.find(cohort.id, Wave.FOLLOWUP)
    return Snapshots(cohort.title, start.delegates, _means(start), _means(followup))


def _means(figures: CohortFigures | None) -> Means:
    return means_of(read_frozen(figures.figures)) if figures else {}


def compare(programme: Programme, cohorts: Sequence[Snapshots]) -> Trend | None:
    may = publishable([snapshots.delegates for snapshots in cohorts])
    comparable = [snapshots for snapshots, fits in zip(cohorts, may, strict=True) if fits]
    left_out = tuple(snapshots.title for snapshots, fits in zip(cohorts, may, strict=True) if not fits)
    if len(comparable) < MIN_COHORTS:
        return Trend((), (), left_out) if left_out else None
    return Trend(tuple(snapshots.title for snapshots in comparable), tuple(_lines(programme, comparable)), left_out)


def _lines(programme: Programme, comparable: Sequence[Snapshots]) -> Iterator[TrendLine]:
    for competency in programme.competencies:
        start = tuple(_display(snapshots, comparable, snapshots.start, competency.id) for snapshots in comparable)
        if any(start):
            followup = tuple(
                _display(snapshots, comparable, snapshots.followup, competency.id) for snapshots in comparable
            )
            yield TrendLine(competency.title, start, followup)


def _display(snapshots: Snapshots, comparable: Sequence[Snapshots], means: Means, competency: str) -> str:
    """Return the mean. If cohorts share delegates, leave out a mean that does not include its whole cohort."""
    mean = means.get((competency, ALL_OTHERS))
    if mean is None:
        return ""
    shares = any(other is not snapshots and set(other.delegates) & set(snapshots.delegates) for other in comparable)
    if shares and mean.delegates != len(snapshots.delegates):
        return ""
    return cohort_figure(mean)[0].display
