"""The field's formulae for a cohort, with the figures of their sources."""

from __future__ import annotations

from fractions import Fraction

import pytest

from chalicelib.results.cohort_statistics import (
    d_av,
    g_av,
    icc1,
    larger_than_noise,
    reliable_change_index,
    standard_error_of_difference,
)

SHROUT_FLEISS = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))
LAKENS_A = [Fraction(x) for x in (9, 7, 8, 9, 8, 9, 9, 10, 9, 9)]
LAKENS_B = [Fraction(x) for x in (9, 6, 7, 8, 7, 9, 8, 8, 8, 7)]


def test_icc1_is_that_of_shrout_and_fleiss():
    assert float(icc1([[Fraction(x) for x in row] for row in SHROUT_FLEISS])) == pytest.approx(0.1657418, abs=5e-8)


def test_icc1_of_figures_that_do_not_vary_is_none():
    assert icc1([[Fraction(3)] * 2] * 4) is None


def test_effect_sizes_are_those_of_lakens():
    assert d_av(LAKENS_B, LAKENS_A) == pytest.approx(1.1287, abs=5e-5)
    assert g_av(LAKENS_B, LAKENS_A) == pytest.approx(1.08, abs=5e-3)
    assert d_av(LAKENS_A[:1] * 3, LAKENS_A[:1] * 3) is None


def test_reliable_change_is_that_of_jacobson_and_truax():
    assert reliable_change_index(47.5, 32.5, 4.74) == pytest.approx(-3.16, abs=5e-3)
    assert standard_error_of_difference(10, 0.8) == pytest.approx(6.3246, abs=5e-5)


def cohort(many: int, one_more: int) -> tuple[list[Fraction], list[Fraction]]:
    """Return delegates spread from 2 to 4; half a tenth up or down since then, and the first `one_more` tenths up."""
    before = [Fraction(20 + k % 21, 10) for k in range(many)]
    after = [x + Fraction((-1) ** k, 20) for k, x in enumerate(before)]
    return before, [after[0] + Fraction(one_more, 10), *after[1:]]


def test_a_change_is_larger_than_noise_if_it_differs_from_what_is_usual():
    assert larger_than_noise(*cohort(20, 10)) == ("yes", *["no"] * 19)
    assert larger_than_noise(*cohort(20, 0)) == ("no",) * 20


def test_nothing_is_said_of_noise_below_twenty_delegates_or_where_nothing_varies():
    assert larger_than_noise(*cohort(19, 10)) == ("cannot say",) * 19
    assert larger_than_noise([Fraction(3)] * 20, [Fraction(4)] * 20) == ("cannot say",) * 20


def test_a_change_that_all_share_is_no_error():
    before, after = cohort(20, 0)

    assert set(larger_than_noise(before, [x + 1 for x in after])) == {"yes"}
