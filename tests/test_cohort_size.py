"""A delegate costs the same in a large cohort as in a small one: nothing done for one delegate reads all of them."""

from __future__ import annotations

import pytest

from benchmarks.cohort_size import BUDGET, FLAT, MAX_REFUSED, measure_each, over

FEW, MANY = 5, 25


@pytest.fixture(scope="module")
def costs() -> dict[int, dict[str, float]]:
    return measure_each((FEW, MANY), "--without-reports")


@pytest.mark.parametrize("what", FLAT)
def test_a_delegate_costs_as_much_in_a_cohort_of_twenty_five_as_in_one_of_five(costs, what):
    assert over(costs, what) <= BUDGET, costs


def test_the_cost_of_a_delegate_stays_within_what_is_known(costs):
    """From enrolment to the figures of the cohort, with 13 raters and the line manager. The same on every machine."""
    assert costs[FEW]["calls"] <= 400
    assert costs[FEW]["units"] <= 3250
    assert max(figures["refused"] for figures in costs.values()) <= MAX_REFUSED
