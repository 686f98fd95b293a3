"""What a follow-up report says about the time since the baseline."""

from __future__ import annotations

import pytest

from chalicelib.results.change import with_changes
from chalicelib.results.facts import Facts, build_facts, facts_bytes, read_facts
from chalicelib.results.publish import publish
from tests.report.example import KEY, heading, rater, tiny_programme


def report(wave: str, threshold: int = 3, **groups: list[int]) -> Facts:
    programme = tiny_programme(threshold=threshold)
    answers = [rater(group, rating, programme=programme) for group, ratings in groups.items() for rating in ratings]
    return build_facts(programme, heading(wave=wave), publish(programme, answers, comment_key=KEY))


def changes(before: Facts, after: Facts) -> dict[str, tuple[str, str, str]]:
    facts = with_changes(after, before, noise={})
    return {c.cell: (c.before, c.after, c.display) for c in facts.changes if c.about == "item"}


def test_a_change_is_the_later_figure_less_the_earlier_one():
    before = report("baseline", self=[3], peer=[3, 3, 4])
    after = report("followup", self=[4], peer=[4, 3, 4, 4])

    assert changes(before, after) == {
        "self": ("3.0", "4.0", "+1.0"),
        "peer": ("3.3", "3.8", "+0.4"),
        "all_others": ("3.3", "3.8", "+0.4"),
    }


def test_only_cells_of_both_reports_are_compared():
    before = report("baseline", peer=[3, 3, 4], direct_report=[4, 4])
    after = report("followup", peer=[3, 3, 4], direct_report=[4, 4, 4])

    assert changes(before, after).keys() == {"all_others"}


@pytest.mark.parametrize(
    ("before", "after", "display"),
    [
        pytest.param([3, 3, 3, 3], [5, 5, 5, 5], "+1.8 or more", id="up-to-the-top"),
        pytest.param([5, 5, 5, 5], [3, 3, 3, 3], "−1.8 or less", id="down-from-the-top"),
        pytest.param([1, 1, 1, 1], [3, 3, 3, 3], "+1.8 or more", id="up-from-the-bottom"),
        pytest.param([1, 1, 1, 1], [5, 5, 5, 5], "+3.5 or more", id="from-end-to-end"),
        pytest.param([5, 5, 5, 5], [5, 5, 5, 4], "cannot say", id="at-the-top-both-times"),
    ],
)
def test_a_change_of_bounded_figures_is_bounded_too(before, after, display):
    assert changes(report("baseline", peer=before), report("followup", peer=after))["peer"][2] == display


def test_facts_with_changes_are_read_as_they_were_written():
    facts = with_changes(report("followup", peer=[4, 3, 4]), report("baseline", peer=[3, 3, 4]), noise={})

    assert facts.compared_with == "baseline"
    assert read_facts(facts_bytes(facts)) == facts


def test_facts_without_them_keep_their_checksum():
    """Reports stored before there was such a section stay readable."""
    facts = report("baseline", peer=[3, 3, 4])

    assert b"changes" not in facts_bytes(facts)
    assert read_facts(facts_bytes(facts)) == facts
