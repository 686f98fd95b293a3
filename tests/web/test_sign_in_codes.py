"""Codes: six digits, five tries, ten minutes, one use, waits that grow; and kept nowhere but in the email."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core import settings
from chalicelib.links import code_digits
from chalicelib.store import codes as stored
from chalicelib.store import sessions
from chalicelib.store.sessions import Session
from chalicelib.store.table import scan
from chalicelib.web import readers, sign_in_codes
from chalicelib.web.readers import Role
from chalicelib.web.sign_in_codes import CodeRefused, TooManyCodes
from tests.support import cloud, people
from tests.support.clock import MONDAY, Clock
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import newest_code

CLEO = people.person("cleo coach")
OTHER_DIGITS = str.maketrans("0123456789", "1234567890")


def reader() -> readers.Reader:
    return readers.reader(Role.COACH, "token", CLEO, "/coach/token", people.programme(), {"cohort": "autumn"})


def ask(challenge: str, now, **more) -> str:  # type: ignore[no-untyped-def]
    sent_challenge = sign_in_codes.ask(reader(), challenge, now, **more)
    drain(now)
    return sent_challenge


def spend(challenge: str, typed: str, now, session: str = "s", **more) -> None:  # type: ignore[no-untyped-def]
    sign_in_codes.spend(reader(), challenge, typed, Session(sessions.hashed(session), reader().who, now), now, **more)


class Known(Struct):
    """What a person was promised about one code."""

    challenge: str
    code: str
    ends_at: datetime
    tries: int = 0
    tries_by_link: int = 0
    used: bool = False

    def works(self, now: datetime, by_link: bool) -> bool:
        tries = self.tries_by_link if by_link else self.tries
        return not self.used and tries < 5 and now < self.ends_at


class Codes(RuleBasedStateMachine):
    """The test of each code names what a person was promised about it."""

    @initialize()
    def begin(self):
        cloud.empty()
        self.clock = Clock()
        self.asked = {False: [], True: []}  # by link or not: when emails went out
        self.known: list[Known] = []
        self.failed: list[tuple[datetime, str]] = []
        self.sessions = 0

    @rule(again=st.booleans(), by_link=st.booleans())
    def ask(self, again, by_link):
        """From a page that was not used before, or with the same page's button once more."""
        now, fresh = self.clock.now(), f"challenge{len(self.known)}"
        before = self.known[-1] if again and self.known else None
        challenge = before.challenge if before else fresh
        lately = [at for at in self.asked[by_link] if now - at < timedelta(days=1)]
        wait = (
            timedelta(0) if len(lately) < 5 else min(timedelta(minutes=15) * 2 ** (len(lately) - 5), timedelta(hours=8))
        )
        if before and before.works(now, by_link):
            assert ask(challenge, now, otherwise=fresh, by_link=by_link) == challenge
        elif lately and now < lately[-1] + wait:
            with pytest.raises(TooManyCodes):
                ask(challenge, now, otherwise=fresh, by_link=by_link)
        else:
            assert ask(challenge, now, otherwise=fresh, by_link=by_link) == fresh
            self.asked[by_link].append(now)
            self.known.append(Known(fresh, newest_code(CLEO.email), now + timedelta(minutes=10)))
        assert len(code_emails()) == len(self.known)

    @rule(seconds=st.sampled_from([1, 59, 60, 299, 600, 1800, 40_000, 700_000]))
    def wait(self, seconds):
        self.clock.advance(seconds=seconds)

    @precondition(lambda self: self.known)
    @rule(right=st.booleans(), back=st.integers(0, 2), by_link=st.booleans())
    def type(self, right, back, by_link):
        """Type the newest code, an older one or a wrong one; on the page of its own asking, or by the email's link."""
        code, now = self.known[-1 - min(back, len(self.known) - 1)], self.clock.now()
        held_up = not by_link and now < self.next_try(now)
        works = code.works(now, by_link) and not held_up
        typed, session = code.code if right else code.code.translate(OTHER_DIGITS), f"session{self.sessions}"
        if works and right:
            spend(code.challenge, typed, now, session, by_link=by_link)
            self.sessions += 1
            code.used = True
            self.failed = [attempt for attempt in self.failed if by_link or attempt[1] != code.challenge]
        else:
            with pytest.raises(CodeRefused) as refused:
                spend(code.challenge, typed, now, session, by_link=by_link)
            self.count(code, works, by_link, now)
            assert refused.value.over == (not works or (code.tries_by_link if by_link else code.tries) == 5)
        assert len([row for row in scan() if row["sk"] == "SESSION"]) == self.sessions

    def count(self, code, works, by_link, now):
        code.tries += works and not by_link
        code.tries_by_link += works and by_link
        self.failed += [(now, code.challenge)] if works and not by_link else []

    def next_try(self, now):
        times = [at for at, _ in self.failed if now - at < timedelta(days=365)]
        if len(times) < 5:
            return now
        return times[-1] + min(timedelta(minutes=1) * 2 ** (len(times) - 5), timedelta(days=7))


def code_emails():
    return [email for email in sent_emails(CLEO.email) if email.row.startswith("web/code#")]


@pytest.mark.parametrize("examples", [12, pytest.param(400, marks=pytest.mark.prove)])
def test_a_code_keeps_every_promise_in_any_order_of_asking_waiting_and_typing(aws, examples):
    run_state_machine_as_test(Codes, settings=how(max_examples=examples, stateful_step_count=25, deadline=None))


def test_no_row_holds_a_code_a_session_or_the_address_it_opens(visitor, clock):
    people.opened(clock)
    coach = people.link("dana delegate", "hub")
    visitor.sign_in(f"{coach}/report", "dana.delegate@example.org", clock.now())
    code = newest_code("dana.delegate@example.org").replace(" ", "")
    session_id = visitor.cookies["__Host-session"].split(".")[0]

    rows = list(scan())

    assert not [row["pk"] for row in rows if re.search(rf"\b{code}\b", repr(row)) or session_id in repr(row)]
    kept = [row for row in rows if row["sk"] in ("ASKING", "SESSION")]
    assert len(kept) == 2
    assert "dana" not in repr(kept)
    assert len([row for row in rows if row["sk"].startswith("CODE#")]) == 1


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456 OR 1=1"])
def test_what_is_no_code_costs_no_try(aws, typed):
    ask("challenge", MONDAY)

    with pytest.raises(CodeRefused, match="6 digits"):
        spend("challenge", typed, MONDAY)
    assert stored.find_code(reader().who, "challenge").tries == 0
    assert stored.find_asking(reader().who).failed == ()


@pytest.mark.parametrize("by_link", [True, False])
def test_after_five_wrong_tries_the_right_code_is_refused(aws, by_link):
    ask("challenge", MONDAY)
    right = newest_code(CLEO.email)
    for _ in range(5):
        with pytest.raises(CodeRefused):
            spend("challenge", right.translate(OTHER_DIGITS), MONDAY, by_link=by_link)

    with pytest.raises(CodeRefused):
        spend("challenge", right, MONDAY + timedelta(minutes=9), by_link=by_link)


@pytest.mark.parametrize("between", ["", " ", "-", "\u00a0"])
def test_a_code_may_be_typed_as_it_is_shown(aws, between):
    ask("challenge", MONDAY)

    spend("challenge", between.join(newest_code(CLEO.email).split()), MONDAY)


def test_a_code_of_the_key_before_still_works_after_the_keys_were_changed(aws, monkeypatch):
    ask("challenge", MONDAY)
    before = settings.settings()
    after = replace(before, link_keys=(*before.link_keys, "another key, of thirty-two characters or more"))
    monkeypatch.setattr(code_digits, "settings", lambda: after)

    spend("challenge", newest_code(CLEO.email), MONDAY)


def test_codes_are_spread_over_all_six_digits():
    all_codes = {code_digits.code(f"challenge{n}", "a key") for n in range(2000)}

    assert all(re.fullmatch(r"\d{6}", digits) for digits in all_codes)
    assert len(all_codes) > 1990
    assert {digits[0] for digits in all_codes} == set("0123456789")
