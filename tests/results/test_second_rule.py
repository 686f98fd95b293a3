"""What the second rule shows of given answers: worked vectors, truth within bounds, equal bytes for equal sums."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Programme
from chalicelib.results.cell_sums import Total, cell_sums
from chalicelib.results.facts import Facts, build_facts, facts_bytes, read_facts
from chalicelib.results.publish import publish
from chalicelib.results.published import ALL_OTHERS
from chalicelib.results.scoring import unclamped
from tests.report.designs import undivided
from tests.report.example import KEY, by_second_rule, example_wave, heading, programme_of, tiny_programme
from tests.report.gallery import cohort

FOUR = by_second_rule(tiny_programme(items=4))
GROUPS = {"P": "peer", "D": "direct_report", "O": "other"}


def wave(programme: Programme, **rows: str) -> list[Response]:
    """P="4435 4334": two peers' answers in the programme's item order; 0 is not able to comment."""
    ids = [item.id for item in programme.items]
    return [
        Response(GROUPS[group], Answers({i: int(mark) or None for i, mark in zip(ids, row, strict=True)}))
        for group, raters in rows.items()
        for row in raters.split()
    ]


def facts_of(programme: Programme, answers: Sequence[Response], **tools) -> Facts:
    return build_facts(programme, heading(), publish(programme, answers, comment_key=KEY, **tools))


def shown(facts: Facts, about: str) -> dict[tuple[str, str], tuple[Fraction, str]]:
    """(id, cell) -> mean and display, all others left out."""
    return {
        (s.id, s.cell): (s.range.shown, s.display)
        for s in facts.statistics
        if s.about == about and s.cell != ALL_OTHERS
    }


def competency(facts: Facts, cell: str) -> tuple[Fraction, str]:
    return shown(facts, "competency")["only", cell]


P, D = "4435 4334 5444", "3233 4323 3332"


def behaviours(facts: Facts) -> list[tuple[Fraction, str]]:
    return list(shown(facts, "item").values())


def test_vector_a_two_cells_of_three():
    facts = facts_of(FOUR, wave(FOUR, P=P, D=D))

    assert [mean for mean, _ in behaviours(facts)] == [Fraction(23, 6), Fraction(19, 6), 3, Fraction(7, 2)]
    assert {s.cell for s in facts.statistics if s.about == "item"} == {"peer+direct_report", ALL_OTHERS}
    assert competency(facts, "peer") == (Fraction(47, 12), "3.9")
    assert competency(facts, "direct_report") == (Fraction(17, 6), "2.8")
    assert facts.agreements == ()


@pytest.mark.parametrize(("peers", "reports", "mean"), [(P, D, Fraction(27, 8)), ("5555 " * 3, "1111 " * 3, 3)])
def test_all_others_are_the_mean_of_the_blocks_behaviours_and_not_of_one_of_its_cells(peers, reports, mean):
    facts = facts_of(FOUR, wave(FOUR, P=peers, D=reports))
    (others,) = [s for s in facts.statistics if (s.about, s.cell) == ("competency", ALL_OTHERS)]

    assert (others.range.shown, others.n) == (mean, 6)
    assert mean == sum(each for each, _ in behaviours(facts)) / len(behaviours(facts))


def test_words_of_agreement_are_about_one_cell_and_never_about_two_together():
    """Eight raters are enough for words; of two cells together they would show how the cells differ."""
    alike = "3343 3343 3333 3343"
    together = facts_of(FOUR, wave(FOUR, P=alike, D=alike))
    alone = facts_of(FOUR, wave(FOUR, P=f"{alike} {alike}"))

    assert [(b.block, b.behaviours) for b in together.blocks] == [("peer+direct_report", True)]
    assert together.agreements == ()
    assert "peer" in {word.cell for word in alone.agreements}


def test_vector_b_everyone_gives_the_top():
    facts = facts_of(FOUR, wave(FOUR, P="5555 5555 5555", D="5555 5555 5555"))

    assert behaviours(facts) == [(Fraction(28, 6), "4.7 or more")] * 4
    for cell in ("peer", "direct_report"):
        assert competency(facts, cell) == (Fraction(14, 3), "4.7 or more")


def test_vector_c_one_cell_gives_the_top_and_the_other_the_lowest():
    facts = facts_of(FOUR, wave(FOUR, P="5555 5555 5555", D="1111 1111 1111"))

    assert behaviours(facts) == [(3, "3.0")] * 4
    assert competency(facts, "peer") == (Fraction(59, 12), "4.9 or more")
    assert competency(facts, "direct_report") == (Fraction(13, 12), "1.1 or less")


def test_vector_d_a_behaviour_that_one_cell_hardly_rated_is_in_no_cell():
    facts = facts_of(FOUR, wave(FOUR, P="4435 4304 5444", D="3230 4320 3332"))

    items = [s for s in facts.statistics if s.about == "item" and s.cell == "peer+direct_report"]
    assert [s.n for s in items] == [6, 6, 5, 4]
    assert [s.range.shown for s in items] == [Fraction(23, 6), Fraction(19, 6), 3, Fraction(15, 4)]
    assert competency(facts, "peer")[0] == Fraction(31, 8)
    assert competency(facts, "direct_report")[0] == Fraction(26, 9)


def test_vector_e_one_block_of_one_cell():
    facts = facts_of(FOUR, wave(FOUR, P="5445 5435 5335 4435 5445"))

    assert [text for _, text in behaviours(facts)] == ["4.6 or more", "3.8", "3.4", "4.6 or more"]
    assert competency(facts, "peer") == (Fraction(41, 10), "4.1 or more")
    (statistic,) = (s for s in facts.statistics if (s.about, s.cell) == ("competency", "peer"))
    assert (statistic.range.low, statistic.range.high) == (Fraction(41, 10), Fraction(43, 10))


def test_vector_f_three_raters_in_all_show_competencies_alone():
    facts = facts_of(FOUR, wave(FOUR, P=P))

    assert shown(facts, "item") == shown(facts, "value") == shown(facts, "overall") == {}
    assert competency(facts, "peer")[0] == Fraction(47, 12)
    assert [(b.block, b.behaviours) for b in facts.blocks] == [("peer", False)]
    assert facts.comments_withheld
    assert not facts.too_few


def test_vector_g_leftovers_join_peers():
    facts = facts_of(FOUR, wave(FOUR, P="4444 4444 4444", D="3333 3333 3333", O="2222"))

    assert behaviours(facts) == [(Fraction(23, 7), "3.3")] * 4
    assert competency(facts, "peer+other") == (Fraction(7, 2), "3.5")
    assert competency(facts, "direct_report") == (3, "3.0")
    assert [cell.title for cell in facts.cells] == ["Peers and other colleagues", "Direct reports"]


def test_values_and_overall_are_shown_by_block_and_never_by_cell():
    programme = by_second_rule(programme_of())
    facts = facts_of(programme, example_wave(programme))

    cells = {about: {s.cell for s in facts.statistics if s.about == about} for about in ("value", "overall", "item")}
    assert set(map(frozenset, cells.values())) == {
        frozenset({"self", "manager", ALL_OTHERS, *(block.block for block in facts.blocks)})
    }
    assert {s.cell for s in facts.statistics if s.about == "competency"} == {
        *("self", "manager", ALL_OTHERS),
        *(cell for block in facts.blocks for cell in block.cells),
    }


# --- bounds ---------------------------------------------------------------------------------------------------

ROWS = st.lists(st.lists(st.sampled_from([0, 1, 1, 1, 2, 3, 4, 5, 5, 5]), min_size=4, max_size=4), max_size=5)
LENIENT = st.lists(st.lists(st.sampled_from([5, 5, 5, 5, 5, 5, 4, 0]), min_size=4, max_size=4), max_size=5)


def marks(rows: Sequence[Sequence[int]]) -> str:
    return " ".join("".join(map(str, row)) for row in rows)


@settings(max_examples=400)
@given(ROWS | LENIENT, ROWS | LENIENT, ROWS | LENIENT)
def test_the_truth_lies_within_the_bounds_of_every_figure(peers, reports, others):
    answers = wave(FOUR, P=marks(peers), D=marks(reports), O=marks(others))
    facts, truth = facts_of(FOUR, answers), facts_of(FOUR, answers, clamp=unclamped, divide=undivided)

    true = {(s.about, s.id, s.cell): s.range.shown for s in truth.statistics}
    assert {(s.about, s.id, s.cell) for s in facts.statistics} == set(true)  # which figures exist is of counts alone
    for s in facts.statistics:
        assert s.range.low <= true[s.about, s.id, s.cell] <= s.range.high
        assert s.range.low <= s.range.shown <= s.range.high
        assert s.bounds == (float(s.range.low), float(s.range.high))


@settings(max_examples=200)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_equal_sums_give_equal_bytes(peers, reports, chance):
    """Ratings of one behaviour that change places within a cell leave every sum as it is."""
    full = [[[rating or 3 for rating in row] for row in rows] for rows in (peers, reports)]
    mixed = [
        list(zip(*(chance.sample(column, len(column)) for column in zip(*rows, strict=True)), strict=True))
        for rows in full
    ]
    first, second = (facts_of(FOUR, wave(FOUR, P=marks(a), D=marks(b))) for a, b in (full, mixed))

    assert facts_bytes(first) == facts_bytes(second) or first.agreements != second.agreements


def test_facts_of_the_second_rule_are_read_as_they_were_written():
    programme = by_second_rule(programme_of())
    facts = facts_of(programme, example_wave(programme))

    assert read_facts(facts_bytes(facts)) == facts
    assert facts.rule == 2
    assert facts.said
    assert facts.blocks


def test_facts_of_the_first_rule_hold_none_of_the_new_keys():
    facts = facts_of(programme_of(), example_wave(programme_of()))

    new = ('"rule"', '"blocks"', '"said"', '"bounds"', '"se"', '"behaviours_from"', '"rater_sd"', '"rater_halo"')
    assert [key for key in new if key in facts_bytes(facts).decode()] == []


@pytest.mark.parametrize(("counts", "words"), [("6", False), ("7", True)])
def test_words_of_agreement_begin_at_seven_ratings(counts, words):
    facts = facts_of(FOUR, wave(FOUR, P=" ".join(["4344"] * int(counts))))

    assert bool(facts.agreements) is words
    assert [(cut.n, cut.agree, cut.split) for cut in facts.agreement_cuts] == ([(7, "0.57", "2.33")] if words else [])


def test_direct_reports_are_heard_alone_in_nine_of_the_demos_twelve_reports():
    reports = cohort(1)
    assert len(reports) == 12
    assert sum(any(cell.groups == ("direct_report",) for cell in facts.cells) for facts in reports) >= 9


# --- three cells: the two limits of a sum are not the same there ------------------------------------------


def _equal_items(total: int) -> list[Total]:
    return [Total(9, total, total, total)] * 4


def test_a_cell_that_gave_the_top_throughout_shows_less():
    sums = cell_sums([60, 36, 36], [[3] * 4] * 3, _equal_items(33), 5)

    assert sums[0].shown == 59
    assert sum(sum_total.shown for sum_total in sums) == 132


def test_a_cell_leaves_room_for_two_that_gave_the_lowest_throughout():
    assert [cell.shown for cell in cell_sums([60, 12, 12], [[3] * 4] * 3, _equal_items(21), 5)] == [58, 13, 13]
