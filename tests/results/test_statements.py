"""Standard errors, and what may be said of figures with bounds."""

from __future__ import annotations

from fractions import Fraction
from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.answers import Answers, Response
from chalicelib.results.change import with_changes
from chalicelib.results.facts import Facts, build_facts
from chalicelib.results.publish import publish
from chalicelib.results.published import About
from chalicelib.results.rank import ranked_if_apart
from chalicelib.results.rounding import Range, display_gap, display_mean, exactly, weighted
from chalicelib.results.statements import CHANGE_TIMES, GAP_TIMES, HIGHER, LOWER, error_of_gap, middle_of, says, side_of
from chalicelib.results.uncertainty import (
    Spread,
    error_of_difference,
    error_of_mean,
    root,
    spread_of,
    standard_error,
    with_whole_answer,
)
from chalicelib.results.variance_cuts import variance_cuts
from tests.report.example import KEY, by_second_rule, heading, tiny_programme

FOUR = by_second_rule(tiny_programme(items=4))
SPREAD = spread_of(FOUR)
Q = Fraction


# --- standard errors --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "behaviours", "printed"), [(5, 1, "0.38"), (5, 4, "0.28"), (5, 36, "0.25"), (3, 4, "0.36")]
)
def test_standard_errors_of_the_usual_spread(n, behaviours, printed):
    assert f"{float(standard_error(n, behaviours, SPREAD)):.2f}" == printed


@pytest.mark.parametrize(
    ("limit", "what"),
    [
        (1.19, GAP_TIMES * with_whole_answer(standard_error(5, 1, SPREAD))),
        (1.08, GAP_TIMES * with_whole_answer(standard_error(7, 1, SPREAD))),
        (0.99, GAP_TIMES * with_whole_answer(standard_error(10, 1, SPREAD))),
        (0.70, GAP_TIMES * standard_error(5, 4, SPREAD)),
        (0.60, GAP_TIMES * standard_error(7, 4, SPREAD)),
        (0.50, GAP_TIMES * standard_error(10, 4, SPREAD)),
        (1.29, GAP_TIMES * error_of_difference(*[standard_error(3, 4, SPREAD)] * 2)),
        (1.00, GAP_TIMES * error_of_difference(*[standard_error(5, 4, SPREAD)] * 2)),
        (1.73, GAP_TIMES * error_of_difference(standard_error(1, 4, SPREAD), standard_error(5, 4, SPREAD))),
        (0.67, CHANGE_TIMES * error_of_difference(*[standard_error(7, 4, SPREAD)] * 2)),
    ],
)
def test_limits_of_what_is_said(limit, what):
    assert abs(float(what) - limit) < 0.006


def test_the_spread_follows_the_scale_unless_the_programme_fixes_it():
    seven = by_second_rule(tiny_programme(top=7))

    assert spread_of(seven) == Spread(Q(1275, 1000), Q(4, 10))
    assert spread_of(replace(seven, rater_sd=0.7, rater_halo=0.3)) == Spread(Q(7, 10), Q(3, 10))


@pytest.mark.parametrize("variance", [Q(0), Q(1, 12), Q(2), Q(10, 7), Q(4)])
def test_a_root_is_right_to_four_decimals(variance):
    assert abs(float(root(variance)) - sqrt(variance)) <= 0.00005


def test_all_others_weigh_each_cell_by_its_share_and_the_manager_as_one_rater():
    block, manager = standard_error(6, 1, SPREAD), standard_error(1, 1, SPREAD)

    assert isclose(error_of_mean(((Q(6, 7), block), (Q(1, 7), manager))), standard_error(7, 1, SPREAD), abs_tol=0.0001)


# --- bounds -------------------------------------------------------------------------------------------------------

MORE = Range(Q(28, 6), Q(28, 6), Q(5))  # six raters: "4.7 or more"


def test_a_bound_is_carried_into_all_others():
    whole = weighted([(Q(1, 7), exactly(Q(4))), (Q(6, 7), MORE)])

    assert (whole.low, whole.high) == (Q(32, 7), Q(34, 7))
    assert display_mean(whole) == "4.6 or more"


def test_a_gap_that_may_be_zero_is_shown_and_not_said():
    gap = exactly(Q(5)) - MORE

    assert (display_gap(gap), gap.low) == ("+0.3 or less", 0)
    assert says(gap, Q(0), GAP_TIMES) == ""


def test_a_fall_from_a_bound_is_said_by_its_smallest_size():
    change = exactly(Q(4)) - Range(Q(46, 10), Q(46, 10), Q(5))

    assert display_gap(change) == "−0.6 or less"
    assert says(change, Q(3, 10), CHANGE_TIMES) == LOWER
    assert says(change, Q(31, 100), CHANGE_TIMES) == ""


def test_two_bounds_on_one_side_say_nothing():
    both = MORE - MORE

    assert display_gap(both) == "0.0 or so"
    assert says(both, Q(1, 100), CHANGE_TIMES) == ""


def test_a_limit_is_reached_exactly():
    assert says(exactly(Q(5, 2)), Q(1), GAP_TIMES) == HIGHER
    assert says(exactly(Q(249999, 100000)), Q(1), GAP_TIMES) == ""
    assert says(exactly(Q(-5, 2)), Q(1), GAP_TIMES) == LOWER


def test_a_figure_near_a_cut_off_is_too_close_to_call():
    se = standard_error(7, 1, SPREAD)  # 0.32

    assert side_of(exactly(Q(41, 10)), Q(7, 2), se) == HIGHER
    assert side_of(exactly(Q(39, 10)), Q(7, 2), se) == ""
    assert side_of(Range(Q(3), Q(3), Q(37, 10)), Q(7, 2), se) == ""


def average(ratings: tuple[int, ...]) -> Range:
    """Return the mean as the publisher makes it, without a clamp."""
    return exactly(Q(sum(ratings), len(ratings)))


@given(st.integers(3, 10), st.data())
def test_on_every_scale_a_figure_on_its_cut_off_is_on_neither_side(top, data):
    """A float of the figure would lie above or below the cut-off by its last digit."""
    ratings = tuple(data.draw(st.lists(st.integers(1, top), min_size=1, max_size=12)))
    mean, step = average(ratings), Q(1, 10**30)

    for cut in (mean.shown, middle_of(top)):
        side = {-1: LOWER, 0: "", 1: HIGHER}[(mean.shown > cut) - (mean.shown < cut)]
        assert side_of(mean, cut, Q(0)) == side
    assert side_of(mean, mean.shown - step, Q(0)) == HIGHER
    assert side_of(mean, mean.shown + step, Q(0)) == LOWER


# --- what is said of a report ---------------------------------------------------------------------------------------


def report(own: int, peers: str, direct_reports: str = "", *, which: str = "baseline") -> Facts:
    ids = [item.id for item in FOUR.items]
    rows = [("self", str(own) * 4), *(("peer", row) for row in peers.split())]
    rows += [("direct_report", row) for row in direct_reports.split()]
    answers = [Response(group, Answers(dict(zip(ids, map(int, row), strict=True)))) for group, row in rows]
    return build_facts(FOUR, heading(wave=which), publish(FOUR, answers, comment_key=KEY))


def said(facts: Facts, about: str = "competency") -> list[tuple[str, tuple[str, ...]]]:
    return [(s.rule, s.cells) for s in facts.said if s.about == about]


def test_a_gap_is_said_only_beyond_its_limit():
    five = "3344 3443 4343 3434 4433"

    assert said(report(4, five)) == []  # 0.5 apart, limit 0.70
    assert said(report(5, five)) == [("self_higher", ("self", "all_others"))]
    assert said(report(2, five)) == [("self_lower", ("self", "all_others"))]
    (speech,) = (s for s in report(5, five).said if s.about == "competency")
    assert (speech.shown, speech.low, speech.high) == ("3/2", "3/2", "3/2")
    assert (speech.se, speech.limit) == (0.2819, 0.70475)


def test_groups_differ_only_beyond_their_limit():
    assert ("groups_differ", ("peer", "direct_report")) in said(report(3, "4444 5544 4455", "2222 2323 3232"))
    assert said(report(3, "4444 3434 4343", "3333 2323 3232")) == []  # 1.0 apart, limit 1.29


def test_a_rise_is_said_only_beyond_its_limit_and_never_of_the_delegates_own_view():
    before = report(1, "2323 3232 2233 3322 2332")

    risen = with_changes(report(5, "4343 3434 4433 3344 4334", which="followup"), before, {})
    level = with_changes(report(5, "3333 3333 3333 3333 3333", which="followup"), before, {})
    assert ("rose", ("peer",)) in said(risen)
    assert ("rose", ("all_others",)) in said(risen, "overall")
    assert ("self",) not in [s.cells for s in risen.said]
    assert [rule for rule, _ in said(level) if rule in ("rose", "fell")] == []


# --- lists ------------------------------------------------------------------------------------------------------------


def ranges(*means: float) -> dict[str, Range]:
    return {f"i{k}": exactly(Q(str(mean))) for k, mean in enumerate(means)}


def test_a_list_ends_where_the_next_is_printed_differently():
    twelve = ranges(4.8, 4.7, 4.6, 4.5, 4.5, 4.5, 3.9, 3.8, 3.7, 3.0, 2.9, 2.8)

    assert ranked_if_apart(twelve) == (("i0", "i1", "i2"), ("i11", "i10", "i9", "i8", "i7"))


def test_a_list_may_take_in_a_sixth_if_it_can_end_nowhere_else():
    twelve = ranges(4.5, 4.5, 4.5, 4.5, 4.5, 4.5, 3.9, 3.9, 3.9, 3.9, 3.9, 3.9)

    assert [len(names) for names in ranked_if_apart(twelve)] == [6, 6]


def test_many_that_are_level_make_no_list():
    assert ranked_if_apart(ranges(*[4.0] * 14)) == ((), ())


def test_a_list_does_not_end_between_figures_whose_bounds_overlap():
    six = ranges(4.6, 4.5, 3.0, 3.0, 3.0, 2.0)
    six["i1"] = Range(Q("4.5"), Q("4.5"), Q("4.8"))

    assert ranked_if_apart(six)[0] == ("i1", "i0")  # the middle of its bounds puts it first


# --- words of agreement ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "n", "agree", "split"),
    [
        (5, 7, 0.57, 2.33),
        (5, 8, 0.50, 2.27),
        (5, 9, 0.44, 2.19),
        (5, 10, 0.68, 2.06),
        (5, 12, 0.75, 2.00),
        (5, 15, 0.81, 1.95),
        (7, 6, 0.67, 5.07),
        (7, 7, 1.14, 4.67),
        (7, 8, 1.12, 4.55),
        (7, 10, 1.38, 4.28),
    ],
)
def test_cut_offs_of_the_words(top, n, agree, split):
    cuts = variance_cuts(n, top, 3)

    unit = n * (n - 1)
    assert abs(cuts.agree / unit - agree) <= 0.0051
    assert abs(cuts.split / unit - split) <= 0.0051


@pytest.mark.parametrize(("top", "n"), [(5, 5), (5, 6), (4, 8), (7, 5), (3, 10)])
def test_where_no_safe_cut_off_exists_there_is_no_word(top, n):
    assert variance_cuts(n, top, 3) is None


def test_four_points_have_words_from_nine_ratings():
    assert variance_cuts(9, 4, 3) is not None


@pytest.mark.parametrize("n", [16, 24, 60])
def test_more_ratings_than_are_worked_out_keep_the_variances_of_fifteen(n):
    known, cuts = variance_cuts(15, 5, 3), variance_cuts(n, 5, 3)

    assert cuts.agree * 210 <= known.agree * n * (n - 1)
    assert cuts.split * 210 >= known.split * n * (n - 1)


def test_a_difference_is_said_only_if_the_end_nearest_to_zero_reaches_the_limit():
    """Shown as a whole point, but perhaps a tenth: less than two and a half standard errors of a fifth."""
    se = Fraction(1, 5)
    above = Range(shown=Fraction(1), low=Fraction(1, 10), high=Fraction(1))
    below = Range(shown=Fraction(-1), low=Fraction(-1), high=Fraction(-1, 10))

    assert (says(above, se, GAP_TIMES), says(below, se, GAP_TIMES)) == ("", "")
    assert says(replace(above, low=Fraction(1, 2)), se, GAP_TIMES) == HIGHER
    assert says(replace(below, high=Fraction(-1, 2)), se, GAP_TIMES) == LOWER


def test_ones_own_rating_of_a_behaviour_counts_as_a_whole_answer():
    se = Fraction(1, 5)

    assert error_of_gap(About.ITEM, se) == with_whole_answer(se) > se
    assert error_of_gap(About.COMPETENCY, se) == se
