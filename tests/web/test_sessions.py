"""Signing in, staying signed in, and being out again: what the browser gets, and what ends a session."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from chalicelib.store.table import scan
from chalicelib.web.sessions import COOKIE, IDLE_TIMEOUT, MAX_SESSION
from infra.local.account import ADMINISTRATOR
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import newest_code

DANA = "dana.delegate@example.org"
SIGN_IN, CODE, INSIDE = "web/sign_in", "web/code", "milestones/report"


@pytest.fixture
def report(visitor, clock) -> str:
    """Return a page that needs a code."""
    people.opened(clock)
    return f"{people.link('dana delegate', 'hub')}/report"


def signed_in(visitor, url: str) -> bool:
    return visitor.open(url).shows == INSIDE


def test_opening_the_page_sends_nothing_and_pressing_the_button_one_email(visitor, clock, report):
    before, emails = list(scan()), len(sent_emails())

    visitor.open(report)
    assert (visitor.status, visitor.shows) == (200, SIGN_IN)
    assert "d…@example.org" in visitor.page
    assert DANA not in visitor.page
    assert list(scan()) == before

    visitor.post(visitor.links("/sign-in/")[0])
    drain(clock.now())
    assert (visitor.status, visitor.shows) == (200, CODE)
    assert [message.row.split("#")[0] for message in sent_emails()[emails:]] == ["web/code"]


def test_the_cookie_is_out_of_reach_for_scripts_other_sites_and_plain_http(visitor, clock, report):
    visitor.open(report)
    visitor.post(visitor.links("/sign-in/")[0])
    drain(clock.now())
    seen = []
    visitor.client.post, post = lambda *args, **more: seen.append(post(*args, **more)) or seen[-1], visitor.client.post
    visitor.post(visitor.links("/sign-in/")[0], {"code": newest_code(DANA)})

    name, *attributes = re.split("; |=", seen[0].headers["Set-Cookie"])
    assert seen[0].status_code == 303
    assert name == "__Host-session"
    assert attributes[1:] == ["Path", "/", "Secure", "HttpOnly", "SameSite", "Strict"]


@pytest.mark.parametrize(
    ("step", "times", "is_in"),
    [
        pytest.param(IDLE_TIMEOUT, 1, True, id="an-hour-idle"),
        pytest.param(IDLE_TIMEOUT + timedelta(seconds=1), 1, False, id="longer-idle"),
        pytest.param(timedelta(minutes=59), 12, True, id="busy-all-day"),
        pytest.param(timedelta(minutes=59), 13, False, id="longer-than-a-day-however-busy"),
    ],
)
def test_a_session_ends_after_an_hour_of_nothing_and_after_twelve_in_all(visitor, clock, report, step, times, is_in):
    visitor.sign_in(report, DANA, clock.now())
    for _ in range(times):
        clock.advance(seconds=step.total_seconds())
        report_page = signed_in(visitor, report)

    assert report_page is is_in
    assert timedelta(hours=12) == MAX_SESSION


def test_reading_pages_writes_nothing(visitor, clock, report):
    visitor.sign_in(report, DANA, clock.now())
    before = list(scan())
    clock.advance(minutes=20)

    assert signed_in(visitor, report)
    assert list(scan()) == before


def test_signing_out_ends_the_session_for_good(visitor, clock, report):
    visitor.sign_in(report, DANA, clock.now())
    kept = dict(visitor.cookies)

    visitor.post(visitor.links("/sign-out")[0])
    assert visitor.shows == "web/signed_out"
    assert visitor.cookies[COOKIE] == ""
    visitor.cookies.update(kept)  # a thief who copied the cookie
    assert not signed_in(visitor, report)


def test_no_one_is_signed_out_by_another_site(visitor, clock, report):
    visitor.sign_in(report, DANA, clock.now())

    visitor.post(visitor.links("/sign-out")[0], nonce="forged")

    assert visitor.status == 400
    assert signed_in(visitor, report)


@pytest.mark.parametrize("signature", ["forged", "s.1.x", ""])
def test_a_cookie_that_is_not_ours_opens_nothing(visitor, clock, report, signature):
    visitor.sign_in(report, DANA, clock.now())
    signed = visitor.cookies[COOKIE].rpartition(".")[0]
    visitor.cookies[COOKIE] = f"{signed}.{signature}"

    assert not signed_in(visitor, report)


def test_an_older_cookie_of_the_session_does_not_outlive_an_idle_hour(visitor, clock, report):
    visitor.sign_in(report, DANA, clock.now())
    old = dict(visitor.cookies)
    for _ in range(3):
        clock.advance(minutes=30)
        assert signed_in(visitor, report)
    visitor.cookies.update(old)

    assert not signed_in(visitor, report)


def test_what_was_typed_into_a_form_that_came_too_late_is_shown_to_be_copied(visitor, clock, report):
    visitor.sign_in(report, DANA, clock.now())
    clock.advance(hours=2)

    visitor.post(report, {"kind": "pdf", "behaviour-1": "Ask <first>,\nthen answer"})

    assert (visitor.status, visitor.shows, visitor.messages) == (403, SIGN_IN, {"signed-out", "not-saved"})
    assert "Ask &lt;first&gt;,\nthen answer" in visitor.page


def test_a_click_in_an_email_program_on_the_web_is_led_on_by_our_own_page(visitor, report):
    answer = visitor.client.get(report.partition("/api")[2], headers={"Sec-Fetch-Site": "cross-site"})
    assert '<meta http-equiv="refresh" content="0; url=?here=1">' in answer.body.decode()

    again = visitor.client.get(f"{report.partition('/api')[2]}?here=1", headers={"Sec-Fetch-Site": "cross-site"})
    assert f'data-page="{SIGN_IN}"' in again.body.decode()


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_asks_for_a_new_one(visitor, clock, report):
    visitor.open(report)
    visitor.post(visitor.links("/sign-in/")[0])
    drain(clock.now())
    code = newest_code(DANA)
    wrong = "000000" if code != "000 000" else "000001"
    take = visitor.links("/sign-in/")[0]
    for left in ("4 tries", "3 tries", "2 tries", "1 try"):
        visitor.post(take, {"code": wrong})
        assert visitor.status == 400
        assert left in visitor.page
    assert "last-try" in visitor.post(take, {"code": wrong}).messages

    visitor.post(take, {"code": code})
    assert "codes-blocked" in visitor.messages
    clock.advance(minutes=1)
    visitor.post(visitor.links("/sign-in/")[0])  # the button of the page that says so
    drain(clock.now())
    visitor.post(visitor.links("/sign-in/")[0], {"code": newest_code(DANA)})
    assert visitor.shows == INSIDE


def test_the_sixth_code_of_a_day_has_to_wait_and_each_further_one_longer(visitor, clock, report):
    for _ in range(5):
        visitor.open(report).post(visitor.links("/sign-in/")[0])
        clock.advance(minutes=1)
    visitor.open(report).post(visitor.links("/sign-in/")[0])
    assert (visitor.status, "too-many-codes" in visitor.messages) == (429, True)

    clock.advance(minutes=14)
    visitor.open(report).post(visitor.links("/sign-in/")[0])
    assert (visitor.status, visitor.shows) == (200, CODE)
    clock.advance(minutes=29)
    assert visitor.open(report).post(visitor.links("/sign-in/")[0]).status == 429


def administrators_page(visitor, email: str) -> str:
    """Return the page after an address was typed, without what differs by chance."""
    from chalicelib.web import forms
    from chalicelib.web.sessions import sign_in_url

    nonce = forms.nonce("sign-in.administrator", "")
    visitor.post(sign_in_url("administrator", ""), {"email": email}, nonce=nonce)
    return re.sub(r'(action|value)="[^"]+"', "", visitor.page)


def test_the_administrators_page_answers_alike_whether_or_not_an_address_is_listed(visitor, clock):
    pages = [
        administrators_page(visitor, email) for email in (ADMINISTRATOR, ADMINISTRATOR.upper(), "no.one@example.org")
    ]
    drain(clock.now())

    assert pages[0] == pages[1] == pages[2]
    assert [message.addresses for message in sent_emails()] == [[ADMINISTRATOR]] * 2
    strangers = visitor.links("/sign-in/")[0]
    assert "4 tries" in visitor.post(strangers, {"code": "123 456"}).page
    refused = [visitor.post(strangers, {"code": "123 456"}).messages for _ in range(4)]
    assert ["last-try" in messages for messages in refused] == [False, False, False, True]


def test_a_code_for_administrators_is_not_one_for_readers_at_the_same_address(visitor, clock, report):
    """Anyone may type an address on the administrators' page."""
    visitor.open(report)
    visitor.post(visitor.links("/sign-in/")[0])
    take = visitor.links("/sign-in/")[0]
    drain(clock.now())
    administrators_page(visitor, DANA)
    drain(clock.now())

    visitor.open(take).post(take, {"code": newest_code(DANA)})

    assert visitor.shows == INSIDE
