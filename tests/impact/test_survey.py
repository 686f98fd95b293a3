"""What the six-month survey asks and how it is read: tolerant of form, strict of meaning, never an exception."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.impact.fields import Kind, parse_number, questions, read_fields
from chalicelib.impact.survey import faults_of, minutes, read_part, sections
from chalicelib.model import PulseArea
from chalicelib.store.impacts import Role
from tests.support.people import programme

AREAS = (PulseArea("1", "Ask before answering"), PulseArea("2", "Delegate decisions"))
DELEGATE = sections(programme(), AREAS, Role.DELEGATE)
MANAGER = sections(programme(), AREAS, Role.MANAGER)
FIELDS = sorted({question.field for survey in (DELEGATE, MANAGER) for question in questions(survey)})


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("12,000", 12000),
        ("£12,000", 12000),
        ("12 %", 12),
        ("12.5", Decimal("12.5")),
        ("−3", -3),
        ("12k", 12000),
    ],
)
def test_a_number_is_read_as_people_write_it(typed, number):
    assert parse_number(typed) == number


@pytest.mark.parametrize("typed", ["", "twelve", "12,5", "1,2,3", "--3", "12 or 13", "1e9", "١٢"])
def test_what_is_not_surely_a_number_is_refused(typed):
    assert parse_number(typed) is None


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
def test_any_form_gives_answers_or_faults(fields):
    for part in (*DELEGATE, *MANAGER):
        answers, faults = read_part(part, fields)
        known = {question.field for question in questions((part,))}
        assert answers.keys() <= known
        assert {fault.field for fault in faults} <= known


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
def test_what_was_kept_is_kept_again(fields):
    answers, _ = read_fields(DELEGATE, fields)
    assert read_fields(DELEGATE, answers) == (answers, [])


def test_every_development_area_is_asked_about_of_both():
    for survey in (DELEGATE, MANAGER):
        assert {block.title for section in survey for block in section.blocks} >= {area.text for area in AREAS}


def test_percentages_stay_between_nought_and_a_hundred():
    percents = [question.field for question in questions(DELEGATE) if question.kind is Kind.PERCENT]
    _, faults = read_fields(DELEGATE, dict.fromkeys(percents, "101"))
    assert {fault.field for fault in faults} == set(percents)


def test_the_minutes_are_honest_for_a_long_form():
    assert 5 <= minutes(DELEGATE) <= 20
    assert minutes(MANAGER) < minutes(DELEGATE)


def test_an_empty_survey_or_one_at_odds_cannot_be_sent():
    assert [fault.field for fault in faults_of({})] == [""]
    assert [fault.field for fault in faults_of({"money": "100"})] == ["basis"]
    assert [fault.field for fault in faults_of({"measure.1.now": "3"})] == ["measure.1.name"]
    assert faults_of({"relevance": "5"}) == []
