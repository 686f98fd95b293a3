"""Compare the cohorts of one sponsor: how others see each at the start and in its follow-up, and its impact.

Figures of two cohorts with nearly the same delegates would reveal the few who are in only one of them. So a cohort is
left out if its delegates and those of earlier cohorts combine to a set of fewer than five. The same holds for impact,
with the delegates whose answers are in an edition. All figures are those of the cohorts' own documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.model import Cohort, Programme, Wave
from chalicelib.results.closure import publishable
from chalicelib.results.cohort_snapshot import read_frozen
from chalicelib.results.published import ALL_OTHERS
from chalicelib.sponsor.final.facts import Survey, read_final
from chalicelib.sponsor.final.figures import cohort_figure
from chalicelib.sponsor.final.own_and_others import Means, means_of
from chalicelib.store import catalogue, cohort_figures, cohorts, objects, summaries
from chalicelib.store.cohort_figures import CohortFigures

MIN_COHORTS = 2
IMPACT = {
    "managers": "Change that line managers see, −3 to +3",
    "raters": "Change that colleagues see, −3 to +3",
    "areas": "Development areas that delegates do regularly, or that are a habit now",
    "measures": "Agreed measures of the service that improved",
}
APPLIED, IMPROVED = {"do it regularly", "a habit now"}, {"improved"}  # labels of parts


class TrendLine(Struct, frozen=True):
    """One competency: all others at the start of each cohort, and in its follow-up; empty where it is not shown."""

    title: str
    start: tuple[str, ...]
    followup: tuple[str, ...]


class ImpactLine(Struct, frozen=True):
    """One result six months on, for each cohort; empty where it is not shown."""

    id: str
    title: str
    figures: tuple[str, ...]


class Trend(Struct, frozen=True):
    """Cohorts from left to right, the earliest first.

    left_out  titles of cohorts with nearly the same delegates as earlier ones
    impact_of, impact  the cohorts with an edition, and what came of each
    """

    cohorts: tuple[str, ...]
    lines: tuple[TrendLine, ...]
    left_out: tuple[str, ...]
    impact_of: tuple[str, ...] = ()
    impact: tuple[ImpactLine, ...] = ()


class Snapshots(Struct, frozen=True):
    """The frozen figures of one cohort."""

    title: str
    delegates: tuple[str, ...]
    start: Means
    followup: Means


class Achieved(Struct, frozen=True):
    """The survey's figures of one cohort, as its newest edition shows them.

    delegates  whose answers are in them
    """

    title: str
    delegates: tuple[str, ...]
    survey: Survey


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
    trend = compare(programme, [snapshots for cohort in alike if (snapshots := _snapshots(cohort))])
    achieved = [achieved for cohort in alike if (achieved := _achieved(cohort))]
    return compare_impact(trend or Trend((), (), ()), achieved)


def _achieved(cohort: Cohort) -> Achieved | None:
    """Return the figures of the newest edition, which repeats those of the first; None without a list of delegates."""
    editions = [edition for edition in summaries.of_cohort(cohort.id) if edition.files and edition.counted]
    survey = read_final(objects.load(editions[-1].facts)).survey if editions else None
    return Achieved(cohort.title, editions[-1].counted, survey) if survey else None


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


def compare_impact(trend: Trend, cohorts: Sequence[Achieved]) -> Trend:
    """Add what came of each cohort, by the same rule. Nothing is added for fewer than two."""
    may = publishable([achieved.delegates for achieved in cohorts])
    comparable = [achieved for achieved, fits in zip(cohorts, may, strict=True) if fits]
    left_out = [achieved.title for achieved, fits in zip(cohorts, may, strict=True) if not fits]
    everyone_left_out = tuple(dict.fromkeys([*trend.left_out, *left_out]))
    if len(comparable) < MIN_COHORTS:
        return replace(trend, left_out=everyone_left_out)
    by_cohort = [dict(_impact_of(achieved, comparable)) for achieved in comparable]
    lines = [
        ImpactLine(name, title, tuple(figures.get(name, "") for figures in by_cohort))
        for name, title in IMPACT.items()
        if any(name in figures for figures in by_cohort)
    ]
    return replace(
        trend,
        left_out=everyone_left_out,
        impact_of=tuple(achieved.title for achieved in comparable),
        impact=tuple(lines),
    )


def _impact_of(achieved: Achieved, comparable: Sequence[Achieved]) -> Iterator[tuple[str, str]]:
    """Yield each result that the edition shows; if cohorts share delegates, only those of all its delegates."""
    survey, everyone = achieved.survey, len(achieved.delegates)
    shares = any(other is not achieved and set(other.delegates) & set(achieved.delegates) for other in comparable)
    for name, figure in (("managers", survey.seen.managers), ("raters", survey.seen.raters)):
        if figure and (figure.n == everyone or not shares):
            yield name, figure.display
    for name, spread, parts in (("areas", survey.areas, APPLIED), ("measures", survey.measures, IMPROVED)):
        is_agreed = name != "measures" or survey.named is not None  # of an earlier version, it holds other measures too
        count = sum(part.count for part in spread.parts if set(part.label.split(" or ")) <= parts)
        if is_agreed and count and (spread.delegates == everyone or not shares):
            yield name, f"{count} of {spread.things}"


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
