"""What the six-month survey asks and how it is read: tolerant of form, strict of meaning, never an exception."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import PulseArea
from chalicelib.forms.fields import Kind, When, questions, read_fields
from chalicelib.forms.survey import faults_of, minutes, sections_of
from chalicelib.store.impact_surveys import EDITION, ImpactSurvey, Role, SurveyState
from tests.support.people import programme

AREAS = (PulseArea("1", "Ask before answering"), PulseArea("2", "Delegate decisions"))
NOW = datetime.fromisoformat("2027-05-31T09:00:00Z")
ASKED = ImpactSurvey("dana", Role.DELEGATE, SurveyState.OPEN, NOW, NOW, AREAS, edition=EDITION)
OWN = {"measure.1.name": "Falls", "measure.1.money": "1000", "measure.1.basis": "own"}
DELEGATE = sections_of(programme(), ASKED)
MANAGER = sections_of(programme(), replace(ASKED, role=Role.MANAGER), "Dana Delegate", OWN)
FIELDS = sorted({question.field for survey in (DELEGATE, MANAGER) for question in questions(survey)})


def kept(field: str, typed: str, survey=DELEGATE, **more: str) -> str:
    """Return what is kept of one field; else what is said about it."""
    answers, faults = read_fields(survey, {field: typed, **more})
    return answers.get(field) or next(fault.message for fault in faults if fault.field == field)


def in_currency(code: str):
    rules = programme()
    return sections_of(replace(rules, organisation=replace(rules.organisation, currency=code)), ASKED)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", "12"),
        ("12,000", "12000"),
        ("£12,000", "12000"),
        ("12,500.50", "12500.5"),
        ("£12,500.50", "12500.5"),
        ("12 500", "12500"),
        ("12\u202f500.5", "12500.5"),
        ("12'500", "12500"),
        ("12.5", "12.5"),
        ("0.125", "0.125"),
        (".5", "0.5"),
        ("1,234.567", "1234.5670"),
        ("12k", "12000"),
        ("£12.5k", "12500"),
        ("GBP 12", "12"),
        ("12 gbp", "12"),
        ("£12 a year", "12"),
        ("12 pounds per annum", "12"),
        ("£12/yr", "12"),
        ("£12 p.a.", "12"),
        ("1,234,567", "1234567"),
    ],
)
def test_a_sum_is_read_as_people_write_it(typed, number):
    assert kept("measure.1.money", typed) == number


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("12.000", "did you mean £12,000? Then please write 12000. If you mean £12, write 12."),
        ("12.125", "did you mean £12,125? Then please write 12125. If you mean £12.125, write 12.1250."),
        ("1.234,5", "did you mean £1,234.5? Then please write 1234.5."),
        ("1.234.567", "did you mean £1,234,567? Then please write 1234567."),
        ("12,5", "did you mean £12.5? Then please write 12.5."),
        ("0,500", "did you mean £0.5? Then please write 0.5."),
        ("€5,000", "“€” is another currency. Please give the sum in £ (GBP). If you mean £5,000, write 5000."),
        ("$5,000", "“$” is another currency. Please give the sum in £ (GBP). If you mean £5,000, write 5000."),
        ("5000 EUR", "“EUR” is another currency. Please give the sum in £ (GBP). If you mean £5,000, write 5000."),
        ("50 %", "please write only the sum, such as 12,500, without “%”."),
        ("5 million", "did you mean £5,000,000? Then please write 5000000."),
        ("£1.2m", "did you mean £1,200,000? Then please write 1200000."),
        ("£500 a month", "please write only the sum, such as 12,500, without “a month”."),
        ("5000 kr", "“kr” is another currency. Please give the sum in £ (GBP). If you mean £5,000, write 5000."),
        ("-3", "please write 0 or more. Write losses under “What got worse”."),
    ],
)
def test_a_sum_that_can_be_read_in_two_ways_is_refused_with_the_likely_reading(typed, said):
    assert kept("measure.1.money", typed) == f"Worth in money, in £ a year: {said}"


@pytest.mark.parametrize(
    "typed", ["twelve", "1,2,3", "--3", "12 or 13", "1e9", "١٢", "12 5", "5,00,000", "£", "1" * 61]
)
def test_what_is_no_number_is_refused(typed):
    assert "please write" in kept("measure.1.money", typed)


def test_the_form_asks_for_the_programmes_currency_and_takes_no_other():
    euros, francs = in_currency("EUR"), in_currency("CHF")
    assert kept("measure.1.money", "€5,000", euros) == kept("measure.1.money", "CHF 5,000", francs) == "5000"
    assert "Please give the sum in € (EUR). If you mean €5,000, write 5000." in kept("measure.1.money", "£5,000", euros)
    assert "If you mean CHF 5,000, write 5000." in kept("measure.1.money", "£5,000", francs)
    assert [question.text for question in questions(euros) if question.kind is Kind.MONEY] == [
        *["Worth in money, in € a year"] * 3,
        "What did that cost, in € a year?",
    ]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("40", "40"),
        ("40 %", "40"),
        ("40 percent", "40"),
        ("40,5", "did you mean 40.5 %? Then please write 40.5."),
        ("0.4", "did you mean 40 %? Then please write 40."),
        ("12.000", "did you mean 12 %? Then please write 12."),
        ("101", "please write a number from 0 to 100."),
        ("4k", "please write a number from 0 to 100, with or without %."),
        ("£40", "please write a number from 0 to 100, with or without %."),
    ],
)
def test_a_percentage_is_read_with_the_same_care(typed, said):
    assert kept("confidence.1", typed).removeprefix("How sure are you of that, in percent: ") == said


@pytest.mark.parametrize(
    ("typed", "unit", "said"),
    [
        ("18", "", "18"),
        ("−3", "", "-3"),
        ("18 days", "Days", "18"),
        ("18 h", "hours a week", "18"),
        ("18 hrs", "Hours", "18"),
        ("18m", "months", "please write only the number here, and “m” as its unit."),
        ("95%", "%", "95"),
        ("£21,500", "£ a month", "21500"),
        ("95%", "", "please write only the number here, and “%” as its unit."),
        ("€5,000", "£ a month", "please write only the number here, and “€” as its unit."),
        ("12.000", "", "did you mean 12,000? Then please write 12000. If you mean 12, write 12."),
        ("1.234,5", "", "did you mean 1,234.5? Then please write 1234.5."),
    ],
)
def test_a_measure_keeps_its_number_only_where_the_unit_says_the_rest(typed, unit, said):
    text = kept("measure.1.now", typed, **{"measure.1.unit": unit})
    assert text.removeprefix("Now: ") == said


@given(st.decimals(0, 10**9, places=6), st.sampled_from(["measure.1.money", "measure.1.now"]))
def test_a_number_that_is_kept_reads_as_itself(number, field):
    once = kept(field, f"{number:,f}")
    assert Decimal(once) == number
    assert kept(field, once) == once


@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=60)))
def test_any_form_gives_answers_or_faults(fields):
    for part in (*DELEGATE, *MANAGER):
        answers, faults = read_fields((part,), fields)
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


def test_percentages_are_between_zero_and_a_hundred():
    percents = [question.field for question in questions(DELEGATE) if question.kind is Kind.PERCENT]
    _, faults = read_fields(DELEGATE, dict.fromkeys(percents, "101"))
    assert {fault.field for fault in faults} == set(percents)


def test_the_minutes_are_honest_for_a_long_form():
    assert 5 <= minutes(DELEGATE) <= 20
    assert minutes(MANAGER) < minutes(DELEGATE)


def test_an_empty_survey_or_one_at_odds_cannot_be_sent():
    assert [fault.field for fault in faults_of(DELEGATE, {})] == [""]
    named = {"measure.1.name": "Falls", "measure.1.money": "100"}
    assert [fault.field for fault in faults_of(DELEGATE, named)] == ["measure.1.basis"]
    assert [fault.field for fault in faults_of(DELEGATE, {"measure.1.now": "3"})] == ["measure.1.name"]
    assert faults_of(DELEGATE, {"relevance": "5"}) == []


def test_measures_are_asked_about_only_after_a_figure_moved():
    """What the delegate named before is asked about in any case: see test_background."""
    measured = [question for question in questions(DELEGATE) if question.field.startswith("measure.")]
    assert {question.when for question in measured} == {When("moved", ("yes",))}
    (section,) = (section for section in DELEGATE if section.id == "measures")
    assert next(questions((section,))).field == "moved"


def test_what_is_chosen_takes_one_tap():
    """A menu takes three. Only the basis of a sum and the like, which most leave out, are menus."""
    menus = {
        question.field.split(".")[0]
        for survey in (DELEGATE, MANAGER)
        for question in questions(survey)
        if question.kind is Kind.SELECT
    }
    assert menus <= {"measure"}
    levels = [question for question in questions(DELEGATE) if question.field.startswith(("level.", "factor."))]
    assert levels
    assert all(question.kind in (Kind.CHOICE, Kind.POINTS) for question in levels)


def test_what_may_not_apply_has_an_answer_that_says_so():
    factors = [question for question in questions(DELEGATE) if question.field.startswith("factor.")]
    assert factors
    assert all("na" in dict(question.options) for question in factors)
