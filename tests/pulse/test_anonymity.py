"""The proofs over baseline, two mid-way rounds and the last pulse together, and against who assumes that people repeat.

Tools: tests/report/attackers.py. Half points are a function of the mean, so they show no more than the mean does: the
rank test takes the means themselves. The search of all worlds takes what is really shown.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import product

import pytest
from msgspec.structs import replace

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import DelegateWave, Programme, PulseArea, Wave, WaveState
from chalicelib.forms.pulse import EVERYONE, SUGGESTION, wave_programme
from chalicelib.impact.pulse_result import pulse_result
from chalicelib.pulse.result import round_result
from chalicelib.results.disclosure_control import AskedRound, areas_in_words
from chalicelib.results.publish import publish
from chalicelib.results.scoring import clamp_sum
from tests.report.attackers import Lin, certain_worlds, isolated
from tests.report.designs import published_of
from tests.report.example import KEY, by_second_rule, tiny_programme
from tests.support import people

RATINGS = range(1, 8)
FIVE, SIX = 5, 6
AREA = PulseArea("1", "Listens")
WORDS = {AREA.id: AREA.text}
WAVES = (Wave.MIDWAY_1, Wave.MIDWAY_2, Wave.PULSE)
THRESHOLD = 3


def wave(which: Wave) -> DelegateWave:
    return DelegateWave("dana", which, WaveState.CLOSED, people.OPENING, people.CLOSE, areas=(AREA,))


def programme_of(which: Wave) -> Programme:
    return wave_programme(people.programme(), wave(which))


def responses(which: Wave, ratings: Sequence[int], said: str = "") -> list[Response]:
    group = EVERYONE.id if which.is_midway else "peer"
    comments = {SUGGESTION: said} if said else {}
    return [Response(group, Answers({AREA.id: rating}, comments)) for rating in ratings]


@cache
def _shown(which: Wave, ratings: tuple[int, ...], in_words: frozenset[str]) -> Hashable:
    programme, answered = programme_of(which), responses(which, ratings)
    published = publish(programme, answered, comment_key=KEY)
    if which.is_midway:
        return round_result(programme, wave(which), published, in_words)
    return pulse_result(wave(which), published, in_words)


def shown(which: Wave, ratings: Sequence[int], in_words: frozenset[str] = frozenset()) -> Hashable:
    """Return what is published of a wave: the order of the answers makes no difference."""
    output = _shown(which, tuple(sorted(ratings)), in_words)
    return repr(output)


# --- one round -------------------------------------------------------------------------------------------------------


def test_no_answer_is_certain_from_a_round_of_five():
    worlds, certain = certain_worlds(lambda world: shown(Wave.MIDWAY_1, world), FIVE, RATINGS)

    assert (worlds, certain) == (7**5, 0)


def test_a_rater_who_knows_their_own_answer_is_certain_only_if_all_others_chose_the_same_end():
    """In 4 of 16,807 worlds, such as: one chose +3 and the other four −3. From the clamped mean it would be 10."""
    worlds, certain = certain_worlds(lambda world: shown(Wave.MIDWAY_1, world), FIVE, RATINGS, colluders=1)

    assert (worlds, certain) == (7**5, 4)
    assert certain_worlds(lambda world: clamp_sum(sum(world), FIVE, 7, 2), FIVE, RATINGS, colluders=1)[1] > certain


def test_the_search_notices_means_of_five_without_rounding_and_limit():
    assert certain_worlds(sum, FIVE, RATINGS)[1] == 2  # all lowest, all highest


def test_what_a_round_shows_depends_on_answers_only_through_their_sum():
    """So a reader who knows the sum knows at least as much: the proofs about means cover rounds."""
    by_sum: dict[int, set[Hashable]] = defaultdict(set)
    for world in product(RATINGS, repeat=FIVE):
        by_sum[sum(world)].add(shown(Wave.MIDWAY_1, world))

    assert {len(outputs) for outputs in by_sum.values()} == {1}


@pytest.mark.parametrize("answered", range(FIVE))
def test_a_round_of_fewer_than_five_shows_nothing(answered):
    programme = programme_of(Wave.MIDWAY_1)
    published = publish(programme, responses(Wave.MIDWAY_1, [6] * answered, "Canary"), comment_key=KEY)
    result = round_result(programme, wave(Wave.MIDWAY_1), published, ())

    assert (result.figures, result.suggestions, result.too_few) == ((), (), True)
    assert "Canary" not in repr(result)


def test_the_number_of_raters_is_nowhere_in_a_result():
    assert shown(Wave.MIDWAY_1, [6] * 5) == shown(Wave.MIDWAY_1, [6] * 9)


# --- baseline, two rounds and the last pulse together ----------------------------------------------------------------


@cache
def _report(ratings: tuple[int, ...]) -> Hashable:
    programme = by_second_rule(tiny_programme(top=7))
    answered = [Response("peer", Answers({"only_1": rating})) for rating in ratings]
    return repr(publish(programme, answered, comment_key=KEY))


def baseline(world: Sequence[int]) -> Hashable:
    return _report(tuple(sorted(world)))


TIMES: Mapping[str, Callable[[tuple[int, ...]], Hashable]] = {
    "baseline": baseline,
    **{which.value: partial(shown, which) for which in WAVES},
}


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("raters", [FIVE, pytest.param(SIX, marks=pytest.mark.prove)])
def test_no_answer_is_certain_at_any_of_the_four_times(time, raters):
    """People answer separately at each time, so what is shown at one time limits no answer of another.

    The answers that fit all that is shown are then every choice of answers that fit at each time: no answer is certain
    from all together if none is from one.
    """
    assert certain_worlds(TIMES[time], raters, RATINGS) == (7**raters, 0)


@pytest.mark.parametrize("seed", range(20))
def test_what_fits_all_four_times_is_every_choice_of_what_fits_each(seed):
    """Of random worlds: exchange the answers of one time for others that look alike, and all looks alike."""
    chance = random.Random(seed)
    worlds = {time: tuple(chance.choices(RATINGS, k=FIVE)) for time in TIMES}
    seen = {time: show(worlds[time]) for time, show in TIMES.items()}
    time, show = chance.choice([*TIMES.items()])
    alike = [world for world in product(RATINGS, repeat=FIVE) if show(world) == seen[time]]
    other = worlds | {time: chance.choice(alike)}

    assert {name: look(other[name]) for name, look in TIMES.items()} == seen
    assert all(len(set(answers)) > 1 for answers in zip(*alike, strict=True))


# --- people who repeat themselves ------------------------------------------------------------------------------------


def before_and_after(in_words: bool) -> Callable[[tuple[int, ...]], Hashable]:
    """Two rounds of six and of five: the first left, and the others repeat what they said."""
    hidden = areas_in_words(
        [AskedRound(frozenset(map(str, range(SIX))), WORDS)],
        AskedRound(frozenset(map(str, range(1, SIX))), WORDS),
        THRESHOLD,
    )
    assert hidden == frozenset(WORDS)

    def both(world: tuple[int, ...]) -> Hashable:
        later = shown(Wave.MIDWAY_2, world[1:], hidden if in_words else frozenset())
        return shown(Wave.MIDWAY_1, world), later

    return both


def leavers_known(publish_both: Callable[[tuple[int, ...]], Hashable]) -> int:
    """Count worlds in which the leaver's answer has only one value."""
    values: defaultdict[Hashable, set[int]] = defaultdict(set)
    many: defaultdict[Hashable, int] = defaultdict(int)
    for world in product(RATINGS, repeat=SIX):
        key = publish_both(world)
        values[key].add(world[0])
        many[key] += 1
    return sum(many[key] for key, outputs in values.items() if len(outputs) == 1)


@pytest.mark.prove
def test_who_leaves_between_two_rounds_is_never_known_for_certain():
    assert leavers_known(before_and_after(in_words=True)) == 0


@pytest.mark.prove
def test_the_search_notices_numbers_where_words_must_be():
    assert leavers_known(before_and_after(in_words=False)) > 0


# --- the rank test ---------------------------------------------------------------------------------------------------


def means(which: Wave, who: Sequence[int], label: str) -> list[Lin]:
    """Return the symbolic figures of a wave that these people answered, by the real publisher."""
    programme = programme_of(which)
    group = EVERYONE.id if which.is_midway else "peer"
    answered = [Response(group, Answers({AREA.id: Lin({(person, label): Fraction(1)})})) for person in who]
    return [figure.range.shown for figure in published_of(programme, answered).figures]


@pytest.mark.parametrize("seed", range(60))
def test_no_combination_of_numbers_over_all_pulses_isolates_fewer_than_three(seed):
    """Even against who takes it that everyone gives the same answer each time: all rounds then share variables."""
    chance = random.Random(seed)
    everyone = range(chance.randint(6, 12))
    rows: list[Lin] = []
    numbered: list[AskedRound] = []
    for which in WAVES:
        asked = frozenset(chance.sample(everyone, chance.randint(FIVE, len(everyone))))
        further = AskedRound(frozenset(map(str, asked)), WORDS)
        if not areas_in_words(numbered, further, THRESHOLD):
            rows += means(which, sorted(asked), "said")
            numbered.append(further)

    assert isolated(rows, THRESHOLD, frozenset()) is None


def test_the_rank_test_notices_a_number_after_one_person_left():
    rows = means(Wave.MIDWAY_1, range(6), "said") + means(Wave.MIDWAY_2, range(1, 6), "said")

    assert 0 in isolated(rows, THRESHOLD, frozenset())


# --- suggestions -----------------------------------------------------------------------------------------------------


def test_suggestions_are_shown_from_five_answers_in_an_order_of_the_key():
    programme = programme_of(Wave.MIDWAY_1)
    said = [
        replace(response, answers=Answers({AREA.id: 6}, {SUGGESTION: f"word {k}"}))
        for k, response in enumerate(_five())
    ]
    orders = [
        round_result(programme, wave(Wave.MIDWAY_1), publish(programme, order, comment_key=KEY), ()).suggestions
        for order in (said, said[::-1])
    ]

    assert sorted(orders[0]) == [f"word {k}" for k in range(FIVE)]
    assert orders[0] == orders[1]


def _five() -> list[Response]:
    return responses(Wave.MIDWAY_1, [6] * FIVE)


def test_a_programme_may_ask_for_no_suggestion():
    quiet = replace(people.programme(), pulse=replace(people.programme().pulse, suggestion=False))

    assert wave_programme(quiet, wave(Wave.MIDWAY_1)).open_questions == ()
