"""The proofs over more than one report: baseline and follow-up of a delegate, and all reports of a cohort."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import pytest

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Programme
from chalicelib.results.change import with_changes
from chalicelib.results.cohort import cohort_means, cohort_scores
from chalicelib.results.facts import Facts, amended, build_facts, facts_bytes
from chalicelib.results.publish import publish
from chalicelib.results.scoring import clamp_sum, mean_of
from tests.report.attackers import AnswerDependent, Lin, certain_worlds, independent, isolated
from tests.report.designs import (
    NAMED,
    Cohort,
    Design,
    cohort_rows,
    figures_in,
    means_over_all_raters,
    means_over_delegates,
    published_of,
    random_cohort,
    random_design,
    random_programme,
    scores_in,
)
from tests.report.example import KEY, heading, rater, tiny_programme

FIVE = 5  # delegates behind every figure on a cohort


# --- baseline and follow-up ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TwoWaves:
    """One delegate, asked about twice. People may answer both times, in other groups too."""

    baseline: Design
    followup: Design
    people: tuple[int, ...]  # who each rater of the follow-up is, numbered as those of the baseline

    @property
    def programme(self) -> Programme:
        return self.baseline.programme

    def rows(self) -> list[Lin]:
        """Everything that both reports show, the changes between them too."""
        before = figures_in(published_of(self.programme, self.baseline.symbolic()))
        after = figures_in(published_of(self.programme, self.followup.symbolic(self.people, "later ")))
        changes = [after[subject] + before[subject] * -1 for subject in after if subject in before]
        return [*before.values(), *after.values(), *changes]

    def isolated(self, more: Sequence[Lin] = ()) -> tuple[int, ...] | None:
        """Isolate an answer. The attacker knows self ratings and a manager's, whenever they were given."""
        then = {k for k, (group, _) in enumerate(self.baseline.raters) if group in NAMED}
        now = {person for person, (group, _) in zip(self.people, self.followup.raters, strict=True) if group in NAMED}
        return isolated([*self.rows(), *more], self.programme.threshold, frozenset(then | now))


def two_waves(chance: random.Random) -> TwoWaves:
    programme = random_programme(chance)
    baseline, followup = random_design(chance, programme), random_design(chance, programme)
    anonymous = [k for k, (group, _) in enumerate(baseline.raters) if group not in NAMED]
    chance.shuffle(anonymous)
    first_new = len(baseline.raters)
    people = []
    for k, (group, _) in enumerate(followup.raters):
        again = anonymous and group not in NAMED and chance.random() < 0.8
        people.append(anonymous.pop() if again else first_new + k)
    return TwoWaves(baseline, followup, tuple(people))


@pytest.mark.parametrize("seed", range(2))
def test_baseline_and_follow_up_together_isolate_no_one(seed):
    chance = random.Random(seed)

    assert [waves for _ in range(30) if (waves := two_waves(chance)).isolated()] == []


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 110))
def test_baseline_and_follow_up_isolate_no_one_in_a_thousand_designs(seed):
    chance = random.Random(seed)

    assert [waves for _ in range(100) if (waves := two_waves(chance)).isolated()] == []


def peers(programme: Programme, many: int) -> Design:
    rated = {item.id: True for item in programme.items}
    return Design(programme, (("peer", rated),) * many)


def sum_of(people: Sequence[int], label: str = "") -> Lin:
    """Of the one item that a tiny programme has."""
    return sum((Lin({(person, f"{label}only_1"): 1}) for person in people), start=0)


def test_the_proof_notices_a_change_over_those_who_answered_twice():
    """The change that a matched comparison would show, with both reports: the fifth rater did not come back."""
    programme = tiny_programme(threshold=3)
    waves = TwoWaves(peers(programme, 5), peers(programme, 4), people=(0, 1, 2, 3))
    matched = sum_of(waves.people, "later ") + sum_of(waves.people) * -1

    assert 4 in waves.isolated([matched])
    assert waves.isolated() is None


def test_the_proof_notices_a_baseline_report_that_is_made_again_with_a_late_answer():
    programme = tiny_programme(threshold=3)
    waves = TwoWaves(peers(programme, 5), peers(programme, 4), people=(0, 1, 2, 3))

    assert 5 in waves.isolated([sum_of(range(6))])


# --- a cohort: raters ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_a_cohorts_figures_add_nothing_to_its_reports(seed):
    """So who sees every report and the cohort's figures knows what the reports say, and isolates no one."""
    cohort = random_cohort(random.Random(seed))
    reports = cohort.owned_by_raters()
    rows = [figure.range.shown for published in reports for figure in published.figures]

    assert len(independent([*rows, *cohort_rows(cohort.programme, reports)])) == len(independent(rows))
    assert [design for design in cohort.delegates if design.isolated(everything_of)] == []


def everything_of(programme: Programme, responses: Sequence[Response]) -> list[Lin]:
    return [figure.range.shown for figure in published_of(programme, responses).figures]


def small_cohort(*sizes: int, items: int = 1, threshold: int = 3) -> Cohort:
    """So many peers for each delegate."""
    programme = tiny_programme(items=items, threshold=threshold)
    return Cohort(programme, tuple(peers(programme, many) for many in sizes))


def test_the_proof_notices_a_cohort_mean_of_answers_that_no_report_shows():
    cohort = small_cohort(3, 3, 3, 3, 3, 2)
    reports = cohort.owned_by_raters()
    rows = [figure.range.shown for published in reports for figure in published.figures]
    raw, first = [], 0
    for design in cohort.delegates:
        raw.append(design.symbolic(range(first, first + len(design.raters))))
        first += len(design.raters)

    assert isolated([*rows, *means_over_all_raters(cohort.programme, raw)], 3, frozenset()) == (15, 16)
    assert isolated([*rows, *cohort_rows(cohort.programme, reports)], 3, frozenset()) is None


# --- a cohort: delegates, against a sponsor or one of themselves ----------------------------------------------------


def delegates_isolated(rows: Sequence[Lin]) -> tuple[int, ...] | None:
    return isolated(rows, FIVE, frozenset())


@pytest.mark.parametrize("seed", range(20))
def test_no_combination_of_a_cohorts_figures_isolates_fewer_than_five_delegates(seed):
    cohort = random_cohort(random.Random(seed))

    assert delegates_isolated(cohort_rows(cohort.programme, cohort.owned_by_delegates())) is None


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(1000, 1020))
def test_no_combination_isolates_fewer_than_five_delegates_in_a_thousand_cohorts(seed):
    chance = random.Random(seed)
    cohorts = [random_cohort(chance) for _ in range(50)]

    assert [c for c in cohorts if delegates_isolated(cohort_rows(c.programme, c.owned_by_delegates()))] == []


def test_the_proof_notices_plain_means_over_delegates():
    """One delegate's report lacks an item, so their competency has other weights, and the cohort's mean shows it."""
    cohort = small_cohort(3, 3, 3, 3, 3, 3, items=2)
    one_item = Design(cohort.programme, (("peer", {"only_1": True, "only_2": False}),) * 3)
    cohort = Cohort(cohort.programme, (one_item, *cohort.delegates[1:]))
    reports = cohort.owned_by_delegates()

    assert 0 in delegates_isolated(means_over_delegates(cohort.programme, reports))
    assert delegates_isolated(cohort_rows(cohort.programme, reports)) is None


def test_the_proof_notices_means_of_two_sets_of_delegates_that_differ_by_one():
    cohort = small_cohort(3, 3, 3, 3, 3, 3)
    reports = cohort.owned_by_delegates()
    all_of_them, without_one = cohort_rows(cohort.programme, reports), cohort_rows(cohort.programme, reports[:-1])

    assert 5 in delegates_isolated([*all_of_them, *without_one])


def test_a_cohort_figure_that_looks_at_a_number_is_caught():
    cohort = small_cohort(3, 3, 3, 3, 3)
    figures = [scores_in(published) for published in cohort.owned_by_delegates()]

    with pytest.raises(AnswerDependent):
        cohort_scores(cohort.programme, figures)  # the true clamp compares


# --- no answer is ever certain ------------------------------------------------------------------------------------


@cache
def report_of(wave: str, world: tuple[int, ...], top: int) -> Facts:
    """Return a report on peers' answers to one item."""
    programme = tiny_programme(top=top)
    answers = [Response("peer", Answers({"only_1": rating})) for rating in world]
    return build_facts(programme, heading(wave=wave), publish(programme, answers, comment_key=KEY))


@cache
def both_reports(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[str, str]:
    """Their checksums: over every byte but themselves."""
    earlier, later = report_of("baseline", before, 3), report_of("followup", after, 3)
    return earlier.checksum, _with_changes(later, earlier)


_changed: dict[tuple[str, str], str] = {}


def _with_changes(later: Facts, earlier: Facts) -> str:
    """Work out the changes of two reports once."""
    pair = later.checksum, earlier.checksum
    if pair not in _changed:
        _changed[pair] = with_changes(later, earlier, noise={}).checksum
    return _changed[pair]


@pytest.mark.parametrize(("before", "after"), [(3, 3), (3, 4), (4, 3), (5, 3)])
def test_no_answer_is_certain_from_both_reports_and_what_has_changed(before, after):
    def both(world: tuple[int, ...]) -> tuple[str, str]:
        return both_reports(world[:before], world[before:])

    assert certain_worlds(both, before + after, range(1, 4))[1] == 0


def test_the_search_notices_a_report_made_again_with_a_late_answer():
    def first_and_second(world: tuple[int, ...]) -> tuple[bytes, bytes]:
        return facts_bytes(report_of("baseline", world[:4], 3)), facts_bytes(report_of("baseline", world, 3))

    assert certain_worlds(first_and_second, 5, range(1, 4))[1] > 0


@pytest.mark.parametrize("raters", [3, 5])
def test_no_answer_is_certain_from_a_report_with_the_cohorts_means_to_who_knows_all_other_reports(raters):
    programme = tiny_programme(top=3)
    others = [report_of("baseline", world, 3) for world in [(1, 1, 1), (3, 3, 3), (2, 2, 3), (1, 2, 3)]]

    def with_means(world: tuple[int, ...]) -> bytes:
        own = report_of("baseline", world, 3)
        return facts_bytes(amended(own, cohort_means=cohort_means(programme, [own, *others])))

    assert certain_worlds(with_means, raters, range(1, 4))[1] == 0


def own_scores(ratings: Sequence[int]) -> list[Facts]:
    """Return a report for each of several delegates who have only a self rating."""
    programme = tiny_programme()
    return [
        build_facts(programme, heading(), publish(programme, [rater("self", r, programme=programme)], comment_key=KEY))
        for r in ratings
    ]


def test_four_delegates_of_five_who_compare_know_the_figure_of_the_fifth():
    """docs/threat-model.md: the cohort's mean less four figures leaves the fifth, if the mean is not at an end."""
    own = [Fraction(7, 2), Fraction(4), Fraction(3), Fraction(9, 2), Fraction(17, 5)]
    mean = mean_of(own, 5, clamp_sum).range

    assert mean.is_exact
    assert 5 * mean.shown - sum(own[:4]) == own[4]


def test_no_delegates_own_rating_is_certain_from_the_means_of_five():
    by_rating = own_scores(range(1, 6))

    def means(world: tuple[int, ...]) -> tuple[object, ...]:
        return cohort_means(tiny_programme(), [by_rating[rating - 1] for rating in world])

    worlds, certain = certain_worlds(means, 5, range(1, 6))

    assert (worlds, certain) == (5**5, 0)


def test_the_search_notices_means_of_five_that_are_not_clamped():
    def unclamped(world: tuple[int, ...]) -> int:
        return sum(world)

    assert certain_worlds(unclamped, 5, range(1, 6))[1] == 2  # all lowest, all highest
