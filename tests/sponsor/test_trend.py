"""Across cohorts: one page, one sign-in, and no comparison that gives away who is in only one of two cohorts."""

from __future__ import annotations

import re
from datetime import timedelta

from msgspec.structs import replace

from chalicelib.core.model import Wave
from chalicelib.links.kinds import SPONSOR as SPONSOR_LINK
from chalicelib.results.cohort_snapshot import frozen_bytes
from chalicelib.sponsor.final.build import build_final
from chalicelib.sponsor.final.facts import final_bytes
from chalicelib.sponsor.final.own_and_others import means_of
from chalicelib.sponsor.trend import Achieved, Snapshots, Trend, compare, compare_impact
from chalicelib.store import catalogue, cohort_figures, cohorts, holds, objects, summaries
from chalicelib.store.cohort_figures import CohortFigures
from chalicelib.store.summaries import Summary
from tests.sponsor import final_example
from tests.support import people

RULES = people.programme()
SPONSOR = people.person("sponsor").email
NO_TREND = Trend((), (), ())


def snapshots(title: str, delegates: range, seed: int = 1) -> Snapshots:
    ids = tuple(f"d{place}" for place in delegates)
    return Snapshots(title, ids, means_of(final_example.frozen(len(ids), seed)), {})


def test_cohorts_of_other_people_are_compared():
    trend = compare(RULES, [snapshots("A", range(12)), snapshots("B", range(20, 29), 2)])
    assert (trend.cohorts, trend.left_out) == (("A", "B"), ())
    assert [line.title for line in trend.lines] == [competency.title for competency in RULES.competencies]
    assert all(all(line.start) for line in trend.lines)


def test_a_cohort_with_nearly_the_same_delegates_is_left_out():
    trend = compare(RULES, [snapshots("A", range(12)), snapshots("B", range(20, 29)), snapshots("C", range(11))])
    assert (trend.cohorts, trend.left_out) == (("A", "B"), ("C",))
    alone = compare(RULES, [snapshots("A", range(12)), snapshots("C", range(11))])
    assert (alone.lines, alone.left_out) == ((), ("C",))


def test_a_figure_over_some_of_shared_delegates_is_left_out():
    """The rule was checked for all delegates of a cohort: of fewer it says nothing."""
    some = replace(snapshots("B", range(6, 18)), start=means_of(final_example.frozen(9, 2)))
    trend = compare(RULES, [snapshots("A", range(12)), some])
    assert {line.start[1] for line in trend.lines} == {""}


def achieved(title: str, delegates: range, seed: int = 5) -> Achieved:
    made = build_final(
        RULES, final_example.cohort(), final_example.everyone(seed=seed), final_example.MADE, final_example.frozen()
    )
    return Achieved(title, tuple(f"d{place}" for place in delegates), made.survey)


def figures_of(trend: Trend, name: str) -> tuple[str, ...]:
    return next((line.figures for line in trend.impact if line.id == name), ())


def test_the_impact_of_cohorts_is_compared_as_their_editions_show_it():
    cohorts_ = [achieved("A", range(11)), achieved("B", range(20, 31), 6)]
    trend = compare_impact(NO_TREND, cohorts_)

    assert (trend.impact_of, trend.left_out) == (("A", "B"), ())
    assert figures_of(trend, "managers") == tuple(each.survey.seen.managers.display for each in cohorts_)
    assert figures_of(trend, "raters") == tuple(each.survey.seen.raters.display for each in cohorts_)
    for name, labels in (("areas", "regularly|habit"), ("measures", "improved")):
        spreads = [getattr(each.survey, name) for each in cohorts_]
        parts = [sum(part.count for part in spread.parts if re.search(labels, part.label)) for spread in spreads]
        assert figures_of(trend, name) == tuple(
            f"{count} of {spread.things}" for count, spread in zip(parts, spreads, strict=True)
        )


def test_the_impact_of_nearly_the_same_delegates_is_left_out():
    """Two editions over twelve delegates and over eleven of these would give away the twelfth."""
    trend = compare_impact(NO_TREND, [achieved("A", range(12)), achieved("C", range(11))])
    assert (trend.impact, trend.left_out) == ((), ("C",))
    three = compare_impact(NO_TREND, [achieved("A", range(12)), achieved("B", range(20, 31)), achieved("C", range(11))])
    assert (three.impact_of, three.left_out) == (("A", "B"), ("C",))


def test_a_result_of_some_of_shared_delegates_is_left_out():
    """The edition of A is over eleven, and fewer of their line managers answered."""
    trend = compare_impact(NO_TREND, [achieved("A", range(11)), achieved("B", range(6, 17))])
    assert trend.impact_of == ("A", "B")
    assert figures_of(trend, "managers") == ()
    assert all(figures_of(trend, "areas"))


def test_measures_of_an_earlier_version_are_not_compared():
    """They hold also what was first named in the survey."""
    first = achieved("A", range(11))
    mixed = replace(first, survey=replace(first.survey, named=None))
    assert figures_of(compare_impact(NO_TREND, [mixed, achieved("B", range(20, 31))]), "measures")[0] == ""


def test_one_sign_in_shows_every_cohort_of_the_sponsor(visitor, clock):
    people.load(clock.now())
    first = cohorts.find(people.COHORT)
    for place in range(9):
        other = replace(first, id=f"cohort-{place}", title=f"Cohort {place}")
        people.write(cohorts.save(other, "x", 0), catalogue.add_cohort(other))
    strangers = replace(first, id="strangers", title="Strangers", sponsor=people.person("another sponsor"))
    people.write(cohorts.save(strangers, "x", 0), catalogue.add_cohort(strangers))
    for place, cohort in enumerate((people.COHORT, "cohort-3")):
        ids = tuple(f"{cohort}-{number}" for number in range(6))
        frozen = frozen_bytes(final_example.frozen(6, place))
        people.write(cohort_figures.add(CohortFigures(cohort, Wave.BASELINE, ids, frozen, clock.now())))
        facts = f"sponsor/{cohort}/facts.json"
        objects.save(facts, final_bytes(final_example.final()))
        edition = Summary(cohort, summaries.IMPACT, "c", facts, "", clock.now(), files={"facts": facts}, counted=ids)
        people.write(summaries.add(edition))

    held = replace(first, id="held", title="Held cohort")
    hold = holds.make_hold("held", held.sponsor, clock.now() + timedelta(days=1), "administrator@example.org")
    people.write(cohorts.save(held, "x", 0), catalogue.add_cohort(held), holds.add(hold))

    page = visitor.let_in(SPONSOR, clock.now()).open(SPONSOR_LINK.url(first)).page
    assert "Held cohort" not in page
    assert visitor.status == 200
    assert all(f"Cohort {place}</a>" in page for place in range(9))
    assert "Strangers" not in page
    assert {"trend", "impact-managers", "impact-raters", "impact-areas", "impact-measures"} <= visitor.messages
    for link in visitor.links("/sponsor/"):
        assert visitor.open(link).status == 200
        assert "/sign-in/" not in visitor.page
