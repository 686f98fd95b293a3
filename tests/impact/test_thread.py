"""The impact survey of a role: its state follows from its row, and acts move it as the machine says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin import reopen_survey
from chalicelib.core.formatting import last_date
from chalicelib.core.model import PulseArea
from chalicelib.impact.jobs import start_impact
from chalicelib.jobs.kinds import JobKind
from chalicelib.people.leave import leave as withdraw
from chalicelib.store import audit_events, delegates, impact_surveys
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState, surveys_from
from chalicelib.waves.survey_thread import ASKED, SURVEY, AnswerState, state_of
from tests.support import people
from tests.support.drain import drain

AT = datetime(2026, 11, 1, tzinfo=UTC)
AREA = PulseArea("1", "Asks for two views")
NEW = ImpactSurvey("dana", Role.MANAGER, SurveyState.OPEN, AT, AT + timedelta(days=28), (AREA,))
UNFIT = {"change.1": "99"}
STATES = {
    AnswerState.OPEN: {},
    AnswerState.DRAFT: {"answers": {"relevance": "4"}},
    AnswerState.SENT: {"answers": {"relevance": "4"}, "sent": True},
    AnswerState.AMENDED: {"answers": {"relevance": "4"}, "sent": True, "draft": {"relevance": "9"}},
    AnswerState.CLOSED: {"answers": {"relevance": "4"}, "sent": True, "state": SurveyState.CLOSED},
}


@pytest.mark.parametrize("state", STATES)
def test_the_state_follows_from_the_row(state):
    assert state_of(replace(NEW, **STATES[state])) is state


def test_a_survey_that_has_not_opened_is_not_due_or_is_waived_with_the_leaving():
    assert state_of(None) is AnswerState.NOT_DUE
    assert state_of(None, has_left=True) is AnswerState.WAIVED
    assert ASKED == (AnswerState.OPEN, AnswerState.DRAFT)


def test_what_cannot_be_read_is_a_draft_too():
    assert state_of(replace(NEW, unread={"worth": "a lot"})) is AnswerState.DRAFT


def test_every_state_is_reached():
    reached = {SURVEY.start, *(step.after for step in SURVEY.transitions)}
    assert reached == {*AnswerState}


def test_a_survey_of_who_has_left_is_waived_and_never_opens(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    withdraw(people.dana(), clock.now(), "admin@example.org")
    drain(clock.now())

    start_impact(JobKind.IMPACT.job(people.dana(), due_at=clock.now(), delegate=people.dana()), clock.now())

    assert surveys_from(delegates.load_rows(people.dana())) == ()


@pytest.mark.parametrize("state", [SurveyState.OPEN, SurveyState.CLOSED])
def test_what_was_sent_and_cannot_be_counted_is_asked_for_again_once_it_has_closed(aws, clock, state):
    people.load(clock.now())
    drain(clock.now())
    people.write(impact_surveys.add(replace(NEW, delegate_id=people.dana(), answers=UNFIT, sent=True, state=state)))

    reopen_survey.ask_again(people.dana(), clock.now(), "admin@example.org")

    (after,) = surveys_from(delegates.load_rows(people.dana()))
    assert state_of(after) is AnswerState.SENT
    assert after.answers == UNFIT
    assert (after.closes_at > NEW.closes_at) is False if state is SurveyState.OPEN else after.closes_at > clock.now()
    said = [row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("opened the survey")]
    until = last_date(after.closes_at, people.programme().organisation.timezone)
    assert said == ([] if state is SurveyState.OPEN else [f"opened the survey again, until {until}"])
