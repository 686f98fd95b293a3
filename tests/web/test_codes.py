"""Codes: six digits, five tries, ten minutes, one use, five mails an hour; and kept nowhere but in the mail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

from chalicelib import config
from chalicelib.store import sessions
from chalicelib.store.sessions import Session
from chalicelib.store.table import scan
from chalicelib.web import codes, readers
from chalicelib.web.codes import CodeRefused, TooManyCodes
from chalicelib.web.readers import Role
from tests.support import cloud, people
from tests.support.clock import MONDAY, Clock
from tests.support.drain import drain
from tests.support.mails import sent_mails
from tests.support.visitor import newest_code

CLEO = people.person("cleo coach")
OTHER_DIGITS = str.maketrans("0123456789", "1234567890")


def reader() -> readers.Reader:
    return readers.reader(Role.COACH, "token", CLEO, "/coach/token", people.programme(), {"cohort": "autumn"})


def ask(challenge: str, now) -> str:  # type: ignore[no-untyped-def]
    found = codes.ask(reader(), challenge, now)
    drain(now)
    return found


def spend(challenge: str, typed: str, now, session: str = "s") -> None:  # type: ignore[no-untyped-def]
    codes.spend(reader().who, challenge, typed, Session(sessions.hashed(session), reader().who, now), now)


class Codes(RuleBasedStateMachine):
    """Beside every code stands what a person was promised about it."""

    @initialize()
    def begin(self):
        cloud.empty()
        self.clock = Clock()
        self.asked = []  # when mails went out
        self.live = None  # challenge of the only code that works, and until when
        self.mailed = {}  # challenge -> code
        self.tries = 0
        self.sessions = 0

    @rule()
    def ask(self):
        now, challenge = self.clock.now(), f"challenge{len(self.mailed)}"
        lately = [at for at in self.asked if now - at < timedelta(hours=1)]
        pressed_twice = self.live and self.tries < 5 and now - self.asked[-1] < timedelta(seconds=30)
        if pressed_twice:
            assert ask(challenge, now) == self.live[0]
        elif len(lately) >= 5:
            with pytest.raises(TooManyCodes):
                ask(challenge, now)
        else:
            assert ask(challenge, now) == challenge
            self.asked.append(now)
            self.mailed[challenge] = newest_code(CLEO.email)
            self.live, self.tries = (challenge, now + timedelta(minutes=10)), 0
        assert len(sent_mails(CLEO.email)) == len(self.asked)

    @rule(seconds=st.sampled_from([1, 29, 30, 299, 599, 600, 1800]))
    def wait(self, seconds):
        self.clock.advance(seconds=seconds)

    @precondition(lambda self: self.mailed)
    @rule(right=st.booleans(), back=st.integers(0, 2))
    def type(self, right, back):
        """The newest code or an older one, or a wrong one; on the page of its own asking."""
        challenge = sorted(self.mailed, key=lambda name: int(name[9:]))[-1 - min(back, len(self.mailed) - 1)]
        code = self.mailed[challenge]
        now = self.clock.now()
        works = self.live is not None and challenge == self.live[0] and self.tries < 5 and now < self.live[1]
        self.tries += works
        typed, session = code if right else code.translate(OTHER_DIGITS), f"session{self.sessions}"
        if works and right:
            spend(challenge, typed, now, session)
            self.sessions += 1
            self.live = None
        else:
            with pytest.raises(CodeRefused) as refused:
                spend(challenge, typed, now, session)
            assert refused.value.over == (not works or self.tries == 5)
        assert len([row for row in scan() if row["sk"] == "SESSION"]) == self.sessions


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


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456 OR 1=1"])
def test_what_is_no_code_costs_no_try(aws, typed):
    ask("challenge", MONDAY)

    with pytest.raises(CodeRefused, match="6 digits"):
        spend("challenge", typed, MONDAY)
    assert sessions.find_asking(reader().who).tries == 0


@pytest.mark.parametrize("between", ["", " ", "-", "\u00a0"])
def test_a_code_may_be_typed_as_it_is_shown(aws, between):
    ask("challenge", MONDAY)

    spend("challenge", between.join(newest_code(CLEO.email).split()), MONDAY)


def test_a_code_of_the_key_before_still_works_after_the_keys_were_changed(aws, monkeypatch):
    ask("challenge", MONDAY)
    before = config.settings()
    after = replace(before, link_keys=(*before.link_keys, "another key, of thirty-two characters or more"))
    monkeypatch.setattr(codes, "settings", lambda: after)

    spend("challenge", newest_code(CLEO.email), MONDAY)


def test_codes_are_spread_over_all_six_digits():
    found = {codes.code(f"challenge{n}", "a key") for n in range(2000)}

    assert all(re.fullmatch(r"\d{6}", one) for one in found)
    assert len(found) > 1990
    assert {one[0] for one in found} == set("0123456789")
