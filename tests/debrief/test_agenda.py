"""The agenda of a debrief is made from the report, in the order of the conversation."""

from __future__ import annotations

import html

import pytest

from chalicelib.debrief.agenda import Plan, make_agenda
from chalicelib.results.facts import build_facts
from chalicelib.results.publish import publish
from tests.debrief.test_ticks import case  # noqa: F401 (a fixture)
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.report.example import example_wave, heading
from tests.support import people

PROGRAMME = people.programme()
ORDER = [
    "Who answered",
    "Overall, and three strengths",
    "Hidden strengths: others see more",
    "Where views differ: the delegate sees more",
    "Lowest",
    "What differs between groups",
    "Comments to discuss with care",
    "By workshop",
    "Development areas",
    "What to share",
    "Next dates",
]
PLAN = Plan(("Ask first",), "Mara Manager", ("Debrief: 21 September 2026, 14:00",))


@pytest.fixture
def facts(aws):
    return build_facts(PROGRAMME, heading(), publish(PROGRAMME, example_wave(PROGRAMME), comment_key=b"k"))


def test_points_come_in_the_order_of_the_conversation_and_none_is_empty(facts):
    points = make_agenda(PROGRAMME, facts, PLAN)

    assert [point.title for point in points] == [
        title for title in ORDER if title in {made_point.title for made_point in points}
    ]
    assert all(point.lines for point in points)
    assert {"Who answered", "Overall, and three strengths", "By workshop", "Development areas"} <= {
        point.title for point in points
    }


def test_each_workshop_has_its_two_lowest_behaviours(facts):
    (point,) = [made_point for made_point in make_agenda(PROGRAMME, facts, PLAN) if made_point.title == "By workshop"]
    assert len(point.lines) == len(PROGRAMME.milestones)
    assert all(line.count("; ") == 1 for line in point.lines)


def test_every_figure_of_the_agenda_is_one_of_the_report(facts):
    displayed = {statistic.display for statistic in facts.statistics}
    lines = [line for point in make_agenda(PROGRAMME, facts, PLAN) for line in point.lines]
    named = [line.rpartition("(")[2].rstrip(")") for line in lines if line.endswith(")") and "together" not in line]
    assert named
    assert all(any(figure in text for figure in displayed) for text in named)


def test_a_report_without_others_leaves_their_points_out(aws):
    alone = [response for response in example_wave(PROGRAMME) if response.group == "self"]
    few = build_facts(PROGRAMME, heading(), publish(PROGRAMME, alone, comment_key=b"k"))

    titles = {point.title for point in make_agenda(PROGRAMME, few, PLAN)}
    assert not titles & {"Lowest", "What differs between groups", "By workshop"}


def test_the_coach_sees_the_agenda_before_the_release(visitor, case):  # noqa: F811
    page = html.unescape(visitor.open(case).page)
    assert 'data-message="agenda"' in page
    assert "Who answered" in page
