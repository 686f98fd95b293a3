"""A delegate costs the same in a large cohort as in a small one: nothing done for one delegate reads all of them."""

from __future__ import annotations

import pytest

from benchmarks.cohort_size import BUDGET, COUNTED, MAX_REFUSED, Figures, added, measure_each, most, over, spread

SIZES = (4, 12, 28)  # `make bench` measures up to 500


@pytest.fixture(scope="module")
def costs() -> Figures:
    return measure_each(SIZES, "--without-reports")


@pytest.mark.parametrize("what", COUNTED)
def test_a_delegate_costs_no_more_in_a_large_cohort_than_in_one_of_four(costs, what):
    assert over(costs, what) <= BUDGET, costs


@pytest.mark.parametrize("what", COUNTED)
def test_one_more_delegate_costs_the_same_in_a_cohort_of_any_size(costs, what):
    assert spread(costs, what) <= BUDGET, added(costs, what)


def test_the_cost_of_a_delegate_stays_within_what_is_known(costs):
    """From enrolment to the figures of the cohort, with 13 raters and the line manager. The same on every machine."""
    assert most(costs, "calls") <= 400
    assert most(costs, "units") <= 3260
    assert most(costs, "refused") <= MAX_REFUSED


def test_a_cost_that_grows_with_the_cohort_is_found():
    """Each delegate reads all others: two more calls for each of them."""
    squared = {size: {"calls": 300 + 2 * size} for size in (4, 12, 28)}

    assert over(squared, "calls") > BUDGET
    assert spread(squared, "calls") > BUDGET
    assert spread({size: {"calls": 300 + 120 / size} for size in (4, 12, 28)}, "calls") == pytest.approx(1)
