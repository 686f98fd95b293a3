"""Across cohorts: one page, one sign-in, and no comparison that gives away who is in only one of two cohorts."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from chalicelib.core.model import Wave
from chalicelib.links.kinds import SPONSOR as SPONSOR_LINK
from chalicelib.results.cohort_snapshot import frozen_bytes
from chalicelib.sponsor.final.own_and_others import means_of
from chalicelib.sponsor.trend import Snapshots, compare
from chalicelib.store import catalogue, cohort_figures, cohorts, holds
from chalicelib.store.cohort_figures import CohortFigures
from tests.sponsor import final_example
from tests.support import people

RULES = people.programme()
SPONSOR = people.person("sponsor").email


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

    held = replace(first, id="held", title="Held cohort")
    hold = holds.make_hold("held", held.sponsor, clock.now() + timedelta(days=1), "administrator@example.org")
    people.write(cohorts.save(held, "x", 0), catalogue.add_cohort(held), holds.add(hold))

    page = visitor.let_in(SPONSOR, clock.now()).open(SPONSOR_LINK.url(first)).page
    assert "Held cohort" not in page
    assert visitor.status == 200
    assert all(f"Cohort {place}</a>" in page for place in range(9))
    assert "Strangers" not in page
    assert "trend" in visitor.messages
    for link in visitor.links("/sponsor/"):
        assert visitor.open(link).status == 200
        assert "/sign-in/" not in visitor.page
