"""Two tabs with the same page, a deadline that passes under a page, and what was typed meanwhile: nothing is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.web import forms
from chalicelib.web.save_moments import milliseconds
from tests.journey.test_questionnaire import ITEMS, PAGE, by_script, link, saved  # noqa: F401 (a fixture)
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain
from tests.support.visitor import Visitor

FIVES = dict.fromkeys(ITEMS, "5")
COMMENTS = "comments"
LATE = "An hour of thought about Dana."


@pytest.fixture
def other(visitor) -> Visitor:
    """Open another tab of the same person."""
    return Visitor(visitor.client)


# --- ratings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"go": "next"}, ["5", "5", "5", "5"]),
        ({"go": "back"}, ["5", "5", "5", "5"]),
        ({"go": "skip"}, ["5", "5", "5", "5"]),
        ({"go": "later"}, ["5", "5", "5", "5"]),
        ({"go": "next", ITEMS[0]: "2"}, ["2", "5", "5", "5"]),
        ({"go": "next", ITEMS[0]: "nine"}, ["5", "5", "5", "5"]),
    ],
)
@pytest.mark.parametrize("hidden", [True, False])
def test_a_blank_from_an_older_tab_takes_no_rating_back(visitor, other, link, typed, kept, hidden):  # noqa: F811
    page = f"{link}/page/{PAGE}"
    visitor.open(page)
    other.open(page).post(page, {**FIVES, "go": "next"})
    if not hidden:  # a page from before pages said what they have seen
        typed = {**typed, "seen": "", "shown": ""}
    visitor.post(page, typed)

    assert saved(visitor, page) == kept


def test_a_blank_takes_no_rating_back_from_the_newest_page_either(visitor, link):  # noqa: F811
    page = f"{link}/page/{PAGE}"
    visitor.open(page).post(page, {**FIVES, "go": "next"})
    visitor.open(page).post(page, {ITEMS[1]: "1", "go": "next"})

    assert saved(visitor, page) == ["5", "1", "5", "5"]


def test_a_rating_that_was_not_touched_does_not_undo_a_newer_one(visitor, other, link):  # noqa: F811
    page = f"{link}/page/{PAGE}"
    other.open(page).post(page, {**FIVES, "go": "next"})
    visitor.open(page)
    other.open(page).post(page, {**FIVES, ITEMS[2]: "1", "go": "next"})
    visitor.post(page, {**FIVES, ITEMS[0]: "3", "go": "next"})

    assert saved(visitor, page) == ["3", "5", "1", "5"]


def test_saving_by_script_is_one_call_again_and_again(visitor, clock, link):  # noqa: F811
    page, now = f"{link}/page/{PAGE}", milliseconds(clock.now())
    visitor.open(page)
    calls = []
    for number in range(1, len(ITEMS) + 1):
        answers = dict.fromkeys(ITEMS[:number], "4")
        seen = " ".join(str(now + earlier) for earlier in range(number))
        with count_calls() as saving:
            by_script(visitor, page, now + number, seen=seen if number > 1 else "0", **answers)
        calls.append(saving.total())

    assert calls == [1, 1, 1, 1]
    assert saved(visitor, page) == ["4", "4", "4", "4"]


def test_a_page_is_saved_in_one_call_when_it_is_opened_again(visitor, link):  # noqa: F811
    page = f"{link}/page/{PAGE}"
    visitor.open(page).post(page, {**FIVES, "go": "next"})
    visitor.open(page)
    with count_calls() as saving:
        visitor.post(page, {**FIVES, "go": "next"})

    assert saving.total() == 2  # and the page that it leads on to


# --- comments --------------------------------------------------------------------------------------------------------


def comments(visitor: Visitor, link: str) -> list[str]:  # noqa: F811
    visitor.open(f"{link}/page/{COMMENTS}")
    return [text.strip() for text in visitor.areas() if text.strip()]


def test_a_comment_that_was_shown_and_emptied_is_removed(visitor, link):  # noqa: F811
    page = f"{link}/page/{COMMENTS}"
    visitor.open(page).post(page, {"strengths": "Listens.", "one_change": "Rest more."})
    visitor.open(page).post(page, {"strengths": "", "one_change": "Rest more."})

    assert comments(visitor, link) == ["Rest more."]


@pytest.mark.parametrize("typed", [{}, {"one_change": "Rest more."}])
def test_a_comment_that_was_not_shown_is_kept(visitor, other, link, typed):  # noqa: F811
    page = f"{link}/page/{COMMENTS}"
    visitor.open(page)
    other.open(page).post(page, {"strengths": "Listens."})
    visitor.post(page, {"strengths": "", **typed})

    assert comments(visitor, link) == ["Listens.", *typed.values()]


def test_a_comment_that_another_tab_changed_is_kept_by_a_page_that_shows_the_old_one(visitor, other, link):  # noqa: F811
    page = f"{link}/page/{COMMENTS}"
    other.open(page).post(page, {"strengths": "Listens."})
    visitor.open(page)
    other.open(page).post(page, {"strengths": "Listens, and then acts."})
    visitor.post(page, {"strengths": "Listens.", "one_change": "Rest more."})
    assert comments(visitor, link) == ["Listens, and then acts.", "Rest more."]

    visitor.open(page)
    other.open(page).post(page, {"strengths": "Listens, and acts at once.", "one_change": "Rest more."})
    visitor.post(page, {"strengths": "", "one_change": "Rest more."})
    assert comments(visitor, link) == ["Listens, and acts at once.", "Rest more."]


def test_a_comment_that_is_too_long_leaves_the_one_before_it_in_place(visitor, link):  # noqa: F811
    page = f"{link}/page/{COMMENTS}"
    visitor.open(page).post(page, {"strengths": "Listens."})
    visitor.open(page).post(page, {"strengths": "x" * 4001})

    assert comments(visitor, link) == ["Listens."]


def test_a_comment_that_was_typed_saved_and_emptied_on_one_page_is_removed(visitor, clock, link):  # noqa: F811
    page, now = f"{link}/page/{COMMENTS}", milliseconds(clock.now())
    visitor.open(page)
    by_script(visitor, page, now + 1, seen="0", strengths="Lis")
    by_script(visitor, page, now + 2, seen=f"0 {now + 1}", strengths="")

    assert comments(visitor, link) == []


# --- the deadline ----------------------------------------------------------------------------------------------------


def test_from_midnight_on_a_warm_function_accepts_nothing(visitor, clock, link):  # noqa: F811
    page = f"{link}/page/{PAGE}"
    clock.to(people.CLOSE - timedelta(seconds=30))
    visitor.open(page).post(page, FIVES)
    assert visitor.status == 200
    decline = people.link("p1", "decline")
    clock.to(people.CLOSE)
    for is_closed_by_a_job in (False, False, False, True):
        if is_closed_by_a_job:
            drain(clock.now())
        assert visitor.open(page).status == 410
        for go in ("back", "later", "skip"):
            assert visitor.post(page, {**FIVES, "go": go}, nonce=nonce("answer", page)).status == 410
        for act in (page, f"{link}/send", decline):
            assert _posted(visitor, act) == 410
        now = milliseconds(clock.now())
        assert by_script_status(visitor, page, now) == 410
        clock.advance(minutes=2)


def _posted(visitor: Visitor, url: str) -> int:
    verb = "decline" if "/decline/" in url else "answer"
    return visitor.post(url, {**FIVES, "reason": "no_time"}, nonce=nonce(verb, url)).status


def by_script_status(visitor: Visitor, page: str, at: int) -> int:
    typed = {"by": "script", "go": "keep", "at": str(at), **FIVES}
    return visitor.post(page, typed, nonce=nonce("answer", page)).status


def nonce(verb: str, url: str) -> str:
    return forms.nonce(verb, url.split(f"/{verb}/")[1].split("/")[0])


def test_what_was_typed_after_the_deadline_is_shown_to_be_copied(visitor, clock, link):  # noqa: F811
    page = f"{link}/page/{COMMENTS}"
    visitor.open(page)
    clock.to(people.CLOSE)
    visitor.post(page, {"strengths": LATE, "go": "next"})

    assert visitor.status == 410
    assert "not-saved" in visitor.messages
    assert LATE in [text.strip() for text in visitor.areas()]
    assert next(q.text for q in people.programme().open_questions if q.id == "strengths") in visitor.page


def test_raters_are_chosen_until_the_deadline_and_what_was_typed_comes_back(visitor, clock):
    people.opened(clock)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose)
    clock.to(people.CLOSE)  # nothing has closed it yet
    visitor.post(choose, {"group": "peer", "list": "Jo Ward <jo.ward@example.org>"})

    assert visitor.status == 410
    assert "Jo Ward <jo.ward@example.org>" in [text.strip() for text in visitor.areas()]
    assert "choosing-closed" in visitor.open(choose).messages


def test_an_approver_who_is_late_gets_the_remark_back(visitor, clock):
    people.send_list_to_coach(visitor, clock)
    approve = people.link("cleo coach", "approve")
    visitor.open(approve)
    clock.to(people.CLOSE)
    visitor.post(approve, {"decision": "change", "remark": LATE})

    assert visitor.status == 410
    assert LATE in [text.strip() for text in visitor.areas()]


# --- the same for assignments ---------------------------------------------------------------------------------------


def test_a_blank_from_an_older_tab_takes_no_answer_back(visitor, other, clock):
    people.opened(clock)
    page = f"{people.link('dana delegate', 'hub')}/work/vision"
    visitor.open(page)
    other.open(page).post(page, {"f.sign": "Talked to three teams.", "go": "later"})
    visitor.post(page, {"f.sign": "", "go": "later"})
    assert "Talked to three teams." in visitor.open(page).page

    visitor.post(page, {"f.sign": "", "go": "later"})
    assert "Talked to three teams." not in visitor.open(page).page
