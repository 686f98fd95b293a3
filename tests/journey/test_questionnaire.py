"""A rater's questionnaire over HTTP: saving in any order, blanks, carrying on, and links that lead nowhere any more."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from chalicelib.collect import pages as form
from chalicelib.collect.encryption import NONCE
from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.core.model import Invitation, InvitationState
from chalicelib.store import invitations
from chalicelib.store.marshal import read
from chalicelib.store.table import Changed, get, update, update_one
from chalicelib.web.save_moments import milliseconds
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.visitor import FORM

PAGE = "c-self_awareness"
ITEMS = [item.id for item in people.programme().competencies[0].items]


@pytest.fixture
def link(visitor, clock):
    people.opened(clock, chosen=people.raters(2, 0))  # few: what one rater does is the same
    return people.link("p0", "answer")


def by_script(visitor, url: str, at: int, go: str = "keep", **answers: str):
    """Post what answer.js posts. The page must be open, for its nonce."""
    body = urlencode({"form": visitor.nonce, "by": "script", "go": go, "at": str(at), **answers})
    return visitor.client.post(url.removeprefix(BASE_URL), headers=FORM, body=body.encode())


def saved(visitor, url: str) -> list[str]:
    """Return the values that are checked on a page."""
    visitor.open(url)
    return [part.split('"')[0] for part in visitor.page.split('value="')[1:] if " checked" in part.split(">")[0]]


def key(link: str):
    answer_link = parse_answer_link(link.rsplit("/", 1)[1])
    return invitations.key(answer_link.delegate_id, answer_link.wave, answer_link.invitation_id)


def row(link: str):
    return get(key(link))


# --- saving ---------------------------------------------------------------------------------------------------------


def test_a_save_in_the_background_shows_nothing_but_that_it_is_done(visitor, clock, link):
    page = f"{link}/page/{PAGE}"
    visitor.open(page)
    answer = by_script(visitor, page, milliseconds(clock.now()), **{ITEMS[0]: "4"})

    assert (answer.status_code, json.loads(answer.body)) == (200, {"next": ""})
    assert saved(visitor, page) == ["4"]


@pytest.mark.parametrize(("later", "kept"), [(1, "2"), (0, "2"), (-1, "5")])
def test_what_was_typed_last_stays_although_it_does_not_arrive_last(visitor, clock, link, later, kept):
    page, now = f"{link}/page/{PAGE}", milliseconds(clock.now())
    visitor.open(page)
    by_script(visitor, page, now, **{ITEMS[0]: "5"})
    answer = by_script(visitor, page, now + later, **{ITEMS[0]: "2"})

    assert answer.status_code == (200 if later >= 0 else 409)
    assert saved(visitor, page) == [kept]


def test_a_page_sent_by_a_button_is_kept_even_from_an_old_window(visitor, clock, link):
    page, now = f"{link}/page/{PAGE}", milliseconds(clock.now())
    visitor.open(page)
    by_script(visitor, page, now + 5000, **{ITEMS[0]: "5"})
    visitor.post(page, {"at": str(now - 60_000), "go": "back", ITEMS[0]: "1"})

    assert saved(visitor, page) == ["1"]


def test_a_save_that_was_typed_before_sending_changes_nothing_after_it(visitor, clock, link):
    page, before = f"{link}/page/comments", milliseconds(clock.now())
    people.answer_all(visitor, link)
    clock.advance(minutes=1)
    people.send(visitor, link)
    answer = by_script(visitor.open(page), page, before, strengths="late")

    assert answer.status_code == 409
    assert "sent" in visitor.open(link).messages
    assert by_script(visitor.open(page), page, milliseconds(clock.now()), strengths="new").status_code == 200
    assert "unsent-change" in visitor.open(link).messages


def test_looking_at_a_page_again_and_going_on_does_not_undo_sending(visitor, clock, link):
    people.answer_all(visitor, link)
    people.send(visitor, link)
    visitor.open(f"{link}/page/{PAGE}").post(f"{link}/page/{PAGE}", dict.fromkeys(ITEMS, "4"))

    assert "sent" in visitor.open(link).messages


def test_nothing_shows_when_someone_answered_once_the_answers_are_cut_from_identity(visitor, link):
    people.answer_all(visitor, link)
    people.send(visitor, link)
    assert row(link)["sent"].keys() == row(link)["saved_at"].keys()
    update_one(invitations.empty(read(Invitation, row(link))))

    assert "sent" not in row(link)
    assert [row(link)[name] for name in ("saved_at", "draft", "revision")] == [{}, {}, ""]


def test_a_page_that_was_passed_over_has_a_box_like_any_other_once_sent(visitor, link):
    pages = form.pages(people.programme(), "peer")
    visitor.open(f"{link}/page/{PAGE}").post(f"{link}/page/{PAGE}", {ITEMS[0]: "4"})
    people.send(visitor, link)

    assert {page: len(box) for page, box in row(link)["sent"].items()} == {
        page.id: NONCE + form.room(page) + 16 for page in pages
    }


def test_a_script_hears_what_cannot_be_kept_and_the_rest_is_kept(visitor, clock, link):
    page = f"{link}/page/{PAGE}"
    visitor.open(page)
    answer = by_script(visitor, page, milliseconds(clock.now()), "next", **{ITEMS[0]: "4", ITEMS[1]: "6"})

    assert (answer.status_code, json.loads(answer.body)["field"]) == (422, ITEMS[1])
    assert saved(visitor, page) == ["4"]


# --- blanks, and carrying on ----------------------------------------------------------------------------------------


def test_blanks_are_asked_about_once_and_may_stay(visitor, link):
    page = f"{link}/page/{PAGE}"
    visitor.open(page).post(page, {ITEMS[0]: "4", "go": "next"})
    assert visitor.url.endswith(f"/page/{PAGE}?blank=1")
    assert "3 behaviours" in visitor.said("left-blank")

    visitor.post(page, {ITEMS[0]: "4", "go": "skip"})
    assert visitor.url.endswith("/page/c-steadiness")


@pytest.mark.parametrize("go", ["back", "later"])
def test_no_one_is_asked_about_blanks_who_does_not_go_on(visitor, link, go):
    page = f"{link}/page/{PAGE}"
    visitor.open(page).post(page, {ITEMS[0]: "4", "go": go})

    assert visitor.url == link
    assert "saved" in visitor.messages
    assert f"{link}/page/{PAGE}" in visitor.links("/page/")


def test_a_rater_carries_on_where_they_stopped(visitor, link):
    begin = f'<form method="post" action="{link}/page/{PAGE}"'
    assert begin in visitor.open(link).page
    visitor.post(f"{link}/page/{PAGE}", {ITEMS[0]: "4", "go": "later"})
    assert begin in visitor.page
    visitor.post(f"{link}/page/{PAGE}", {**dict.fromkeys(ITEMS, "4"), "go": "later"})
    assert begin not in visitor.page
    assert visitor.links("/page/") == [f"{link}/page/c-steadiness"]

    people.answer_all(visitor, link)
    assert visitor.open(link).links("/page/") == [f"{link}/page/{PAGE}"]
    assert f"{link}/review" in visitor.links("/review")


def test_a_comment_that_is_too_long_comes_back_with_what_to_do(visitor, link):
    page = f"{link}/page/comments"
    visitor.open(page).post(page, {"strengths": "x" * 4003, "one_change": "Listen more."})

    assert visitor.status == 400
    assert visitor.faults == {"q-strengths"}
    assert "3 characters" in visitor.page
    assert "x" * 4003 in visitor.page
    assert "Listen more." in visitor.open(page).page


# --- who sees what --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "promise"),
    [
        ("p0", "Competencies: your answers are added to those of at least two others."),
        ("mara manager", "shown as the line manager’s"),
        ("dana delegate", "appear in your report as your own"),
    ],
)
def test_the_first_and_the_last_page_say_who_sees_what(visitor, link, name, promise):
    own = people.link(name, "answer")

    assert promise in visitor.open(own).page
    assert promise in visitor.open(f"{own}/review").page


# --- links that lead nowhere any more -------------------------------------------------------------------------------


def test_after_the_close_a_rater_reads_whether_their_answers_count(visitor, clock, link):
    people.answer_all(visitor, link)
    people.send(visitor, link)
    clock.to(people.CLOSE)

    sent = visitor.open(link)
    assert (sent.status, "closed-after-answers" in sent.messages) == (410, True)
    assert people.programme().organisation.name in sent.page
    other = visitor.open(people.link("p1", "answer"))
    assert (other.status, "questionnaire-closed" in other.messages) == (410, True)


def test_a_withdrawn_link_says_so_on_every_page(visitor, link):
    visitor.open(f"{link}/page/{PAGE}")
    update_one(update(key(link), put={"state": InvitationState.REVOKED}, refusal=Changed))

    posted = visitor.post(f"{link}/page/{PAGE}", {ITEMS[0]: "4"})
    assert (posted.status, "link-revoked" in posted.messages) == (410, True)
    for page in ("", f"/page/{PAGE}", "/review", "/thanks"):
        assert visitor.open(link + page).status == 410


def test_a_page_that_the_questionnaire_does_not_have_is_unknown(visitor, link):
    assert visitor.open(f"{link}/page/c-nothing").status == 404


# --- declining, and the inbox ---------------------------------------------------------------------------------------


def test_declining_needs_a_reason_and_can_be_taken_back(visitor, link):
    decline = people.link("p0", "decline")
    visitor.open(decline).post(decline)
    assert (visitor.status, visitor.faults) == (400, {"reason"})
    assert row(link)["state"] == InvitationState.INVITED

    visitor.post(decline, {"reason": "no_time"})
    assert visitor.shows == "collect/declined"
    assert "declined" in visitor.open(link).messages
    people.send(people.answer_all(visitor, link), link)
    assert visitor.shows == "collect/thanks"
    assert "sent" in visitor.open(decline).messages


def test_the_inbox_shows_how_far_each_questionnaire_is(visitor, clock):
    people.opened(clock, chosen=people.raters(1, 0), names=("dana delegate", "dora delegate", "dina delegate"))
    inbox = people.link("p0", "inbox")
    first, second, _ = visitor.open(inbox).links("/answer/")
    assert "3 people" in visitor.said("people-wait")

    visitor.open(f"{first}/page/{PAGE}").post(f"{first}/page/{PAGE}", {ITEMS[0]: "4", "go": "later"})
    people.send(people.answer_all(visitor, second), second)
    assert "1 of 10" in visitor.open(inbox).page
    assert "2 people" in visitor.said("people-wait")
    assert visitor.links("/answer/")[-1] == second

    clock.to(people.CLOSE)
    assert "no-one-waits" in visitor.open(inbox).messages
