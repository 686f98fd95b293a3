"""Figures on a cohort: delegates take the place of raters, and five are the fewest."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from chalicelib.results.cohort import MIN_DELEGATES, cohort_means, consistency, effects
from chalicelib.results.facts import Facts, build_facts
from chalicelib.results.publish import publish
from tests.report.example import KEY, heading, rater, tiny_programme

TWO_ITEMS = tiny_programme(items=2, threshold=3)


def report(*own: int | None, peers: int = 4, manager: int | None = None, programme=TWO_ITEMS) -> Facts:
    """Return a self rating of each item, three peers who say the same of each, and perhaps a manager."""
    answers = [rater("self", *own, programme=programme)]
    answers += [rater("peer", *[peers] * 2, programme=programme)] * 3
    answers += [rater("manager", *[manager] * 2, programme=programme)] if manager else []
    return build_facts(programme, heading(), publish(programme, answers, comment_key=KEY))


def shown(reports: Sequence[Facts], cell: str = "self") -> dict[str, tuple[int, str]]:
    return {m.id: (m.delegates, m.display) for m in cohort_means(TWO_ITEMS, reports) if m.cell == cell}


def test_where_nothing_is_missing_a_cohorts_figure_is_the_mean_over_delegates():
    assert shown([report(a, b) for a, b in [(2, 4), (3, 3), (4, 5), (3, 4), (5, 2)]]) == {
        "only_1": (5, "3.4"),
        "only_2": (5, "3.6"),
        "only": (5, "3.5"),
        "overall": (5, "3.5"),
    }


def test_a_figure_that_four_delegates_have_is_not_there():
    reports = [report(a, 3) for a in (2, 3, 4, 3)] + [report(None, 3)]

    assert shown(reports).keys() == {"only_2", "only", "overall"}
    assert cohort_means(TWO_ITEMS, reports[: MIN_DELEGATES - 1]) == ()


def test_a_mean_at_the_end_of_the_scale_does_not_show_everyones():
    assert shown([report(5, 1) for _ in range(5)])["only_1"] == (5, "4.8 or more")
    assert shown([report(5, 1) for _ in range(5)])["only_2"] == (5, "1.2 or less")


@pytest.mark.parametrize(
    ("before", "after", "display"),
    [
        pytest.param([2, 3, 4, 3, 2], [3, 3, 4, 3, 3], "+0.56", id="small"),
        pytest.param([2, 3, 4, 3, 2], [3, 2, 4, 3, 2], "0.00", id="none"),
        pytest.param([3] * 5, [3] * 5, "0.00", id="none-and-no-one-differs"),
        pytest.param([4] * 5, [3] * 5, "−2.00 or more", id="no-one-differs"),
    ],
)
def test_an_effect_is_stated_for_every_spread(before, after, display):
    earlier = {str(k): report(own, own) for k, own in enumerate(before)}
    later = {str(k): report(own, own) for k, own in enumerate(after)}

    by_id = {(effect.id, effect.cell): effect for effect in effects(later, earlier)}

    assert (by_id["only", "self"].delegates, by_id["only", "self"].display) == (5, display)
    assert by_id["only", "self"].beyond_noise is None


def test_changes_larger_than_noise_are_counted_from_twenty_delegates_on():
    before = [2, 3, 4, 3, 2] * 4
    earlier = {str(k): report(own, own) for k, own in enumerate(before)}
    later = {str(k): report(5 if k == 0 else own, own) for k, own in enumerate(before)}

    (counted,) = {e.beyond_noise for e in effects(later, earlier) if (e.id, e.cell) == ("only", "self")}

    assert counted == 1


@pytest.mark.parametrize(
    ("managers", "display"),
    [
        pytest.param([2, 3, 4, 3, 2], "1.00", id="the-same"),
        pytest.param([4, 3, 2, 3, 4], "0.00", id="the-other-way-round"),
        pytest.param([2, 4, 4, 3, 2], "0.88", id="nearly"),
    ],
)
def test_managers_and_the_other_raters_order_delegates_alike_or_not(managers, display):
    reports = [report(3, 3, peers=p, manager=m) for p, m in zip([2, 3, 4, 3, 2], managers, strict=True)]

    consistencies = {line.id: line for line in consistency(TWO_ITEMS, reports)}

    assert consistencies.keys() == {"only", "overall"}
    assert (consistencies["only"].delegates, consistencies["only"].display) == (5, display)
    assert list(consistency(TWO_ITEMS, reports[:4])) == []
