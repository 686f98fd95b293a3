"""In the impact stage raters are counted once a day, in steps: no count shows whether one of them has answered."""

from __future__ import annotations

import json

import pytest

from chalicelib.admin.cohort_status import impact
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.cli import parser
from chalicelib.core.model import Wave
from chalicelib.store import cohorts, invitations
from chalicelib.store.cohorts import SurveyStage
from tests.impact.test_result import open_survey
from tests.journey.conftest import visitor
from tests.people import scene
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

__all__ = ["visitor"]

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
PEERS = tuple(f"p{place}" for place in range(8))


@pytest.fixture
def surveyed(visitor, clock):
    """Eight peers are asked on the day that the survey opens."""
    open_survey(clock, peers=len(PEERS))
    return visitor


def answer(visitor, *names: str) -> None:
    for name in names:
        link = people.link(name, "answer")
        visitor.open(link).post(f"{link}/pulse", {"1": "6", "2": "5"})
        assert visitor.shows == "collect/thanks"
    visitor.cookies.clear()


def counted() -> str:
    (line,) = cohorts.list_lines(people.COHORT)
    return line.survey_count.words if line.survey_count else ""


def test_answers_are_counted_on_the_next_morning_in_steps(surveyed, clock):
    answer(surveyed, *PEERS[:5])
    assert counted() == ""
    surveyed.let_in_administrator(clock.now()).open(COHORT)
    assert 'data-role="rater"' not in surveyed.page

    drain(clock.advance(days=1))
    assert counted() == "3 or more of 8"
    surveyed.let_in_administrator(clock.now()).open(COHORT)
    assert '<span>Raters</span> <progress value="3" max="8"' in surveyed.page

    surveyed.cookies.clear()
    answer(surveyed, *PEERS[5:])
    assert counted() == "3 or more of 8"
    drain(clock.advance(days=1))
    assert counted() == "6 or more of 8", "nothing is said about a margin of two"


def test_the_command_line_counts_raters_too(surveyed, clock, capsys):
    answer(surveyed, *PEERS[:4])
    drain(clock.advance(days=1))
    parser.main(["cohort", "status", people.COHORT, "--impact"])
    assert "impact\trater\tanswered 3 or more of 8" in capsys.readouterr().out
    parser.main(["cohort", "status", people.COHORT, "--impact", "--json"])
    assert {"role": "rater", "asked": 8, "sent": 3} in json.loads(capsys.readouterr().out)["impact"]


def test_the_command_line_counts_the_same_people_as_the_page(surveyed, clock):
    drain(clock.advance(days=1))
    assert impact(people.COHORT) == load_dashboard(people.COHORT, clock.now()).surveys
    scene.change(clock, "leave")
    assert impact(people.COHORT) == load_dashboard(people.COHORT, clock.now()).surveys == ()


@pytest.mark.parametrize("has_answered", [True, False])
def test_a_rater_whose_address_is_corrected_changes_no_count(surveyed, clock, has_answered):
    """Otherwise the count before and after would show whether they had answered."""
    answer(surveyed, *PEERS[:3])
    drain(clock.advance(days=1))
    rater = people.person(PEERS[0] if has_answered else PEERS[7]).email
    parser.main(["cohort", "replace", people.COHORT, rater, "new@example.org", "--why", "They moved"])
    drain(clock.advance(minutes=1))
    answer(surveyed, *PEERS[3:7])
    for _ in range(2):
        drain(clock.advance(days=1))
        assert counted() == "3 or more of 8"


def test_a_rater_who_is_no_longer_asked_leaves_the_last_count(surveyed, clock):
    answer(surveyed, *PEERS[:3])
    drain(clock.advance(days=1))
    before = next(invited for invited in invitations.of_delegate(people.dana(), Wave.PULSE))
    people.write(*invitations.remove(before))
    answer(surveyed, *(name for name in PEERS[3:] if people.person(name) != before.rater))
    drain(clock.advance(days=1))
    assert counted() == "3 or more of 8"


def test_the_last_count_stays_after_the_survey(surveyed, clock):
    answer(surveyed, *PEERS[:3])
    drain(clock.advance(days=1))
    while cohorts.list_lines(people.COHORT)[0].survey is SurveyStage.OPEN:
        drain(clock.advance(days=7))
    drain(clock.advance(days=2))
    assert counted() == "3 or more of 8"


def test_raters_of_a_delegate_who_has_few_are_not_counted(visitor, clock):
    """Of four, three may be the delegate's own mailboxes or reveal what they did."""
    open_survey(clock, peers=4)
    answer(visitor, *PEERS[:4])
    drain(clock.advance(days=1))
    assert counted() == "a few or none of 4"
