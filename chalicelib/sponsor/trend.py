"""Compare the cohorts of one sponsor: how others see each at the start, and in its follow-up, competency by competency.

Figures of two cohorts with nearly the same delegates would give away the few who are in only one of them. So a cohort
is left out whose delegates, with those of the cohorts before it, combine to fewer than five.
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
    found = (cohorts.find(entry.id) for entry in catalogue.everything().cohorts)
    own = [one for one in found if one and one.sponsor and one.sponsor.email == email]
    return tuple(sorted(own, key=lambda one: (one.dates.opens, one.id)))


def load_trend(programme: Programme, own: Sequence[Cohort]) -> Trend | None:
    """Return the trend over cohorts of the same programme; None for fewer than two."""
    alike = [one for one in own if one.programme_id == programme.id]
    if len(alike) < MIN_COHORTS:
        return None
    return compare(programme, [found for one in alike if (found := _snapshots(one))])


def _snapshots(cohort: Cohort) -> Snapshots | None:
    start = cohort_figures.find(cohort.id, Wave.BASELINE)
    if start is None:
        return None
    followup = cohort_figures.find(cohort.id, Wave.FOLLOWUP)
    return Snapshots(cohort.title, start.delegates, _means(start), _means(followup))


def _means(found: CohortFigures | None) -> Means:
    return means_of(read_frozen(found.figures)) if found else {}


def compare(programme: Programme, found: Sequence[Snapshots]) -> Trend | None:
    may = publishable([one.delegates for one in found])
    shown = [one for one, fits in zip(found, may, strict=True) if fits]
    left_out = tuple(one.title for one, fits in zip(found, may, strict=True) if not fits)
    if len(shown) < MIN_COHORTS:
        return Trend((), (), left_out) if left_out else None
    return Trend(tuple(one.title for one in shown), tuple(_lines(programme, shown)), left_out)


def _lines(programme: Programme, shown: Sequence[Snapshots]) -> Iterator[TrendLine]:
    for competency in programme.competencies:
        start = tuple(_display(one, shown, one.start, competency.id) for one in shown)
        if any(start):
            followup = tuple(_display(one, shown, one.followup, competency.id) for one in shown)
            yield TrendLine(competency.title, start, followup)


def _display(one: Snapshots, shown: Sequence[Snapshots], means: Means, competency: str) -> str:
    """Return the mean. Where cohorts share delegates, it must be over all of them: the rule was checked for these."""
    found = means.get((competency, ALL_OTHERS))
    if found is None:
        return ""
    shares = any(other is not one and set(other.delegates) & set(one.delegates) for other in shown)
    if shares and found.delegates != len(one.delegates):
        return ""
    return cohort_figure(found)[0].display
