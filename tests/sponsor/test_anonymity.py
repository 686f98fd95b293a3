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

from chalicelib.forms.impact_options import FACTORS
from chalicelib.results.closure import isolates_few, publishable
from chalicelib.results.rounding import one_decimal
from chalicelib.results.scoring import unclamped
from chalicelib.results.sponsor_rule import ENOUGH, ENOUGH_TO_COUNT, Reading, distribution, most_chosen, sum_of, tally
from chalicelib.sponsor.count_areas import BY_LEVEL
from chalicelib.sponsor.evidence import Evidence, mean, number
from chalicelib.sponsor.final.build import build_final
from chalicelib.sponsor.final.counts import FACTOR_SCALE, LADDER, MEASURES, PROPOSALS
from chalicelib.sponsor.final.figures import mean_figure
from chalicelib.sponsor.final.own_and_others import CHANGE, change_lines, managers_change, now_and_then
from chalicelib.sponsor.final.value import value_of, worth_of
from tests.report.attackers import Lin, isolated
from tests.report.example import tiny_programme
from tests.sponsor import final_example

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
            id=f"d{place}",
            has_report=chance.random() < 0.8,
            areas=("1",),
            own=some(relevance="4", recommend="7", money="100", share="50", confidence="50")
            | some(**{f"then_{competency}": "2", f"now_{competency}": "4"}),
            manager=some(change_1="2", share="40"),
            raters_change=(Fraction(1),) if chance.random() < 0.8 else (),
        )
        for place in range(chance.randint(4, 9))
    ]


def symbolic(reading: Reading, what: str) -> Reading:
    values = tuple(None if v is None else Affine({(n, what): Fraction(1)}) for n, v in enumerate(reading.values))
    return Reading(reading.lowest, reading.highest, values)


def readings(programme, people: Sequence[Evidence]) -> dict[str, Reading]:
    """Every mean of the final by what it is about, as the code that makes it reads the answers."""
    by_name = {
        "managers": Reading(*CHANGE, tuple(map(managers_change, people))),
        "raters": Reading(*CHANGE, tuple(mean(person.raters_change) for person in people)),
        "relevance": Reading(1, 5, tuple(number(person.own, "relevance") for person in people)),
        "recommend": Reading(0, 10, tuple(number(person.own, "recommend") for person in people)),
    }
    by_name |= {
        f"factor {name}": Reading(*FACTOR_SCALE, tuple(number(person.own, f"factor.{name}") for person in people))
        for name in FACTORS
    }
    for competency in programme.competencies:
        pairs = [now_and_then(person, competency.id) for person in people]
        for place, what in enumerate(("now", "then")):
            values = tuple(pair[place] if pair else None for pair in pairs)
            by_name[f"{what} {competency.id}"] = Reading(1, programme.top, values)
    return by_name


def shown_rows(programme, people: Sequence[Evidence]) -> list[Lin]:
    """Every linear figure of a final, and the cohort's own mean of the reports, which it shows too."""
    named = (symbolic(reading, what) for what, reading in readings(programme, people).items())
    scores = [reading.score(unclamped) for reading in named]
    return [*(score.range.shown for score in scores if score), *frozen_rows(programme, people), *sums(people)]


def frozen_rows(programme, people: Sequence[Evidence]) -> list[Lin]:
    reported = [n for n, person in enumerate(people) if person.has_report]
    rows = [[Lin({(n, f"pre{c.id}"): Fraction(1)}) for n in reported] for c in programme.competencies]
    return [sum(column) for column in rows if len(column) >= FIVE]


def sums(people: Sequence[Evidence]) -> list[Lin]:
    rows = []
    worths = [worth_of(person) for person in people]
    for name in ("claimed", "attributed", "confident"):
        column = [getattr(worth, name) for worth in worths]
        if sum_of(column).total is not None:
            rows.append(sum(Lin({(n, name): Fraction(1)}) for n, value in enumerate(column) if value))
    return rows


def cohorts(seed: int, many: int) -> Iterator[tuple[object, list[Evidence]]]:
    chance = random.Random(seed)
    programme = tiny_programme()
    return ((programme, random_people(chance, programme)) for _ in range(many))


@pytest.mark.parametrize("seed", range(4))
def test_no_combination_of_the_summarys_figures_isolates_fewer_than_five_delegates(seed):
    examples = [(programme, people) for programme, people in cohorts(seed, 60)]

    assert [p for programme, p in examples if isolated(shown_rows(programme, p), FIVE, frozenset())] == []
    assert sum(len(shown_rows(programme, p)) > 3 for programme, p in examples) > 20, (
        "most cohorts have something to show"
    )


def test_the_proof_notices_a_first_mean_over_those_who_answered_later():
    """Together with the cohort's mean over all reports it gives away who has a report and did not answer."""

    def with_means_of_the_same(programme, people):
        both = [n for n, person in enumerate(people) if person.has_report and person.own]
        rows = [sum(Lin({(n, f"pre{c.id}"): Fraction(1)}) for n in both) for c in programme.competencies]
        return [*shown_rows(programme, people), *(row for row in rows if len(both) >= FIVE)]

    def leavers(seed):
        for programme, people in cohorts(seed, 60):
            yield programme, [*people, Evidence("", "", id="left", has_report=True)]

    assert any(isolated(with_means_of_the_same(programme, p), FIVE, frozenset()) for programme, p in leavers(0))


def test_the_proof_notices_a_mean_of_four():
    people = [Evidence("", "", own={"relevance": "4"}) for _ in range(4)]
    values = symbolic(readings(tiny_programme(), people)["relevance"], "relevance").values

    assert isolated([sum(values)], FIVE, frozenset()) is not None
    assert shown_rows(tiny_programme(), people) == []


# --- no answer is certain for any answers at all -------------------------------------------------------------------


def certain(publish: Callable[[Sequence], Hashable], states: Sequence[tuple], delegates: int) -> list[Sequence]:
    """Return the sets of answers whose page leaves some answer of every delegate only one value."""
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
        return mean_figure(Reading(lowest, highest, tuple(Fraction(value) for (value,) in world)))

    states = [(value,) for value in range(lowest, highest + 1)]
    assert certain(page, states, delegates) == []


def test_the_search_notices_a_mean_that_is_not_clamped():
    worlds = certain(lambda world: sum(value for (value,) in world), [(value,) for value in range(11)], 5)
    assert {value for world in worlds for (value,) in world} == {0, 10}


def change_page(programme, world):
    """One competency now and looking back, as the pages show it next to the published first mean."""
    (competency,) = programme.competencies
    own = [{f"then.{competency.id}": str(then), f"now.{competency.id}": str(now)} for then, now in world]
    people = [Evidence("", "", own=each) for each in own]
    return tuple(change_lines(programme, people, final_example.one_mean(competency.id, programme.top)))


@pytest.mark.parametrize("top", [2, 3])
def test_no_answer_is_certain_from_both_contrasts(top):
    states = [(then, now) for then in range(1, top + 1) for now in range(1, top + 1)]
    programme = tiny_programme(top=top)
    assert change_page(programme, [(1, 1)] * 5) != ()
    assert certain(lambda world: change_page(programme, world), states, 5) == []


def test_the_search_notices_changes_that_are_not_clamped():
    def unclamped_changes(world):
        then, now = (sum(values) for values in zip(*world, strict=True))
        return now - then

    states = [(then, now) for then in range(1, 3) for now in range(1, 3)]
    assert certain(unclamped_changes, states, 5) != []


# --- counts -------------------------------------------------------------------------------------------------------


def counts_behind(publish: Callable[[int, int], Hashable], n: int) -> list[set[int]]:
    alike = defaultdict(set)
    for yes in range(n + 1):
        alike[publish(yes, n)].add(yes)
    return list(alike.values())


def reveals_few(counts: set[int], n: int) -> bool:
    """Whether it is known of fewer than five delegates that they, or that all but they, gave the answer."""
    few, all_but_few = set(range(min(FIVE, n + 1))), set(range(max(0, n - FIVE + 1), n + 1))
    return any(counts & side and not side <= counts for side in (few, all_but_few))


@pytest.mark.parametrize("n", range(1, 26))
def test_a_count_shows_nothing_of_fewer_than_five_delegates(n):
    by_display = counts_behind(lambda yes, n: tally("", yes, n).display, n)

    assert not any(reveals_few(counts, n) for counts in by_display)
    assert (len(by_display) > 1) == (n >= ENOUGH_TO_COUNT)


@pytest.mark.parametrize("n", [9, 12])
def test_the_search_notices_a_plain_count_and_one_that_only_hides_the_small(n):
    plain = counts_behind(lambda yes, n: yes, n)
    only_small = counts_behind(lambda yes, n: yes if yes >= ENOUGH else "few", n)

    assert any(reveals_few(counts, n) for counts in plain)
    assert any(reveals_few(counts, n) for counts in only_small)


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
    by_display = option_counts(lambda chosen: most_chosen(chosen, OPTIONS), n)
    assert not any(reveals_a_small_count(worlds) for worlds in by_display)
    assert not any(max(counts) == n for worlds in by_display if len(worlds) == 1 for counts in worlds)


def test_the_search_notices_a_hidden_count_that_the_total_gives_away():
    def all_but_the_small(chosen):
        return tuple(count if count >= FIVE else None for count in map(chosen.count, "abcd"))

    assert any(reveals_a_small_count(worlds) for worlds in option_counts(all_but_the_small, 16))


# --- several answers -----------------------------------------------------------------------------------------------

GROUPINGS = {"ladder": LADDER, "measures": MEASURES, "proposals": PROPOSALS, "so far": BY_LEVEL}


def parts_of(groupings, counts: Sequence[int]):
    """Return the parts shown of so many delegates with each answer, one thing each."""
    who = iter(range(sum(counts)))
    return distribution("abcd", [[next(who) for _ in range(count)] for count in counts], groupings)


@pytest.mark.parametrize("groupings", GROUPINGS.values(), ids=GROUPINGS)
@pytest.mark.parametrize("n", [5, 9, 10, 12, 16])
def test_the_parts_of_a_chart_show_no_number_of_fewer_than_five(groupings, n):
    alike = defaultdict(list)
    for chosen in combinations_with_replacement(range(4), n):
        counts = tuple(chosen.count(place) for place in range(4))
        alike[parts_of(groupings, counts)].append(counts)
    for parts, worlds in alike.items():
        assert all(part.count >= FIVE for part in parts)
        assert all(part.count < n for part in parts), "everyone's own answer would be certain"
        assert not reveals_a_small_count(worlds)


def test_no_part_rests_on_few_delegates_who_have_much():
    one_has_all = [["d0"] * 9, [f"d{place}" for place in range(9)], [], []]
    assert distribution("abcd", one_has_all, LADDER) == ()


# --- editions, cohorts and the first 360 together --------------------------------------------------------------------

DELEGATES = [f"d{place}" for place in range(12)]
SETS = st.lists(st.sets(st.sampled_from(DELEGATES), min_size=1).map(frozenset), min_size=1, max_size=4)


def attacker(sets: Sequence[frozenset[str]]) -> bool:
    """Whether a combination of sums over these sets is about fewer than five delegates, by the rank test of reports."""
    rows = [sum(Lin({(DELEGATES.index(delegate), "x"): Fraction(1)}) for delegate in each) for each in sets]
    return isolated(rows, FIVE, frozenset()) is not None


@given(SETS)
def test_the_rule_of_closure_is_that_of_an_attacker(sets):
    assert isolates_few(sets) == attacker(sets)


@given(SETS)
def test_what_is_published_together_gives_no_one_away(sets):
    published = [each for each, may in zip(sets, publishable(sets), strict=True) if may]
    assert not published or not attacker(published)
    assert all(len(each) >= FIVE for each in published)


@pytest.mark.parametrize(
    ("first", "second", "may"),
    [
        (range(12), range(11), False),  # who left
        (range(12), range(12), True),
        (range(12), range(7), True),
        (range(7), range(5, 12), True),
        (range(8), range(1, 11), False),
    ],
)
def test_two_sets_may_differ_by_none_or_by_five(first, second, may):
    assert publishable([set(map(str, first)), set(map(str, second))])[1] is may


def test_an_edition_repeats_the_figures_of_the_one_before_after_any_later_answer():
    programme, people = final_example.people.programme(), final_example.everyone()
    baseline = final_example.frozen()
    made = final_example.MADE
    first = build_final(programme, final_example.cohort(), people, made, baseline)
    late = [*people[:-1], final_example.evidence(99)]
    second = build_final(programme, final_example.cohort(), late, made, baseline, baseline, before=first)

    assert (second.edition, second.survey, second.response) == (2, first.survey, first.response)
    assert second.followup != first.followup == ()
    assert {getattr(second.value, name) for name in ("claimed", "attributed", "confident")} == {
        getattr(first.value, name) for name in ("claimed", "attributed", "confident")
    }
    alone = build_final(programme, final_example.cohort(), late, made, baseline)
    assert alone.survey != first.survey, "one more answer changes the figures: their difference would be this answer"


def test_the_first_mean_is_the_published_one_however_few_answer_later():
    """Over those who stayed it would give away the leaver: 12 × 3.5 − 11 × 3.6 = 2.4."""
    programme, baseline, made = final_example.people.programme(), final_example.frozen(), final_example.MADE
    own = [mean for mean in baseline.means if (mean.about, mean.cell) == ("competency", "self")]
    for count in (12, 8):
        people = final_example.everyone(count)
        final = build_final(programme, final_example.cohort(), people, made, baseline)
        firsts = {line.id: (line.first.display, line.first.n) for line in final.survey.changes}
        assert firsts == {mean.id: (mean.display, 12) for mean in own}
        for line in final.survey.changes:
            difference = one_decimal(Fraction(str(line.now.value)) - Fraction(str(line.first.value)))
            assert float(difference) == line.since_first.value


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
    """Return sets of small claims in which the page shows a sum to a reader who knows who claimed nothing."""
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
    nothing_claimed = known_to_who_knows_the_zeros(lambda people: value_of(people, "GBP"))
    assert nothing_claimed == []


def test_the_search_notices_a_total_of_one_claim_and_four_of_zero():
    def totals(people):
        worths = [worth_of(person) for person in people]
        return tuple(sum(getattr(worth, name) for worth in worths) for name in ("claimed", "attributed", "confident"))

    assert known_to_who_knows_the_zeros(totals) != []


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_a_total_has_five_claims_and_none_is_more_than_half_of_it(claims):
    total = sum_of(map(Fraction, claims))
    above = [claim for claim in claims if claim > 0]
    sound = len(above) >= ENOUGH and 2 * max(above) <= sum(above)

    assert (total.total is not None) == sound
    if sound:
        assert (total.total, total.n) == (sum(claims), len(above))
        assert total.why == ""


def test_five_million_among_little_is_not_shown():
    total = sum_of(map(Fraction, (5_000_000, 1000, 1000, 1000, 1000)))
    assert (total.total, total.why) == (None, "one sum is more than half of it")
