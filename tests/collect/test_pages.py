"""A page of the questionnaire keeps or names each posted answer, and makes none up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.collect import pages as form
from chalicelib.collect.pages import Page, Question
from chalicelib.core.answers import NOT_ABLE
from chalicelib.core.model import SELF_GROUP, OpenQuestion
from tests.support import people

TOP = 5
PAGE = Page(
    "c-1",
    "One",
    "",
    (Question("asks", "Asks"), Question("listens", "Listens"), Question("why", "Why?", is_comment=True, longest=40)),
)
ANSWERS = st.sampled_from(["1", "3", "5", NOT_ABLE, "0", "6", "-1", "05", "٣", "1.0", "", " ", " 4 ", "NA"])
TEXTS = st.one_of(ANSWERS, st.text(), st.text(alphabet="ab \r\n\0\ud800", max_size=60))
POSTED = st.dictionaries(st.one_of(st.sampled_from(["asks", "listens", "why", "form", "go"]), st.text()), TEXTS)


@given(POSTED)
def test_every_posted_answer_is_kept_or_named(posted):
    saved, faults = form.read_page(PAGE, TOP, posted)

    said = {question.id for question in PAGE.questions if posted.get(question.id, "").strip()}
    assert set(saved) | {fault.field for fault in faults} == said
    assert not set(saved) & {fault.field for fault in faults}
    assert all(fault.message for fault in faults)


@given(POSTED)
def test_what_is_kept_comes_back_the_same(posted):
    saved, _ = form.read_page(PAGE, TOP, posted)

    assert form.read_page(PAGE, TOP, saved) == (saved, [])
    read = form.answers({PAGE.id: saved}, (PAGE,))
    again = {name: NOT_ABLE if rating is None else str(rating) for name, rating in read.ratings.items()}
    assert {**again, **read.comments} == saved
    assert all(rating is None or 1 <= rating <= TOP for rating in read.ratings.values())


@given(st.dictionaries(st.sampled_from(["c-1", "c-2", "comments", "gone"]), POSTED))
def test_a_rater_carries_on_at_a_page_or_at_the_review(saved):
    pages = tuple(replace(PAGE, id=name) for name in ("c-1", "c-2", "comments"))

    assert 0 <= form.find_first_unanswered_page(pages, saved) <= len(pages)


@pytest.mark.parametrize(
    ("saved", "place"),
    [
        pytest.param({}, 0, id="nothing-yet"),
        pytest.param({"c-1": {"asks": "4"}}, 0, id="half-a-page"),
        pytest.param({"c-1": {"asks": "4", "listens": "na"}}, 1, id="a-whole-page"),
        pytest.param({"c-1": {"asks": "4"}, "c-2": {"asks": "1", "listens": "2"}}, 2, id="a-blank-left-behind"),
        pytest.param({"c-2": {"asks": "1", "listens": "2"}}, 0, id="a-page-jumped-over"),
    ],
)
def test_carrying_on_is_where_one_left_off(saved, place):
    assert form.find_first_unanswered_page((PAGE, replace(PAGE, id="c-2")), saved) == place


def test_a_competency_s_own_question_is_on_its_page_and_the_others_come_last():
    asked = (OpenQuestion("more", "More?"), OpenQuestion("voices", "What about voices?", "inclusion"))
    pages = form.pages(replace(people.programme(), open_questions=asked), "peer")

    assert [question.id for question in pages[-1].questions] == ["more"]
    assert {page.id: [question.id for question in page.comments] for page in pages if page.comments} == {
        "c-inclusion": ["voices"],
        "comments": ["more"],
    }


def test_delegates_are_asked_about_themselves():
    own, others = (form.pages(people.programme(), group)[0].questions[0].text for group in (SELF_GROUP, "peer"))

    assert own.startswith("I ")
    assert not others.startswith("I ")


@pytest.mark.parametrize(
    ("labels", "fits"),
    [
        (("Never", "Rarely", "Sometimes", "Often", "Always"), True),
        (("Strongly disagree", "Disagree", "Agree"), True),
        (("Not yet", "Consistently", "Always"), False),
        (("1", "2", "3", "4", "5", "6"), False),
    ],
)
def test_a_scale_is_in_a_row_on_a_phone_if_its_words_fit(labels, fits):
    assert form.fits_in_a_row(labels) is fits


def test_minutes_left_shrink_with_every_page():
    pages = form.pages(people.programme(), "peer")
    left = [form.minutes_left(pages[place:]) for place in range(len(pages))]

    assert left == sorted(left, reverse=True)
    assert (left[0], left[-1]) == (10, 4)
