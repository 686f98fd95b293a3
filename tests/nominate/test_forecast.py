"""What a list is likely to show, when each person invited answers with three chances in four."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import Programme
from chalicelib.nominate.forecast import LIKELY, VERY_LIKELY, GroupForecast, chance_of, forecast
from tests.support import people


def programme(threshold: int) -> Programme:
    return replace(people.programme(), threshold=threshold)


def line(group: str, threshold: int = 3, **counts: int) -> GroupForecast:
    chosen = people.raters(counts.get("peers", 0), counts.get("reports", 0), counts.get("others", 0))
    return next(line for line in forecast(programme(threshold), chosen) if line.group.id == group)


@given(st.integers(0, 7), st.integers(1, 6))
def test_the_chance_counts_every_way_in_which_people_can_answer(invited, wanted):
    shares = {True: Fraction(3, 4), False: Fraction(1, 4)}
    ways = [way for way in product(shares, repeat=invited) if sum(way) >= wanted]
    exact = sum((prod((shares[answered] for answered in way), start=Fraction(1)) for way in ways), Fraction(0))
    assert chance_of(invited, wanted) == pytest.approx(float(exact))


@pytest.mark.parametrize(
    ("invited", "percent"), [(4, 74), (5, 90), (6, 96)], ids=["four-for-three", "five-for-three", "six-for-three"]
)
def test_the_chances_are_those_of_the_design(invited, percent):
    assert round(chance_of(invited, 3) * 100) == percent


@pytest.mark.parametrize(
    ("peers", "text", "more"),
    [
        pytest.param(0, "No one chosen yet.", 0, id="none"),
        pytest.param(2, "2 chosen. With 3 more, this group is very likely to be shown on its own.", 3, id="too-few"),
        pytest.param(4, "4 chosen: likely to be shown on its own (about 7 of 10 such groups are).", 1, id="likely"),
        pytest.param(5, "5 chosen: very likely to be shown on its own.", 0, id="very-likely"),
    ],
)
def test_a_group_shows_how_it_will_be_published(peers, text, more):
    assert line("peer", peers=peers).text.startswith(text)
    assert line("peer", peers=peers).more == more
    assert line("peer", peers=peers).is_alone == (peers >= 5)


def test_no_one_needs_to_be_chosen_in_an_optional_group():
    assert line("other").text == "No one chosen. That is fine."


def test_a_group_that_can_never_be_large_enough_asks_for_no_more():
    small = line("other", threshold=6, others=3)

    assert small.more == 0
    assert "at most" in small.text


def test_a_group_shows_whose_answers_may_be_added_to_it():
    assert (
        "Answers under Other colleagues and partners may be added to it"
        in line("peer", threshold=4, peers=8, others=1).text
    )
    assert "added" not in line("peer", threshold=4, peers=8, others=6).text


@given(st.integers(1, 8), st.integers(0, 8), st.integers(0, 6), st.integers(3, 5))
def test_following_the_advice_makes_a_group_very_likely_on_its_own(peers, reports, others, threshold):
    advice = line("peer", threshold, peers=peers, reports=reports, others=others)
    if not advice.more:
        assert chance_of(peers, threshold) >= VERY_LIKELY or chance_of(advice.group.max, threshold) < VERY_LIKELY
        return
    assert chance_of(peers + advice.more, threshold) >= VERY_LIKELY
    assert chance_of(peers + advice.more - 1, threshold) < VERY_LIKELY
    assert ("likely to be shown on its own (" in advice.text) == (chance_of(peers, threshold) >= LIKELY)
