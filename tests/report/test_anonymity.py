"""The proofs: the real publisher on symbolic answers, and on every answer vector of small designs."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import pytest

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Programme
from chalicelib.results.facts import build_facts, facts_bytes
from chalicelib.results.publish import publish
from chalicelib.results.published import About
from chalicelib.results.scoring import unclamped
from tests.report.attackers import AnswerDependent, certain_worlds
from tests.report.designs import (
    Design,
    competency_over_raters,
    designs,
    everything_published,
    one_left_an_item_out,
    threshold_per_group,
)
from tests.report.example import GROUPS, KEY, heading, tiny_programme

# --- no combination of figures is made of fewer than `threshold` raters (D1); nothing looks at a rating (D3) ------


@pytest.mark.parametrize("seed", range(3))
def test_no_combination_of_published_figures_isolates_fewer_raters_than_the_threshold(seed):
    assert [design for design in designs(100, seed) if design.isolated(everything_published)] == []


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(100, 120))
def test_no_combination_isolates_fewer_raters_in_a_thousand_designs(seed):
    assert [design for design in designs(1000, seed) if design.isolated(everything_published)] == []


def test_the_proof_notices_a_mean_over_everyone():
    programme = tiny_programme(threshold=3)
    (item,) = (item.id for item in programme.items)
    design = Design(programme, tuple((group, {item: True}) for group in ["peer"] * 5 + ["direct_report"]))

    assert 5 in design.isolated(threshold_per_group)
    assert design.isolated(everything_published) is None


def test_the_proof_notices_a_competency_mean_from_which_one_rater_can_be_solved():
    design = one_left_an_item_out()

    assert 0 in design.isolated(competency_over_raters)
    assert design.isolated(everything_published) is None


def test_both_leaking_rules_fail_in_many_random_designs():
    some = designs(60, 1)

    assert sum(design.isolated(threshold_per_group) is not None for design in some) > 10
    assert sum(design.isolated(competency_over_raters) is not None for design in some) > 10


def test_a_publisher_that_looks_at_a_rating_is_caught():
    design = one_left_an_item_out()

    with pytest.raises(AnswerDependent):
        publish(design.programme, design.symbolic(), comment_key=KEY)  # the true clamp compares


# --- no answer is ever certain (D2) -----------------------------------------------------------------------------


def certain_in(design: Design, scale: Sequence[int]) -> tuple[int, int]:
    """Worlds, and those in which facts.json leaves a rating only one value."""
    unknown = [(k, item) for k, (_, own) in enumerate(design.raters) for item, rated in own.items() if rated]

    def facts_of(world: tuple[int, ...]) -> bytes:
        ratings = dict(zip(unknown, world, strict=True))
        responses = [
            Response(group, Answers({item: ratings.get((k, item)) for item in own}))
            for k, (group, own) in enumerate(design.raters)
        ]
        published = publish(design.programme, responses, comment_key=KEY)
        return facts_bytes(build_facts(design.programme, heading(), published))

    return certain_worlds(facts_of, len(unknown), scale)


def sizes(most: int) -> list[tuple[int, int, int]]:
    return [size for size in product(range(most + 1), repeat=3) if 0 < sum(size) <= most]


def of_sizes(programme: Programme, size: Sequence[int]) -> Design:
    rated = {item.id: True for item in programme.items}
    return Design(programme, tuple((g.id, rated) for g, n in zip(GROUPS[2:], size, strict=True) for _ in range(n)))


@pytest.mark.parametrize("size", sizes(6), ids=str)
def test_no_answer_is_certain_for_any_answers_of_up_to_six_raters_on_three_points(size):
    _, certain = certain_in(of_sizes(tiny_programme(top=3), size), range(1, 4))

    assert certain == 0


@pytest.mark.parametrize("size", [(3, 0, 0), (5, 0, 0), (4, 1, 0), (3, 1, 1)], ids=str)
def test_no_answer_is_certain_on_five_points(size):
    _, certain = certain_in(of_sizes(tiny_programme(), size), range(1, 6))

    assert certain == 0


@pytest.mark.prove
@pytest.mark.parametrize("size", [(3, 3, 0), (6, 0, 0), (4, 2, 0), (3, 2, 1), (2, 2, 2)], ids=str)
def test_no_answer_of_six_raters_is_certain_on_five_points(size):
    _, certain = certain_in(of_sizes(tiny_programme(), size), range(1, 6))

    assert certain == 0


PATTERNS = {
    "all-rate-both": ["11", "11", "11"],
    "one-leaves-one-out": ["11", "11", "11", "10"],
    "two-leave-different-ones-out": ["10", "01", "11", "11"],
    "one-item-is-not-published": ["11", "11", "10", "10"],
    "two-cannot-comment-at-all": ["11", "11", "11", "00", "00"],
}


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS.keys())
def test_no_answer_is_certain_when_some_are_not_able_to_comment(pattern):
    programme = tiny_programme(items=2, top=3)
    ids = [item.id for item in programme.items]
    raters = tuple(("peer", {item: mark == "1" for item, mark in zip(ids, row, strict=True)}) for row in pattern)
    design = Design(programme, raters)
    unpublished = {item for item in ids if sum(own[item] for _, own in raters) < programme.threshold}

    worlds, certain = certain_in(design, range(1, 4))

    assert worlds == 3 ** sum(row.count("1") for row in pattern)
    assert certain == 0
    assert not unpublished or design.isolated(everything_published) is None


def test_the_search_notices_figures_that_are_not_clamped():
    programme = tiny_programme(top=3)
    (item,) = (item.id for item in programme.items)

    def plain(world: tuple[int, ...]) -> tuple[Fraction, ...]:
        responses = [Response("peer", Answers({item: rating})) for rating in world]
        cells = publish(programme, responses, comment_key=KEY, clamp=unclamped)
        return tuple(figure.range.shown for figure in cells.figures if figure.about is About.ITEM)

    assert certain_worlds(plain, 3, range(1, 4)) == (27, 2)  # all lowest, all highest
