"""What may not be published beside what has been."""

from __future__ import annotations

import pytest

from chalicelib.report.facts import Facts, build_facts
from chalicelib.report.ledger import difference_is_too_small, shows_other_answers
from chalicelib.report.publish import publish

from .example import KEY, heading, rater, tiny_programme


@pytest.mark.parametrize(
    ("published", "further", "refused"),
    [
        pytest.param(["abcd"], "abcde", True, id="a-late-answer"),
        pytest.param(["abcd"], "abcx", True, id="one-for-another"),
        pytest.param(["abcd"], "abcd", False, id="the-same-again"),
        pytest.param(["abcd"], "abcdefg", False, id="three-more"),
        pytest.param(["abcd", "efgh"], "efghi", True, id="any-earlier-one-counts"),
        pytest.param([], "abcd", False, id="the-first"),
    ],
)
def test_a_difference_of_fewer_than_three_is_refused(published, further, refused):
    assert difference_is_too_small(published, further, 3) == refused


def report(*peers: int, wave: str = "baseline", own: int = 3) -> Facts:
    programme = tiny_programme()
    answers = [rater("self", own, programme=programme), *(rater("peer", r, programme=programme) for r in peers)]
    return build_facts(programme, heading(wave=wave), publish(programme, answers, comment_key=KEY))


def test_a_second_report_may_not_rest_on_other_answers():
    assert shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 4, 4))
    assert shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 3))
    assert not shows_other_answers(report(4, 3, 3, 4), report(3, 4, 4, 3))
    assert not shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 4, own=4))
    assert not shows_other_answers(report(4, 3, 3, 4), report(4, 3, 3, 3, wave="followup"))
