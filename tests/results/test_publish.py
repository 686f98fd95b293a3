"""What is published of one delegate's wave: figures and comments."""

from __future__ import annotations

import json
import random
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.answers import Response
from chalicelib.report.render_html import render_html
from chalicelib.report.render_pdf import render_pdf
from chalicelib.results.cohort import cohort_file, with_cohort
from chalicelib.results.facts import Facts, build_facts, facts_bytes
from chalicelib.results.publish import publish
from chalicelib.results.published import ALL_OTHERS, OVERALL_ID, About, PublishedCells
from chalicelib.results.rounding import display_gap, display_mean, exactly
from chalicelib.results.scoring import clamp_sum
from tests.report.example import KEY, by_second_rule, example_wave, heading, programme_of, rater, tiny_programme


def published(programme, *responses: Response) -> PublishedCells:
    return publish(programme, responses, comment_key=KEY)


def mean(cells: PublishedCells, about: About, subject: str, cell: str) -> Fraction | None:
    return next((f.range.shown for f in cells.figures if (f.about, f.id, f.cell) == (about, subject, cell)), None)


def wave_of(programme, **groups: list[int | None]) -> PublishedCells:
    """One rating per rater of a programme with one item."""
    answers = [rater(group, rating, programme=programme) for group, ratings in groups.items() for rating in ratings]
    return published(programme, *answers)


# --- the field's formulae and vectors ---------------------------------------------------------------------------


@pytest.mark.parametrize("about", [About.ITEM, About.COMPETENCY, About.OVERALL])
def test_all_others_is_the_mean_over_raters_and_not_over_groups(about):
    programme = tiny_programme(threshold=3)
    subject = {About.ITEM: "only_1", About.COMPETENCY: "only", About.OVERALL: OVERALL_ID}[about]

    cells = wave_of(programme, self=[5], manager=[2], peer=[4, 4, 5, 4], direct_report=[3, 3, 4])

    assert mean(cells, about, subject, ALL_OTHERS) == Fraction(29, 8)
    assert mean(cells, about, subject, "peer") == Fraction(17, 4)
    assert mean(cells, about, subject, "self") == 5


def test_a_competency_is_the_mean_of_raters_means_when_all_rate_every_item():
    programme = tiny_programme(items=3)
    ratings = [(5, 4, 3), (2, 2, 5), (4, 4, 1), (3, 5, 5)]

    cells = published(programme, *(rater("peer", *own, programme=programme) for own in ratings))

    assert mean(cells, About.COMPETENCY, "only", "peer") == sum(Fraction(sum(own), 3) for own in ratings) / 4


def test_a_competency_is_the_mean_of_raters_means_when_each_leaves_one_item_out():
    """Equally many items each: the weights agree, so the field's formula adds nothing and is met exactly."""
    programme = tiny_programme(items=4)
    ratings = [(None, 4, 3, 5), (2, None, 5, 1), (4, 4, None, 2), (3, 5, 5, None)]

    cells = published(programme, *(rater("peer", *own, programme=programme) for own in ratings))

    assert (
        mean(cells, About.COMPETENCY, "only", "peer") == sum(Fraction(sum(filter(None, own)), 3) for own in ratings) / 4
    )


def test_where_one_rater_left_an_item_out_item_means_take_the_place_of_their_ratings():
    programme = tiny_programme(items=2)
    ratings = [(4, 5), (4, 3), (5, 4), (1, None)]

    cells = published(programme, *(rater("peer", *own, programme=programme) for own in ratings))

    first, second = Fraction(14, 4), Fraction(12, 3)
    assert mean(cells, About.COMPETENCY, "only", "peer") == (3 * (first + second) / 2 + first) / 4


def test_a_rater_with_fewer_than_half_of_the_items_does_not_count_for_a_competency():
    programme = tiny_programme(items=3)
    whole = [rater("peer", 4, 3, 5, programme=programme) for _ in range(3)]

    cells = published(programme, *whole, rater("peer", 1, None, None, programme=programme))

    (figure,) = (f for f in cells.figures if (f.about, f.cell) == (About.COMPETENCY, "peer"))
    assert figure.n == 3


def test_a_competency_needs_the_threshold_in_raters_with_half_of_its_items():
    programme = tiny_programme(items=3)
    answers = [(4, 3, None), (None, 3, 5), (4, None, None), (None, None, 5), (5, None, None)]

    cells = published(programme, *(rater("peer", *own, programme=programme) for own in answers))

    assert mean(cells, About.ITEM, "only_1", "peer") is not None
    assert mean(cells, About.COMPETENCY, "only", "peer") is None


def test_a_competency_is_not_shown_of_two_raters_although_every_item_is():
    """Each item has three ratings, of which two are always the same raters'; the others rated one item of four."""
    programme = tiny_programme(items=4, threshold=3)
    ones = [tuple(3 if item == own else None for item in range(4)) for own in range(4)]
    ratings = [(4, 4, 4, 4), (5, 5, 5, 5), *ones]

    cells = published(programme, *(rater("peer", *own, programme=programme) for own in ratings))

    assert mean(cells, About.ITEM, "only_1", "peer") == 4
    assert mean(cells, About.COMPETENCY, "only", "peer") is None


def test_a_named_rater_with_blanks_keeps_the_plain_mean():
    programme = tiny_programme(items=3)

    cells = published(programme, rater("manager", 2, 5, programme=programme))

    assert mean(cells, About.COMPETENCY, "only", "manager") == Fraction(7, 2)


# --- what is not shown ------------------------------------------------------------------------------------------


def test_an_item_needs_the_threshold_in_ratings_not_in_raters():
    cells = wave_of(tiny_programme(threshold=3), peer=[4, None, None], direct_report=[4, 4, 3])

    assert mean(cells, About.ITEM, "only_1", "peer") is None
    assert mean(cells, About.ITEM, "only_1", ALL_OTHERS) == Fraction(11, 3)


def test_with_too_few_raters_only_self_and_manager_are_shown():
    cells = wave_of(tiny_programme(threshold=4), self=[4], manager=[3], peer=[5, 1], direct_report=[2])

    assert {figure.cell for figure in cells.figures} == {"self", "manager"}
    assert cells.has_too_few


def test_a_group_the_programme_does_not_have_is_a_bug():
    programme = tiny_programme()

    with pytest.raises(KeyError):
        published(programme, rater("stranger", 3, programme=programme))


# --- the ends of the scale --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratings", "display"),
    [
        pytest.param([5] * 5, "4.8 or more", id="all-highest"),
        pytest.param([5] * 4 + [4], "4.8 or more", id="all-but-one-point"),
        pytest.param([5] * 4 + [3], "4.6", id="two-points-below"),
        pytest.param([1] * 5, "1.2 or less", id="all-lowest"),
        pytest.param([1] * 4 + [2], "1.2 or less", id="one-point-above"),
        pytest.param([5] * 30, "5.0", id="rounds-to-the-end-of-the-scale"),
    ],
)
def test_unanimity_at_an_end_of_the_scale_is_not_shown(ratings, display):
    programme = tiny_programme()
    facts = build_facts(programme, heading(), wave_of(programme, peer=ratings))

    assert {s.display for s in facts.statistics} == {display}


@given(st.lists(st.integers(1, 5), min_size=3, max_size=9), st.integers(1, 2))
def test_a_clamped_sum_is_off_by_its_margin_at_most(ratings, margin):
    total, low, high = clamp_sum(sum(ratings), len(ratings), 5, margin)

    assert len(ratings) + margin <= total <= 5 * len(ratings) - margin
    assert low <= sum(ratings) <= high
    assert high - low in (0, margin)


@pytest.mark.parametrize(
    ("number", "display"),
    [(Fraction(13, 4), "3.3"), (Fraction(65, 20), "3.3"), (Fraction(11, 3), "3.7"), (Fraction(4), "4.0")],
)
def test_means_are_rounded_once_half_up(number, display):
    assert display_mean(exactly(number)) == display


@pytest.mark.parametrize(
    ("gap", "display"),
    [(Fraction(1, 4), "+0.3"), (Fraction(-1, 4), "−0.3"), (Fraction(-1, 30), "0.0"), (Fraction(-2), "−2.0")],
)
def test_gaps_carry_their_sign(gap, display):
    assert display_gap(gap) == display


# --- comments ---------------------------------------------------------------------------------------------------


def said(programme, **groups: int) -> PublishedCells:
    return published(
        programme,
        *(rater(g, programme=programme, keep=f"{g} {k}") for g, n in groups.items() for k in range(n)),
    )


@pytest.mark.parametrize(
    ("groups", "cells"),
    [
        pytest.param(
            {"peer": 5, "direct_report": 6}, {"peer": 5, "direct_report": 6}, id="large-cells-keep-their-name"
        ),
        pytest.param(
            {"peer": 6, "direct_report": 4}, {"peer+direct_report": 10}, id="a-small-cell-is-not-named-by-elimination"
        ),
        pytest.param({"peer": 4, "direct_report": 4}, {"peer+direct_report": 8}, id="small-cells-are-pooled"),
        pytest.param({"peer": 4}, {}, id="four-are-withheld"),
        pytest.param({"peer": 2, "direct_report": 1, "other": 2}, {"peer+direct_report+other": 5}, id="a-merged-cell"),
        pytest.param({"self": 1, "manager": 1, "peer": 3}, {"self": 1, "manager": 1}, id="named-ones-stay-named"),
    ],
)
def test_comments_carry_a_name_only_from_five_raters_on(programme, groups, cells):
    published = said(programme, **groups)

    assert {
        cell: [c.cell for c in published.comments].count(cell) for cell in {c.cell for c in published.comments}
    } == cells
    assert published.withholds_comments == (cells.keys() <= {"self", "manager"})


@pytest.mark.parametrize(
    ("groups", "cells"),
    [
        pytest.param({"peer": 8, "direct_report": 9}, {"peer": 8, "direct_report": 9}, id="large-blocks"),
        pytest.param({"peer": 5, "direct_report": 9}, {"peer+direct_report": 14}, id="a-small-block-joins-a-large-one"),
        pytest.param({"peer": 5, "direct_report": 6}, {"peer+direct_report": 11}, id="small-blocks-are-pooled"),
        pytest.param({"peer": 7}, {}, id="seven-are-withheld"),
    ],
)
def test_blocks_carry_comments_only_from_as_many_raters_on_as_the_programme_asks_for(programme, groups, cells):
    """By the second rule a block has five raters, which is enough for its behaviours and not for these comments."""
    comments = said(by_second_rule(programme, comments_from=8), **groups).comments

    assert Counter(comment.cell for comment in comments) == cells


def test_comments_come_in_an_order_that_follows_from_the_key_alone(programme):
    answers = [rater("peer", programme=programme, keep=f"keep {k}", change=f"change {k}") for k in range(8)]
    shuffled = random.Random(3).sample(answers, len(answers))

    first, second = published(programme, *answers).comments, published(programme, *shuffled).comments
    other = publish(programme, answers, comment_key=b"another").comments
    order = {q: [c.text.split()[1] for c in first if c.question == q] for q in ("keep", "change")}

    assert first == second
    assert first != other
    assert order["keep"] != order["change"] != sorted(order["change"])


def test_a_comment_is_kept_word_for_word_but_for_characters_no_document_can_hold(programme):
    text = "Line one\r\nLine\x00 two \ud800 \U0001f389 <b>bold</b>  "
    cells = published(programme, rater("manager", programme=programme, keep=text, change=" \n "))

    assert [c.text for c in cells.comments] == ["Line one\nLine two ? \U0001f389 <b>bold</b>"]


# --- non-interference: the same sums and words give the same report, to the byte (D4) -----------------------------


def moved_point(programme, wave: list[Response], chance: random.Random) -> list[Response]:
    """One point of one item moved between two raters of one cell, as far as the scale and the words allow."""
    cells = published(programme, *wave)
    cell = chance.choice([cell for cell in cells.cells if not cell.named])
    item = chance.choice([item.id for item in programme.items])
    ratings = {k: r.answers.ratings.get(item) for k, r in enumerate(wave) if r.group in cell.groups}
    givers = [k for k, rating in ratings.items() if rating is not None and rating > 1]
    takers = [k for k, rating in ratings.items() if rating is not None and rating < programme.top]
    moved = list(wave)
    if givers and takers:
        for k, step in zip(chance.choice([(g, t) for g in givers for t in takers]), (-1, +1), strict=True):
            answers = moved[k].answers
            moved[k] = Response(
                moved[k].group, replace(answers, ratings={**answers.ratings, item: answers.ratings[item] + step})
            )
    return moved if published(programme, *moved).agreements == cells.agreements else wave


def moved_points(programme, wave: list[Response], chance: random.Random) -> list[Response]:
    for _ in range(10):
        wave = moved_point(programme, wave, chance)
    return wave


def documents(programme, wave: list[Response]) -> tuple[bytes, str]:
    facts = build_facts(programme, heading(), publish(programme, wave, comment_key=KEY))
    return facts_bytes(facts), render_html(programme, facts)


@pytest.mark.parametrize("seed", range(40))
def test_who_of_a_cell_gave_which_rating_changes_no_byte(programme, seed):
    chance = random.Random(seed)
    wave = example_wave(programme, seed)
    moved = moved_points(programme, wave, chance)

    assert moved != wave
    assert documents(programme, moved) == documents(programme, wave)


def test_who_of_a_cell_gave_which_rating_changes_no_byte_of_the_pdf(programme):
    wave = example_wave(programme)
    moved = moved_point(programme, wave, random.Random(5))

    def pdf(responses: list[Response]) -> bytes:
        return render_pdf(programme, build_facts(programme, heading(), publish(programme, responses, comment_key=KEY)))

    assert moved != wave
    assert pdf(moved) == pdf(wave)


def test_the_order_of_responses_changes_no_byte(programme):
    wave = example_wave(programme)

    assert documents(programme, random.Random(1).sample(wave, len(wave))) == documents(programme, wave)


def facts_of(programme, delegate: str, wave: str, answers: list[Response]) -> Facts:
    return build_facts(programme, heading(delegate=delegate, wave=wave), publish(programme, answers, comment_key=KEY))


def cohort_of_five(programme, first: list[Response], again: list[Response]) -> bytes:
    """Every document of a cohort whose Ann was answered about like this; what the others got never changes."""
    others = {f"D{k}": (example_wave(programme, k), example_wave(programme, -k)) for k in (1, 2, 3, 4)}
    waves = {"Ann": (first, again), **others}
    before = {name: facts_of(programme, name, "baseline", both[0]) for name, both in waves.items()}
    after = {name: facts_of(programme, name, "followup", both[1]) for name, both in waves.items()}
    reports = with_cohort(programme, after, before)
    pages = [render_html(programme, reports["Ann"]), *(facts_bytes(facts).decode() for facts in reports.values())]
    return "\n".join([*pages, json.dumps(cohort_file(programme, reports, before))]).encode()


@pytest.mark.parametrize("seed", range(3))
def test_who_gave_which_rating_changes_no_byte_of_a_follow_up_nor_of_the_cohorts_figures(programme, seed):
    chance = random.Random(seed)
    first, again = example_wave(programme, seed), example_wave(programme, seed + 100)
    moved = moved_points(programme, first, chance), moved_points(programme, again, chance)

    assert first not in moved
    assert again not in moved
    assert cohort_of_five(programme, *moved) == cohort_of_five(programme, first, again)


def test_the_comparison_notices_a_report_that_shows_how_answers_are_distributed(programme):
    wave = example_wave(programme)
    moved = moved_points(programme, wave, random.Random(2))

    def distributions(responses: list[Response]) -> list[list[int]]:
        peers = [r.answers.ratings for r in responses if r.group == "peer"]
        return [sorted(own[item.id] or 0 for own in peers) for item in programme.items]

    assert documents(programme, moved) == documents(programme, wave)
    assert distributions(moved) != distributions(wave)


def test_values_are_cut_from_the_same_items():
    programme = programme_of(
        {"only": [("Does it", ("compassion",)), ("Does more", ()), ("Does most", ("compassion",))]}
    )

    cells = published(
        programme, *(rater("peer", *own, programme=programme) for own in [(5, 1, 3), (4, 1, 3), (4, 1, 2), (3, 2, 2)])
    )

    assert mean(cells, About.VALUE, "compassion", "peer") == Fraction(26, 8)
    assert mean(cells, About.VALUE, "together", "peer") is None
