"""The threads of a cohort read only the rows that a delegate may have at this point of the year."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Wave
from chalicelib.store.cohorts import FeedbackState, SurveyStage
from chalicelib.threads.records import _keys
from tests.threads.test_describe import LINE

BEFORE = [state for state in FeedbackState if not state.has_report]
WITH_REPORT = [state for state in FeedbackState if state.has_report]


@pytest.mark.parametrize("state", BEFORE)
def test_no_row_is_read_before_the_report(state):
    assert list(_keys(replace(LINE, feedback=state))) == []


@pytest.mark.parametrize("state", WITH_REPORT)
def test_four_rows_from_the_report_on_and_two_more_once_the_survey_is_open(state):
    line = replace(LINE, feedback=state)
    assert len(list(_keys(line))) == 4
    assert len(list(_keys(replace(line, survey=SurveyStage.OPEN)))) == 6


def test_nothing_is_read_about_someone_who_is_gone():
    assert list(_keys(replace(LINE, withdrawn=True, survey=SurveyStage.CLOSED))) == []


@pytest.mark.parametrize(
    ("state", "wave"),
    [*((state, Wave.BASELINE) for state in BEFORE), *((state, Wave.FOLLOWUP) for state in WITH_REPORT)],
)
def test_during_a_follow_up_the_latest_report_counts(state, wave):
    assert replace(LINE, feedback=state, is_again=True).wave_with_report is wave
