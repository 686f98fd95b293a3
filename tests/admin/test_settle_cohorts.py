"""A cohort stays in the administrators' list until its time is over and nothing in it is open or undecided."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chalicelib.admin import needs, schedule_followup
from chalicelib.admin.home import list_needs
from chalicelib.jobs.kinds import JobKind
from chalicelib.ownership import erase_person
from chalicelib.store import catalogue, cohorts, delegates
from chalicelib.store.cohorts import FeedbackState, SurveyStage, key
from chalicelib.store.table import delete
from tests.support import people
from tests.support.cloud import BASE_URL

HOME = f"{BASE_URL}/admin"
PAST = datetime(2028, 1, 10, 7, 50, tzinfo=people.OPENING.tzinfo)  # 406 days after the end, a Monday
MONTH = timedelta(days=30)


def line(**changed: object) -> None:
    dana = delegates.find(people.dana())
    assert dana
    people.write(cohorts.change_line(dana, put=changed))


def feedback(state: FeedbackState) -> None:
    line(**cohorts.set_feedback(state))


def look(now: datetime) -> None:
    """Do what the job of a morning does."""
    needs.send_needs(JobKind.NEEDS.job(f"{now:%Y-%m-%d}", due_at=now, day=f"{now:%Y-%m-%d}"), now)


def listed(now: datetime) -> list[str]:
    return [need.what for of_cohort in list_needs(now).values() for need in of_cohort]


def finished(now: datetime) -> bool:
    (entry,) = catalogue.everything().cohorts
    return entry.is_finished(now.date())


@pytest.fixture
def over(aws, clock):
    """Load a cohort, release its report and close its survey."""
    people.opened(clock)
    line(**cohorts.set_feedback(FeedbackState.RELEASED), survey=SurveyStage.CLOSED)


def test_a_cohort_without_open_ends_is_finished_when_its_time_is_over(over):
    look(PAST - MONTH)
    assert not finished(PAST - MONTH)
    look(PAST)
    assert finished(PAST)
    assert list_needs(PAST) == {}


@pytest.mark.parametrize(
    "undecided",
    [
        lambda: line(**cohorts.set_feedback(FeedbackState.HELD), survey=None),
        lambda: line(left_out="yes"),
        lambda: (line(survey=None), erase_person.erase(people.person("cleo coach").email, PAST)),
    ],
    ids=["held", "cannot be counted", "no coach"],
)
def test_a_decision_stays_in_the_list_until_it_is_taken(over, undecided, visitor, clock):
    undecided()
    clock.to(PAST)
    for months in range(13):
        look(PAST + months * MONTH)
        assert len(listed(PAST + months * MONTH)) == 1
    visitor.let_in_administrator(clock.now()).open(HOME)
    assert visitor.links(f"/delegate/{people.dana()}")

    line(**cohorts.set_feedback(FeedbackState.RELEASED), survey=SurveyStage.CLOSED, left_out="")
    look(PAST + 13 * MONTH)
    assert finished(PAST)


@pytest.mark.parametrize("state", [FeedbackState.COLLECTING, FeedbackState.SCORING])
def test_a_cohort_with_an_open_questionnaire_is_not_finished(over, state):
    feedback(state)
    look(PAST)

    assert not finished(PAST)


@pytest.mark.parametrize(
    ("changed", "is_open"),
    [({"survey": SurveyStage.OPEN}, True), ({"paused_until": "2028-03-01"}, True), ({"withdrawn": True}, False)],
)
def test_a_survey_and_a_pause_keep_a_cohort_and_who_has_left_does_not(over, changed, is_open):
    line(**changed)
    look(PAST)

    assert finished(PAST) is not is_open


def test_a_follow_up_of_a_cohort_that_was_finished_brings_it_back(over):
    look(PAST)
    schedule_followup.plan(people.COHORT, date(2028, 2, 7), date(2028, 2, 25), PAST)
    assert not finished(PAST)

    look(PAST + MONTH)
    assert not finished(PAST + MONTH), "it runs"
    look(PAST + 2 * MONTH)
    assert finished(PAST + 2 * MONTH)


def test_a_cohort_whose_rows_are_deleted_by_then_is_finished_and_the_home_opens(over, visitor, clock):
    people.write(delete(key(people.COHORT)))
    clock.to(PAST)
    visitor.let_in_administrator(clock.now()).open(HOME)
    assert visitor.status == 200

    look(PAST)
    assert finished(PAST)
