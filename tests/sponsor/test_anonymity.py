"""The proofs for the sponsor: the real summary on symbolic answers, and on every set of answers of small cohorts.

A summary does not know delegates apart, so a set of answers covers all its orders: whose answer it is, is certain
only if every delegate, in every set that gives the same page, says the same.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement
from numbers import Rational

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.results.scoring import unclamped
from chalicelib.results.sponsor_rule import ENOUGH, ENOUGH_TO_COUNT, Reading, most_chosen, sum_of, tally
from chalicelib.sponsor.competency_change import change_lines
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.financial_value import claim_of, columns, worth
from chalicelib.sponsor.readings import POST, PRE, THEN, readings
from chalicelib.sponsor.summary import _shown
from tests.report.attackers import Lin, isolated
from tests.report.example import tiny_programme

FIVE = 5

# --- no combination of figures is made of fewer than five delegates -----------------------------------------------


class Affine(Lin):
    """A delegate's number; a known constant next to it adds nothing."""

    def __add__(self, other):
        return self if isinstance(other, Rational) else Affine((Lin(self.terms) + other).terms)

    __radd__ = __add__


def random_people(chance: random.Random, programme) -> list[Evidence]:
    """Each leaves out what they like: reports, answers, managers and raters."""
    competency = programme.competencies[0].id

    def some(**answers: str) -> dict[str, str]:
        return {name.replace("_", "."): text for name, text in answers.items() if chance.random() < 0.8}

    return [
        Evidence(
            "",
            "",
            self_means={competency: Fraction(3)} if chance.random() < 0.8 else {},
            areas=("1",),
            own=some(relevance="4", recommend="7", money="100", share="50", confidence="50")
            | some(**{f"then_{competency}": "2", f"now_{competency}": "4"}),
            manager=some(change_1="2", share="40"),
            raters_change=(Fraction(1),) if chance.random() < 0.8 else (),
        )
        for _ in range(chance.randint(4, 9))
    ]


def symbolic(reading: Reading, what: str) -> Reading:
    values = tuple(None if v is None else Affine({(n, what): Fraction(1)}) for n, v in enumerate(reading.values))
    return Reading(reading.lowest, reading.highest, values)


def shown_rows(programme, people: Sequence[Evidence]) -> list[Lin]:
    """Every linear figure of the summary, and the cohort's own mean of the reports, which it shows too."""
    named = {key: symbolic(reading, "".join(key)) for key, reading in readings(programme, people).items()}
    found = {key: reading.score(unclamped) for key, reading in named.items()}
    rows = [score.range.shown for key, score in found.items() if score and key[0] not in (PRE, THEN, POST)]
    for competency in programme.competencies:
        points = [found[what, competency.id] for what in (PRE, THEN, POST)]
        if all(points):
            pre, then, post = (point.range.shown for point in points)
            rows += [post + pre * -1, post + then * -1, pre + then * -1]
    return [*rows, *frozen_rows(programme, people), *sums(people)]


def frozen_rows(programme, people: Sequence[Evidence]) -> list[Lin]:
    reported = [
        [Lin({(n, f"pre{c.id}"): Fraction(1)}) for n, one in enumerate(people) if c.id in one.self_means]
        for c in programme.competencies
    ]
    return [sum(column) for column in reported if len(column) >= FIVE]


def sums(people: Sequence[Evidence]) -> list[Lin]:
    rows = []
    claims = {n: claim for n, one in enumerate(people) if (claim := claim_of(one))}
    for name, column in zip(("claimed", "attributed", "confident"), columns(list(claims.values())), strict=True):
        if sum_of(column).total is not None:
            rows.append(sum(Lin({(n, name): Fraction(1)}) for n, value in zip(claims, column, strict=True) if value))
    return rows


def cohorts(seed: int, many: int) -> Iterator[tuple[object, list[Evidence]]]:
    chance = random.Random(seed)
    programme = tiny_programme()
    return ((programme, random_people(chance, programme)) for _ in range(many))


@pytest.mark.parametrize("seed", range(4))
def test_no_combination_of_the_summarys_figures_isolates_fewer_than_five_delegates(seed):
    found = [(programme, people) for programme, people in cohorts(seed, 60)]

    assert [p for programme, p in found if isolated(shown_rows(programme, p), FIVE, frozenset())] == []
    assert sum(len(shown_rows(programme, p)) > 3 for programme, p in found) > 20, "most cohorts have something to show"


def test_the_proof_notices_the_mean_of_a_person_who_has_all_three_points():
    """Together with the cohort's mean over all reports it gives away who has a report and did not answer."""

    def with_each_mean(programme, people):
        named = {key: symbolic(reading, "".join(key)) for key, reading in readings(programme, people).items()}
        scores = (named[PRE, c.id].score(unclamped) for c in programme.competencies)
        return [*shown_rows(programme, people), *(score.range.shown for score in scores if score)]

    assert any(isolated(with_each_mean(programme, p), FIVE, frozenset()) for programme, p in cohorts(0, 60))


def test_the_proof_notices_a_mean_of_four():
    people = [Evidence("", "", own={"relevance": "4"}) for _ in range(4)]
    values = symbolic(readings(tiny_programme(), people)["relevance", ""], "relevance").values

    assert isolated([sum(values)], FIVE, frozenset()) is not None
    assert shown_rows(tiny_programme(), people) == []


# --- no answer is certain for any answers at all -------------------------------------------------------------------


def certain(publish: Callable[[Sequence], Hashable], states: Sequence[tuple], delegates: int) -> list[Sequence]:
    """The sets of answers whose page leaves some answer of every delegate only one value."""
    alike = defaultdict(list)
    for world in combinations_with_replacement(states, delegates):
        alike[publish(world)].append(world)
    return [
        world
        for worlds in alike.values()
        for world in worlds
        if any(len({state[place] for other in worlds for state in other}) == 1 for place in range(len(states[0])))
    ]


SCALES = {"relevance": (1, 5), "recommend": (0, 10), "change": (-3, 3)}


@pytest.mark.parametrize("delegates", [5, 6])
@pytest.mark.parametrize(("lowest", "highest"), SCALES.values(), ids=SCALES.keys())
def test_no_answer_is_certain_from_a_mean(lowest, highest, delegates):
    def page(world):
        return _shown(Reading(lowest, highest, tuple(Fraction(value) for (value,) in world)))

    states = [(value,) for value in range(lowest, highest + 1)]
    assert certain(page, states, delegates) == []


def test_the_search_notices_a_mean_that_is_not_clamped():
    found = certain(lambda world: sum(value for (value,) in world), [(value,) for value in range(11)], 5)
    assert {value for world in found for (value,) in world} == {0, 10}


def change_page(programme, world):
    """One competency before, looking back and now, as the page shows its changes."""
    (competency,) = programme.competencies
    people = [
        Evidence(
            "",
            "",
            self_means={competency.id: Fraction(pre)},
            own={f"then.{competency.id}": str(then), f"now.{competency.id}": str(now)},
        )
        for pre, then, now in world
    ]
    return change_lines(programme, readings(programme, people))


def triples(top: int) -> list[tuple[int, int, int]]:
    return [(pre, then, now) for pre in range(1, top + 1) for then in range(1, top + 1) for now in range(1, top + 1)]


def test_no_answer_is_certain_from_the_three_changes():
    programme = tiny_programme(top=2)
    assert certain(lambda world: change_page(programme, world), triples(2), 5) == []


def test_no_answer_is_certain_on_three_points_to_who_knows_every_first_answer():
    programme = tiny_programme(top=3)
    states = [(then, now) for then in range(1, 4) for now in range(1, 4)]
    assert certain(lambda world: change_page(programme, [(2, *state) for state in world]), states, 5) == []


def test_the_search_notices_changes_that_are_not_clamped():
    def unclamped_changes(world):
        pre, then, now = (sum(values) for values in zip(*world, strict=True))
        return now - pre, now - then

    assert certain(unclamped_changes, triples(2), 5) != []


# --- counts -------------------------------------------------------------------------------------------------------


def counts_behind(publish: Callable[[int, int], Hashable], n: int) -> list[set[int]]:
    alike = defaultdict(set)
    for yes in range(n + 1):
        alike[publish(yes, n)].add(yes)
    return list(alike.values())


def tells_of_few(counts: set[int], n: int) -> bool:
    """Whether it is known of fewer than five delegates that they, or that all but they, gave the answer."""
    few, all_but_few = set(range(min(FIVE, n + 1))), set(range(max(0, n - FIVE + 1), n + 1))
    return any(counts & side and not side <= counts for side in (few, all_but_few))


@pytest.mark.parametrize("n", range(1, 26))
def test_a_count_shows_nothing_of_fewer_than_five_delegates(n):
    found = counts_behind(lambda yes, n: tally("", yes, n).display, n)

    assert not any(tells_of_few(counts, n) for counts in found)
    assert (len(found) > 1) == (n >= ENOUGH_TO_COUNT)


@pytest.mark.parametrize("n", [9, 12])
def test_the_search_notices_a_plain_count_and_one_that_only_hides_the_small(n):
    plain = counts_behind(lambda yes, n: yes, n)
    only_small = counts_behind(lambda yes, n: yes if yes >= ENOUGH else "few", n)

    assert any(tells_of_few(counts, n) for counts in plain)
    assert any(tells_of_few(counts, n) for counts in only_small)


OPTIONS = tuple((name, name) for name in "abcd")


def option_counts(publish: Callable[[Sequence[str]], Hashable], n: int) -> list[list[tuple[int, ...]]]:
    alike = defaultdict(list)
    for chosen in combinations_with_replacement("abcd", n):
        alike[publish(chosen)].append(tuple(chosen.count(name) for name, _ in OPTIONS))
    return list(alike.values())


def reveals_a_small_count(worlds: list[tuple[int, ...]]) -> bool:
    return any(len(set(counts)) == 1 and 0 < counts[0] < FIVE for counts in zip(*worlds, strict=True))


@pytest.mark.parametrize("n", range(5, 16))
def test_the_part_that_most_found_useful_shows_no_small_count(n):
    found = option_counts(lambda chosen: most_chosen(chosen, OPTIONS), n)
    assert not any(reveals_a_small_count(worlds) for worlds in found)
    assert not any(max(counts) == n for worlds in found if len(worlds) == 1 for counts in worlds)


def test_the_search_notices_a_hidden_count_that_the_total_gives_away():
    def all_but_the_small(chosen):
        return tuple(count if count >= FIVE else None for count in map(chosen.count, "abcd"))

    assert any(reveals_a_small_count(worlds) for worlds in option_counts(all_but_the_small, 16))


# --- sums ---------------------------------------------------------------------------------------------------------

SHARES = [("50", "50"), ("100", "100")]  # share and confidence
SMALL = ["0", "1000", "1500", "2000"]
WIDE = ["0", "500", "1000", "1500", "2000", "2500"]  # so that the ends of the small scale are not ends of the world


def claims_page(show, world):
    people = [
        Evidence(
            "", "", own={"money": money, "share": share, "confidence": sure, "basis": "own"}, manager={"share": "50"}
        )
        for money, share, sure in world
    ]
    return show(people)


def known_to_who_knows_the_zeros(show) -> list[Sequence]:
    """Sets of claims on the small scale in which the page shows a sum to a reader who knows who claimed nothing."""
    states = [(money, *shares) for money in WIDE for shares in SHARES]
    alike = defaultdict(list)
    for world in combinations_with_replacement(states, 5):
        zeros = sum(money == "0" for money, *_ in world)
        alike[zeros, claims_page(show, world)].append(world)
    return [
        world
        for worlds in alike.values()
        for world in worlds
        if {money for money, *_ in world} <= set(SMALL)
        and len({money for other in worlds for money, *_ in other} - {"0"}) == 1
    ]


def test_no_claim_is_certain_from_the_three_totals_even_to_who_knows_who_claimed_nothing():
    nothing_claimed = known_to_who_knows_the_zeros(lambda people: worth(people, "GBP"))
    assert nothing_claimed == []


def test_the_search_notices_a_total_of_one_claim_and_four_of_zero():
    def totals(people):
        return tuple(map(sum, columns([claim_of(one) for one in people])))

    assert known_to_who_knows_the_zeros(totals) != []


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_a_total_has_five_claims_and_none_is_more_than_half_of_it(claims):
    found = sum_of(map(Fraction, claims))
    above = [claim for claim in claims if claim > 0]
    sound = len(above) >= ENOUGH and 2 * max(above) <= sum(above)

    assert (found.total is not None) == sound
    if sound:
        assert (found.total, found.n) == (sum(claims), len(above))
        assert found.why == ""


def test_five_million_among_little_is_not_shown():
    found = sum_of(map(Fraction, (5_000_000, 1000, 1000, 1000, 1000)))
    assert (found.total, found.why) == (None, "one sum is more than half of it")
