"""What may not be published after what has been published."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.results.disclosure_control import (
    PublishedReport,
    difference_is_too_small,
    report_entry,
    shows_other_answers,
)
from chalicelib.results.facts import build_facts
from chalicelib.results.publish import publish
from tests.report.example import KEY, heading, rater, tiny_programme


@pytest.mark.parametrize(
    ("published", "further", "refused"),
    [
        pytest.param(["abcd"], "abcde", True, id="a-late-answer"),
        pytest.param(["abcd"], "abcx", True, id="one-for-another"),
        pytest.param(["abcd"], "abcd", False, id="the-same-again"),
        pytest.param(["abcd"], "abcdefg", False, id="three-more"),
        pytest.param(["abcd", "efgh"], "efghi", True, id="any-earlier-one-counts"),
        pytest.param([], "abcd", False, id="the-first"),
        pytest.param(["abcd", "efgh"], "abcd", False, id="an-earlier-one-again"),
        pytest.param(["abcd", "efgh"], "abcdefgh", False, id="both-together"),
        pytest.param(["abcd", "efgh"], "abcdefghi", True, id="both-together-and-one-more"),
        pytest.param(["abcdefgh", "abcd"], "efghi", True, id="one-less-the-other-and-one-more"),
        pytest.param(["abcdef", "abcxyz", "defxyz"], "abcdefxyzq", True, id="half-of-three-sums-and-one-more"),
    ],
)
def test_a_difference_of_fewer_than_three_is_refused(published, further, refused):
    assert difference_is_too_small(published, further, 3) == refused


def report(*peers: int, wave: str = "baseline", own: int = 3) -> PublishedReport:
    programme = tiny_programme()
    answers = [rater("self", own, programme=programme), *(rater("peer", r, programme=programme) for r in peers)]
    facts = build_facts(programme, heading(wave=wave), publish(programme, answers, comment_key=KEY))
    return report_entry(facts, "ann", "ann", programme.top)


def test_a_second_report_may_not_rest_on_other_answers():
    assert shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 4, 4))
    assert shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 3))
    assert not shows_other_answers(report(4, 3, 3, 4), report(3, 4, 4, 3))
    assert not shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 4, own=4))
    assert not shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 3, wave="followup"))


MEMBERS = range(7)


@given(st.lists(st.sets(st.sampled_from(MEMBERS), min_size=3), min_size=2, max_size=4, unique_by=frozenset))
def test_the_rank_test_finds_every_combination_with_small_factors(sets):
    """Against a search: every combination of the sums with whole numbers from -2 to 2 is over three members or none."""
    *published, further = sets
    combinations = (
        [sum(factor * (member in one) for factor, one in zip(factors, sets, strict=True)) for member in MEMBERS]
        for factors in product(range(-2, 3), repeat=len(sets))
    )
    found = any(0 < sum(map(bool, combination)) < 3 for combination in combinations)

    refused = any(difference_is_too_small(sets[:k], sets[k], 3) for k in range(1, len(sets)))

    assert refused or not found
    assert not difference_is_too_small([*published, further], further, 3)
