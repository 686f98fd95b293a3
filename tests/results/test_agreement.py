"""The word of agreement: the field's formula, and that it gives away no more than the mean does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from fractions import Fraction
from itertools import combinations_with_replacement, product

import pytest

from chalicelib.core.answers import Answers, Response
from chalicelib.results.agreement import Cuts, Word, agreement, cuts_for, r_wg, usual
from chalicelib.results.facts import build_facts, facts_bytes, read_facts
from chalicelib.results.publish import publish
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About
from chalicelib.results.scoring import clamp_sum
from tests.report.attackers import certain_worlds
from tests.report.example import KEY, heading, rater, tiny_programme

AGREE, MIXED, SPLIT = Word
Spread = Callable[[Sequence[int], int], Hashable]


@pytest.mark.parametrize(
    ("ratings", "top", "expected"),
    [
        pytest.param([4, 4, 5], 5, Fraction(5, 6), id="variance-over-n-minus-1"),
        pytest.param([1, 3, 5], 5, 0, id="below-zero-is-zero"),
        pytest.param([4, 4, 4], 5, 1, id="all-agree"),
        pytest.param([4, 4, 5], 7, Fraction(11, 12), id="seven-points"),
    ],
)
def test_within_group_agreement_is_that_of_james_demaree_and_wolf(ratings, top, expected):
    assert r_wg(ratings, top) == expected


@pytest.mark.parametrize(
    ("ratings", "word"),
    [
        ([4, 4, 4, 4, 4], AGREE),
        ([5, 4, 4, 4, 3], AGREE),
        ([5, 5, 4, 3, 3], MIXED),
        ([5, 4, 3, 2, 4], MIXED),
        ([5, 5, 5, 3, 2], SPLIT),
        ([1, 1, 3, 5, 5], SPLIT),
    ],
)
def test_five_raters_agree_or_are_mixed_or_split(ratings, word):
    cuts = cuts_for(5, 5, threshold=4)

    assert cuts == Cuts(Fraction(5, 8), Fraction(3, 10))
    assert agreement(ratings, 5, cuts) is word


@pytest.mark.parametrize(
    ("n", "top", "threshold", "has_word"),
    [
        pytest.param(4, 5, 3, False, id="four-are-too-few"),
        pytest.param(5, 5, 4, True, id="five-above-a-threshold-of-four"),
        pytest.param(5, 5, 5, False, id="a-word-costs-one-rater"),
        pytest.param(6, 3, 3, False, id="three-points-leave-no-safe-cut-near-the-wanted-one"),
    ],
)
def test_whether_there_is_a_word_depends_on_counts_only(n, top, threshold, has_word):
    assert (cuts_for(n, top, threshold) is not None) == has_word


def test_several_words_are_summed_up_by_the_middle_one_and_by_the_lesser_of_two():
    assert usual([AGREE, SPLIT, AGREE]) is AGREE
    assert usual([AGREE, MIXED]) is MIXED


# --- what is published ------------------------------------------------------------------------------------------


def test_items_competencies_and_all_others_carry_words_from_five_ratings_on():
    programme = tiny_programme(items=2, threshold=4)
    peers = [rater("peer", 4, rating, programme=programme) for rating in (1, 1, 5, 5, None)]
    others = [rater(group, 3, 3, programme=programme) for group in ("self", "manager", *["direct_report"] * 4)]

    published = publish(programme, peers + others, comment_key=KEY)

    words = {(a.about, a.id, a.cell): (a.n, a.word) for a in published.agreements}
    assert words == {
        (About.ITEM, "only_1", "peer"): (5, AGREE),
        (About.COMPETENCY, "only", "peer"): (1, AGREE),
        (About.COMPETENCY, "only", ALL_OTHERS): (1, AGREE),
        (About.OVERALL, OVERALL_ID, "peer"): (1, AGREE),
        (About.OVERALL, OVERALL_ID, ALL_OTHERS): (1, AGREE),
    }


def test_facts_carry_the_words_and_where_they_end():
    programme = tiny_programme()
    wave = [rater("peer", rating, programme=programme) for rating in (4, 4, 4, 5, 3)]

    facts = build_facts(programme, heading(), publish(programme, wave, comment_key=KEY))

    assert {(a.cell, a.word) for a in facts.agreements} == {("peer", "agree"), (ALL_OTHERS, "agree")}
    assert [(cut.n, cut.agree, cut.split) for cut in facts.agreement_cuts] == [(5, "0.63", "0.30")]
    assert read_facts(facts_bytes(facts)) == facts


# --- the attacker -----------------------------------------------------------------------------------------------


def certain_on_five_points(raters: int, colluders: int, spread: Spread | None = None) -> int:
    """Worlds of one cell in which its mean, its word and `spread` together leave an answer only one value."""
    programme = tiny_programme(threshold=3)

    def figures(world: tuple[int, ...]) -> Hashable:
        published = publish(programme, [Response("peer", Answers({"only_1": r})) for r in world], comment_key=KEY)
        words = published.agreements if spread is None else spread(world, programme.top)
        return published.figures, words

    return certain_worlds(figures, raters, range(1, 6), colluders)[1]


def no_word(ratings: Sequence[int], top: int) -> Hashable:
    return None


def test_no_answer_of_five_is_certain_from_mean_and_word():
    assert certain_on_five_points(5, colluders=0) == 0


def test_a_colluder_among_five_learns_from_mean_and_word_what_the_mean_alone_shows():
    assert certain_on_five_points(5, colluders=1) == certain_on_five_points(5, 1, no_word) == 8


@pytest.mark.prove
@pytest.mark.parametrize("colluders", [0, 1])
def test_the_word_on_six_raters_makes_no_more_answers_certain(colluders):
    assert certain_on_five_points(6, colluders) == certain_on_five_points(6, colluders, no_word)


def find_certain(raters: int, top: int, colluders: int, spread: Spread) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    """As the search of all worlds, with the order of the others left out: (colluders' answers, others') laid open."""
    buckets = defaultdict(list)
    for known in product(range(1, top + 1), repeat=colluders):
        for rest in combinations_with_replacement(range(1, top + 1), raters - colluders):
            ratings = known + rest
            buckets[known, clamp_sum(sum(ratings), raters, top), spread(ratings, top)].append(rest)
    return {
        (known, rest)
        for (known, *_), alike in buckets.items()
        for rest in alike
        if len({r for a in alike for r in a}) == 1
    }


def word_of(ratings: Sequence[int], top: int) -> Hashable:
    cuts = cuts_for(len(ratings), top, threshold=3)
    return cuts and agreement(ratings, top, cuts)


@pytest.mark.parametrize("top", [4, 5, 6, 7])
@pytest.mark.parametrize("raters", range(5, 11))
def test_the_word_shows_neither_an_outsider_nor_a_colluder_more_than_the_mean(raters, top):
    assert find_certain(raters, top, 0, word_of) == set()
    assert find_certain(raters, top, 1, word_of) == find_certain(raters, top, 1, no_word)


def test_two_colluders_with_a_word_learn_less_than_without_one_in_a_cell_of_one_rater_less():
    worlds = {
        (raters, spread): len(find_certain(raters, 5, 2, spread))
        / len(list(combinations_with_replacement(range(5), raters - 2)))
        for raters, spread in [(5, word_of), (4, no_word)]
    }

    assert worlds[5, word_of] < worlds[4, no_word]


# --- what is not shown, because it gives away ---------------------------------------------------------------------


def standard_deviation(ratings: Sequence[int], top: int) -> Hashable:
    return r_wg(ratings, top)


def distribution(ratings: Sequence[int], top: int) -> Hashable:
    return tuple(sorted(ratings))


def lows_middles_and_highs(ratings: Sequence[int], top: int) -> Hashable:
    return sum(r <= 2 for r in ratings), sum(r >= 4 for r in ratings)


def the_same_cuts_for_any_number(ratings: Sequence[int], top: int) -> Hashable:
    return agreement(ratings, top, Cuts(Fraction(7, 10), Fraction(3, 10)))


@pytest.mark.parametrize("spread", [standard_deviation, distribution, lows_middles_and_highs])
@pytest.mark.parametrize("raters", [5, 6, 10])
def test_the_search_notices_a_spread_next_to_the_mean(spread, raters):
    assert find_certain(raters, 5, 0, spread)


@pytest.mark.parametrize("raters", [5, 7, 8, 10])
def test_the_search_notices_cut_offs_that_do_not_follow_the_number_of_raters(raters):
    assert find_certain(raters, 5, 1, the_same_cuts_for_any_number) > find_certain(raters, 5, 1, no_word)
