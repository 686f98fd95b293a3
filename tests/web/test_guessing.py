"""Strangers at the sign-in pages: how far a year of guessing gets them, and that they shut no one out."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from fractions import Fraction
from math import prod

import pytest

from chalicelib.links import code_digits, signing
from chalicelib.store import codes as stored
from chalicelib.store import sessions
from chalicelib.store.sessions import Session
from chalicelib.store.table import scan
from chalicelib.web import forms, readers, sign_in_codes
from chalicelib.web.sessions import sign_in_url
from chalicelib.web.sign_in_codes import CodeRefused, TooManyCodes
from infra.local.account import ADMINISTRATOR
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import Visitor, newest_code, newest_code_link

YEAR = timedelta(days=365)
CHANCE = Fraction(1, 10**code_digits.DIGITS)
INSIDE = "Sign out"


def administrator() -> readers.Reader:
    return readers.administrator(readers.administrator_token(ADMINISTRATOR))


def wrong(challenge: str, tries: int) -> str:
    """Another guess each time, and never the right one: the test counts chances and needs no luck."""
    right = int(code_digits.code(challenge, code_digits.settings().link_keys[-1]))
    return f"{(right + 1 + tries) % 10**code_digits.DIGITS:06}"


def guess(challenge: str, tries: int, now: datetime) -> bool:
    """Whether the guess was looked at."""
    before = stored.find_code(administrator().who, challenge)
    with pytest.raises(CodeRefused):
        sign_in_codes.spend(administrator(), challenge, wrong(challenge, tries), Session("hash", "who", now), now)
    after = stored.find_code(administrator().who, challenge)
    assert before is not None
    assert after is not None
    return after.tries > before.tries


def test_a_year_of_guessing_has_less_than_one_chance_in_ten_thousand(aws):
    """A guesser asks whenever that is allowed and tries as often as is allowed, by day and night."""
    tries: Counter[str] = Counter()
    now, challenge, number = MONDAY, "", 0
    while now < MONDAY + YEAR:
        try:
            number += 1
            challenge = sign_in_codes.ask(administrator(), f"challenge{number}", now)
        except TooManyCodes:
            assert challenge
        while guess(challenge, tries[challenge], now):
            tries[challenge] += 1
        asking = stored.find_asking(administrator().who)
        assert asking is not None
        now = max(
            now + timedelta(minutes=1), sign_in_codes.TRIES.next_at([failure.at for failure in asking.failed], now)
        )
    success = 1 - prod(1 - count * CHANCE for count in tries.values())

    assert 60 < tries.total() <= 69
    assert max(tries.values()) <= sign_in_codes.MAX_CODE_ATTEMPTS
    assert success < Fraction(1, 10_000)


def test_an_owner_who_signs_in_every_day_gives_a_guesser_no_more_tries(aws):
    looked_at = 0
    for day in range(30):
        now = MONDAY + timedelta(days=day)
        own = sign_in_codes.ask(administrator(), f"own{day}", now)
        strange = sign_in_codes.ask(administrator(), f"strange{day}", now)
        looked_at += sum(guess(strange, n, now + timedelta(seconds=n)) for n in range(9))
        code = code_digits.code(own, code_digits.settings().link_keys[-1])
        session = Session(sessions.hashed(own), administrator().who, now)
        sign_in_codes.spend(administrator(), own, code, session, now + timedelta(seconds=30), by_link=True)

    assert 5 < looked_at <= 21  # by the waits alone: 5 at once, 14 in eleven days, and one a week from then on


def test_an_owner_who_uses_the_code_that_a_guesser_asked_for_gives_no_more_tries_either(aws):
    """The email with that code looks like any other, so its link clears none of what was typed on the page."""
    looked_at = 0
    for day in range(30):
        now = MONDAY + timedelta(days=day)
        asked = sign_in_codes.ask(administrator(), f"strange{day}", now)
        looked_at += sum(guess(asked, n, now + timedelta(seconds=n)) for n in range(9))
        code = code_digits.code(asked, code_digits.settings().link_keys[-1])
        session = Session(sessions.hashed(asked), administrator().who, now)
        sign_in_codes.spend(administrator(), asked, code, session, now + timedelta(seconds=30), by_link=True)

    assert 5 < looked_at <= 21  # as above


def hammer(visitor: Visitor) -> None:
    """Do what a stranger does in a few seconds: ask again and again, and type into every page that comes."""
    for _ in range(7):
        nonce = forms.nonce("sign-in.administrator", "")
        visitor.post(sign_in_url("administrator", ""), {"email": ADMINISTRATOR}, nonce=nonce)
        for page in visitor.links("/sign-in/administrator/")[:1]:
            nonce = visitor.nonce
            for typed in ("111 111", "222 222", "333 333"):
                visitor.post(page, {"code": typed}, nonce=nonce)


def test_an_owner_gets_in_at_any_hour_while_a_stranger_hammers_at_the_door(visitor, clock):
    for _ in range(20):
        hammer(Visitor(visitor.client))
        drain(clock.now())
        owner = Visitor(visitor.client).open(newest_code_link(ADMINISTRATOR))
        owner.post(owner.links("/again")[0])
        drain(clock.now())
        owner.post(owner.links("/code/")[0], {"code": newest_code(ADMINISTRATOR)})
        assert (owner.status, INSIDE in owner.page) == (200, True)
        clock.advance(hours=5)


def test_a_stranger_cannot_replace_or_use_up_the_code_that_an_owner_holds(visitor, clock):
    owner = Visitor(visitor.client).open(signing.url("/admin"))
    owner.post(owner.links("/sign-in/")[0], {"email": ADMINISTRATOR})
    drain(clock.now())
    code, take = newest_code(ADMINISTRATOR), owner.links("/sign-in/")[0]
    for n in range(3):
        sign_in_codes.ask(administrator(), f"strange{n}", clock.now())
    owner.post(take, {"code": code})

    assert INSIDE in owner.page


def test_a_link_of_yesterdays_email_says_that_it_is_over(visitor, clock):
    sign_in_codes.ask(administrator(), "challenge", clock.now())
    drain(clock.now())
    link = newest_code_link(ADMINISTRATOR)

    assert visitor.open(link).status == 200
    clock.advance(hours=24, seconds=1)
    assert visitor.open(link).status == 410
    assert "code-link-over" in visitor.messages
    assert signing.url("/admin") in visitor.page, "the way on: there they ask for a new code"
    assert visitor.open(link.replace("/code/", "/code/x")).status == 404


def test_a_new_code_by_a_link_opens_nothing_longer_than_the_link(visitor, clock):
    sign_in_codes.ask(administrator(), "challenge", clock.now())
    drain(clock.now())
    visitor.open(newest_code_link(ADMINISTRATOR))
    clock.advance(hours=23, minutes=59)
    visitor.post(visitor.links("/again")[0])
    here = visitor.url
    assert visitor.status == 200
    clock.advance(minutes=2)

    assert visitor.open(here).status == 410


def test_a_delegate_is_not_shut_out_by_a_person_who_has_their_link(visitor, clock):
    people.opened(clock)
    page, address = f"{people.link('dana delegate', 'hub')}/report", "dana.delegate@example.org"
    stranger = Visitor(visitor.client)
    for _ in range(8):
        stranger.open(page)
        stranger.post(stranger.links("/sign-in/")[0])
        for typed in ("111 111", "222 222"):
            if stranger.status == 200:
                stranger.post(stranger.links("/sign-in/")[0], {"code": typed})
    assert stranger.open(page).post(stranger.links("/sign-in/")[0]).status == 429
    drain(clock.now())
    visitor.open(newest_code_link(address))
    visitor.post(visitor.links("/code/")[0], {"code": newest_code(address)})

    assert visitor.shows == "milestones/report"


# --- who hears of it --------------------------------------------------------------------------------------------------


def test_the_owner_hears_of_wrong_codes_once_a_day_and_the_log_of_each_without_an_address(aws, log_lines):
    for day in range(2):
        now = MONDAY + timedelta(days=day)
        for n in range(3):
            guess(sign_in_codes.ask(administrator(), f"challenge{day}{n}", now), n, now + timedelta(minutes=n))
        drain(now + timedelta(minutes=9))
    emailed = [email.row for email in sent_emails(ADMINISTRATOR) if email.row.startswith("web/wrong_code#")]
    logged = [line for line in log_lines() if line["message"] == "code_refused"]

    who = administrator().who
    assert emailed == [f"web/wrong_code#{who}#2026-09-07", f"web/wrong_code#{who}#2026-09-08"]
    assert [line["reader"] for line in logged] == [who] * 6
    assert "@" not in str(log_lines())


def test_an_address_that_is_nobodys_gets_no_email_and_its_rows_hold_none(aws):
    stranger = readers.administrator(readers.administrator_token("no.one@example.org"))
    sign_in_codes.ask(stranger, "challenge", MONDAY)
    with pytest.raises(CodeRefused):
        sign_in_codes.spend(stranger, "challenge", wrong("challenge", 0), Session("hash", "who", MONDAY), MONDAY)
    drain(MONDAY)

    assert sent_emails() == []
    assert "no.one" not in repr(list(scan()))
