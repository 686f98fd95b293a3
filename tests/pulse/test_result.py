"""What a round shows of published figures: half points, at most 2.5, a word instead, and a cohort's mean."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.model import PulseArea, Wave
from chalicelib.pulse.result import MAX_SHOWN, cohort_mean, display_half, half_point_change, word_of
from chalicelib.pulse.seen_so_far import list_areas
from chalicelib.results.disclosure_control import AskedRound, areas_in_words
from chalicelib.results.published import About, Figure
from chalicelib.results.rounding import MINUS, exactly, half_points
from chalicelib.store.pulse_rounds import RoundFigure, RoundResult

NOW = datetime(2026, 10, 16, tzinfo=UTC)


def figure(mean: Fraction, n: int = 5) -> Figure:
    return Figure(About.ITEM, "1", "raters", n, exactly(mean))


@pytest.mark.parametrize(
    ("number", "half"),
    [("0", "0"), ("1/4", "1/2"), ("-1/4", "-1/2"), ("6/25", "0"), ("3/4", "1"), ("-3/4", "-1"), ("7/5", "3/2")],
)
def test_halves_are_rounded_away_from_zero(number, half):
    assert half_points(Fraction(number)) == Fraction(half)


@given(st.fractions(min_value=-3, max_value=3, max_denominator=60))
def test_a_half_point_is_a_half_and_never_further_than_a_quarter_away(number):
    half = half_points(number)

    assert (2 * half).denominator == 1
    assert abs(half - number) <= Fraction(1, 4)


@given(st.lists(st.integers(1, 7), min_size=5, max_size=20))
def test_a_change_is_a_half_point_of_at_most_two_and_a_half(ratings):
    change = half_point_change(figure(Fraction(sum(ratings), len(ratings)), len(ratings)))

    assert -MAX_SHOWN <= change <= MAX_SHOWN
    assert (2 * change).denominator == 1


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ("0", "0"),
        ("1/2", "+0.5"),
        ("-2", f"{MINUS}2.0"),
        ("5/2", "+2.5 or more"),
        ("-5/2", f"{MINUS}2.5 or less"),
    ],
)
def test_how_a_change_is_written(change, written):
    assert display_half(Fraction(change)) == written


@pytest.mark.parametrize(("change", "word"), [("1/2", "better"), ("0", "no change"), ("-1", "mixed or worse")])
def test_a_word_follows_the_half_point(change, word):
    assert word_of(Fraction(change)) == word


def result(change: str, delegate: str = "dana", wave: Wave = Wave.MIDWAY_1, text: str = "Listens") -> RoundResult:
    figures = (RoundFigure("1", change, change or "better"),)
    return RoundResult(delegate, wave, (PulseArea("1", text),), NOW, NOW, figures, (), too_few=False)


@pytest.mark.parametrize(("count", "mean"), [(4, None), (5, "1")])
def test_a_cohorts_mean_needs_five_delegates(count, mean):
    figure = cohort_mean("autumn", [result("1", f"d{k}") for k in range(count)])

    assert (figure.change if figure else None) == mean


def test_a_delegate_who_is_shown_words_is_in_no_mean():
    assert cohort_mean("autumn", [result("1", f"d{k}") for k in range(4)] + [result("", "d5")]) is None


def test_rounds_are_compared_only_in_the_same_words():
    areas = list_areas([result("1"), result("2", wave=Wave.MIDWAY_2), result("2", wave=Wave.MIDWAY_2, text="Hears")])

    assert [(area.text, len(area.readings)) for area in areas] == [("Listens", 2), ("Hears", 1)]


PEOPLE = frozenset(f"r{k}" for k in range(8))


@pytest.mark.parametrize(("left", "hidden"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_later_figure_is_hidden_if_a_few_people_came_or_left(left, hidden):
    earlier = AskedRound(PEOPLE, {"1": "Listens"})
    further = AskedRound(PEOPLE - {f"r{k}" for k in range(left)}, {"1": "Listens", "2": "New"})

    for pair in ((earlier, further), (AskedRound(further.people, earlier.areas), AskedRound(PEOPLE, further.areas))):
        assert areas_in_words([pair[0]], pair[1], threshold=3) == (frozenset({"1"}) if hidden else frozenset())


def test_an_area_in_other_words_is_not_hidden():
    earlier = AskedRound(PEOPLE, {"1": "Listens"})

    assert areas_in_words([earlier], AskedRound(PEOPLE - {"r0"}, {"1": "Hears"}), threshold=3) == frozenset()
