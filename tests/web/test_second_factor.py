"""The second factor of administrators: set up, asked for, taken once, removed, reset; and no way around it."""

from __future__ import annotations

import re
import urllib.parse
from datetime import datetime, timedelta

import pyotp
import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change
from chalicelib.cli import parser
from chalicelib.core import settings
from chalicelib.links import signing
from chalicelib.ownership import erase_person
from chalicelib.store import second_factors, sessions
from chalicelib.store.row_kinds.service_rows import SECOND_FACTOR
from chalicelib.store.sessions import Session
from chalicelib.store.table import scan, transact
from chalicelib.web import readers, second_factor, sign_in_codes
from chalicelib.web.sign_in_codes import CodeRefused
from infra.local.account import ADMINISTRATOR
from tests.faults.scene import Again
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.faults import single_faults
from tests.support.interleave import explore
from tests.support.visitor import Visitor, newest_code

HOME, ACCOUNT = "/admin", "/admin/second-factor"
SECRET = re.compile(r"([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})")
RECOVERY = re.compile(r"\b([a-z2-7]{4}(?:-[a-z2-7]{4}){3})\b")
SESSION = Session("hash", "", MONDAY + timedelta(hours=12))


def administrator() -> readers.Reader:
    return readers.administrator(readers.administrator_token(ADMINISTRATOR))


def type_email_code(visitor: Visitor, clock) -> Visitor:  # type: ignore[no-untyped-def]
    visitor.cookies.clear()
    visitor.open(signing.url(HOME))
    visitor.post(visitor.links("/sign-in/")[0], {"email": ADMINISTRATOR})
    drain(clock.now())
    return visitor.post(visitor.links("/sign-in/")[0], {"code": newest_code(ADMINISTRATOR)})


def shown_by_app(secret: str, clock) -> str:  # type: ignore[no-untyped-def]
    return pyotp.TOTP(secret).at(clock.now())


@pytest.fixture
def secret(visitor, clock) -> str:
    """Set up an administrator's app; the page with the recovery codes is open."""
    type_email_code(visitor, clock).open(signing.url(ACCOUNT))
    key = SECRET.findall(visitor.page)[0].replace(" ", "")
    visitor.post(signing.url(ACCOUNT), {"code": shown_by_app(key, clock)})
    assert "recovery-codes" in visitor.messages
    clock.advance(minutes=10)
    return key


@pytest.fixture
def required(monkeypatch):
    stricter = replace(settings.settings(), second_factor="required")
    monkeypatch.setattr(second_factor, "settings", lambda: stricter)


def is_inside(visitor: Visitor) -> bool:
    return visitor.open(signing.url(HOME)).shows == "admin/home"


# --- setting it up ----------------------------------------------------------------------------------------------------


def test_opening_the_page_stores_nothing_and_shows_key_address_and_picture(visitor, clock):
    type_email_code(visitor, clock)
    before = list(scan())
    page = visitor.open(signing.url(ACCOUNT)).page
    (secret,) = SECRET.findall(page)
    address = urllib.parse.unquote(re.findall(r'href="(otpauth://[^"]+)"', page)[0])

    assert list(scan()) == before
    assert f"secret={secret.replace(' ', '')}" in address
    assert ADMINISTRATOR in address
    assert "<svg" in page
    assert "style=" not in page  # the policy lets no style through
    assert visitor.open(signing.url(ACCOUNT)).page == page


def test_a_wrong_code_sets_nothing_up(visitor, clock):
    type_email_code(visitor, clock).open(signing.url(ACCOUNT))
    visitor.post(signing.url(ACCOUNT), {"code": "123 456"})

    assert (visitor.status, "app-code-unmatched" in visitor.messages) == (400, True)
    assert second_factors.find(administrator().who) is None


def test_ten_recovery_codes_are_shown_once_and_kept_as_hashes(visitor, clock, secret):
    codes = RECOVERY.findall(visitor.page)
    rows = repr(list(scan()))

    assert len(set(codes)) == 10
    assert not [
        spelling
        for spelling in [*codes, *(spelling.replace("-", "") for spelling in codes), secret]
        if spelling in rows
    ]
    assert RECOVERY.findall(visitor.open(signing.url(ACCOUNT)).page) == []
    assert "10 recovery codes are left" in visitor.page


def test_no_one_sets_up_another_one_next_to_it(visitor, clock, secret):
    type_email_code(visitor, clock)
    own = second_factor.propose(
        administrator(), signing.read("session", visitor.cookies["__Host-session"], 2)[0]
    ).secret
    visitor.post(signing.url(ACCOUNT), {"code": shown_by_app(own, clock)})

    assert "set-up-already" in visitor.messages
    assert not is_inside(visitor)


# --- signing in -------------------------------------------------------------------------------------------------------


def test_the_code_of_the_email_alone_opens_no_page_of_the_console(visitor, clock, secret):
    type_email_code(visitor, clock)
    assert "app-code" in visitor.messages
    for path in (HOME, "/admin/work", "/admin/start", ACCOUNT):
        assert "app-code" in visitor.open(signing.url(path)).messages
    posted = visitor.post(signing.url(f"{ACCOUNT}/remove"), {"code": "123456"})
    assert posted.status == 403

    visitor.open(signing.url("/admin/work"))
    visitor.post(signing.url(f"{ACCOUNT}/confirm"), {"code": shown_by_app(secret, clock)})
    assert visitor.url.endswith("/admin/work")
    assert is_inside(visitor)


@pytest.mark.parametrize(("seconds", "is_taken"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_phone_may_be_wrong_by_one_step(visitor, clock, secret, seconds, is_taken):
    type_email_code(visitor, clock)
    code = pyotp.TOTP(secret).at(clock.now() + timedelta(seconds=seconds))
    visitor.post(signing.url(f"{ACCOUNT}/confirm"), {"code": code})

    assert is_inside(visitor) is is_taken


def test_no_code_is_taken_twice_even_in_its_own_time(visitor, clock, secret):
    code = shown_by_app(secret, clock)
    type_email_code(visitor, clock).post(signing.url(f"{ACCOUNT}/confirm"), {"code": code})
    assert is_inside(visitor)
    type_email_code(visitor, clock).post(signing.url(f"{ACCOUNT}/confirm"), {"code": code})

    assert (visitor.status, "app-code-wrong" in visitor.messages) == (400, True)
    assert not is_inside(visitor)


def test_a_recovery_code_opens_once_and_its_owner_hears_of_it(visitor, clock, secret):
    code = RECOVERY.findall(visitor.page)[3]
    type_email_code(visitor, clock).post(signing.url(f"{ACCOUNT}/confirm"), {"code": code.upper().replace("-", " ")})
    assert is_inside(visitor)
    drain(clock.now())
    assert "a recovery code was used" in sent_emails(ADMINISTRATOR)[-1].message["Subject"]

    clock.advance(minutes=20)
    type_email_code(visitor, clock).post(signing.url(f"{ACCOUNT}/confirm"), {"code": code})
    assert not is_inside(visitor)


def test_where_it_is_required_no_one_comes_in_without_setting_it_up(visitor, clock, required):
    type_email_code(visitor, clock)
    assert "set-up" in visitor.open(signing.url("/admin/work")).messages
    key = SECRET.findall(visitor.page)[0].replace(" ", "")
    visitor.post(signing.url(ACCOUNT), {"code": shown_by_app(key, clock)})

    assert is_inside(visitor)


def test_where_it_is_optional_the_code_of_the_email_is_enough(visitor, clock):
    type_email_code(visitor, clock)

    assert is_inside(visitor)


# --- guessing ---------------------------------------------------------------------------------------------------------


COSTS = "/admin/cohort/autumn/costs"


def come_too_late(visitor, clock) -> Visitor:  # type: ignore[no-untyped-def]
    """Post a form without a session, and type the code of the email."""
    visitor.cookies.clear()
    visitor.post(signing.url(COSTS), {"fees": "1200"}, nonce="old")
    visitor.post(visitor.links("/sign-in/")[0], {"email": ADMINISTRATOR})
    drain(clock.now())
    return visitor.post(visitor.links("/sign-in/")[0], {"code": newest_code(ADMINISTRATOR)})


def test_a_form_that_came_too_late_waits_for_the_second_factor(visitor, clock, secret):
    come_too_late(visitor, clock)
    assert "app-code" in visitor.messages
    visitor.post(signing.url(f"{ACCOUNT}/confirm"), {"code": "000000"})
    visitor.post(signing.url(f"{ACCOUNT}/confirm"), {"code": shown_by_app(secret, clock)})

    assert 'name="fees" value="1200"' in visitor.page
    assert signing.url(COSTS) in visitor.links(COSTS)


def test_a_form_that_came_too_late_waits_until_it_is_set_up(visitor, clock, required):
    key = SECRET.findall(come_too_late(visitor, clock).page)[0].replace(" ", "")
    visitor.post(signing.url(ACCOUNT), {"code": "000000"})
    visitor.post(signing.url(ACCOUNT), {"code": shown_by_app(key, clock)})

    assert "recovery-codes" in visitor.messages
    assert 'name="fees" value="1200"' in visitor.page


def test_a_form_of_a_session_without_its_second_factor_is_not_lost(visitor, clock, secret):
    """The administrator has another tab, which has typed only the code of the email."""
    type_email_code(visitor, clock)
    visitor.post(signing.url(COSTS), {"fees": "1200"}, nonce="old")
    visitor.post(signing.url(f"{ACCOUNT}/confirm"), {"code": shown_by_app(secret, clock)})
    assert 'name="fees" value="1200"' in visitor.page


def set_up_at(now: datetime) -> str:
    secret = second_factor.propose(administrator(), "session").secret
    second_factor.set_up(administrator(), SESSION, "session", pyotp.TOTP(secret).at(now), now)
    return secret


def test_a_thief_who_reads_the_email_gets_few_tries_in_a_year(aws):
    secret = set_up_at(MONDAY)
    looked_at, now, number = 0, MONDAY, 0
    while now < MONDAY + timedelta(days=365):
        number += 1
        wrong = f"{(int(pyotp.TOTP(secret).at(now)) + 500_000) % 10**6:06}"
        before = second_factors.find(administrator().who)
        with pytest.raises(CodeRefused):
            second_factor.confirm(administrator(), replace(SESSION, hashed=f"h{number}"), wrong, now)
        after = second_factors.find(administrator().who)
        assert before is not None
        assert after is not None
        looked_at += len(after.failed) > len(before.failed)
        now = max(
            now + timedelta(minutes=1), sign_in_codes.TRIES.next_at([failure.at for failure in after.failed], now)
        )

    assert looked_at == 69


def test_a_session_has_five_tries(visitor, clock, secret):
    type_email_code(visitor, clock)
    for _ in range(5):
        visitor.post(signing.url(f"{ACCOUNT}/confirm"), {"code": "not a code"})
        clock.advance(seconds=1)
    visitor.post(signing.url(f"{ACCOUNT}/confirm"), {"code": shown_by_app(secret, clock)})

    assert "tries-spent" in visitor.messages


# --- removing and resetting -------------------------------------------------------------------------------------------


def test_removing_needs_a_code_and_notifies_the_owner(visitor, clock, secret):
    type_email_code(visitor, clock).post(signing.url(f"{ACCOUNT}/confirm"), {"code": shown_by_app(secret, clock)})
    visitor.open(signing.url(ACCOUNT)).post(signing.url(f"{ACCOUNT}/remove"), {"code": "000"})
    assert second_factors.find(administrator().who)
    clock.advance(minutes=1)
    visitor.open(signing.url(ACCOUNT)).post(signing.url(f"{ACCOUNT}/remove"), {"code": shown_by_app(secret, clock)})
    drain(clock.now())

    assert "set-up" in visitor.messages
    assert second_factors.find(administrator().who) is None
    assert "your second factor was removed" in sent_emails(ADMINISTRATOR)[-1].message["Subject"]


def test_a_recovery_code_removes_it_too(visitor, clock, secret):
    first, second, *_ = RECOVERY.findall(visitor.page)
    type_email_code(visitor, clock).post(signing.url(f"{ACCOUNT}/confirm"), {"code": first})
    visitor.open(signing.url(ACCOUNT)).post(signing.url(f"{ACCOUNT}/remove"), {"code": second})

    assert (visitor.status, second_factors.find(administrator().who)) == (200, None)


def test_an_operator_resets_it(aws, monkeypatch, capsys):
    monkeypatch.setattr(parser.local_cloud, "use_cloud", lambda *_: None)
    set_up_at(MONDAY)

    assert parser.main(["administrator", "reset-second-factor", ADMINISTRATOR, "--dry-run"]) == 0
    assert second_factors.find(administrator().who)
    assert parser.main(["administrator", "reset-second-factor", ADMINISTRATOR]) == 0
    assert second_factors.find(administrator().who) is None
    assert parser.main(["administrator", "reset-second-factor", ADMINISTRATOR]) == 1
    assert "No second factor is set up" in capsys.readouterr().err


def test_new_link_keys_take_no_second_factor_away(aws, monkeypatch):
    secret = set_up_at(MONDAY)
    keys = ("another key, of thirty-two characters or more",)
    monkeypatch.setattr(second_factor, "settings", lambda: replace(settings.settings(), link_keys=keys))

    later = MONDAY + timedelta(minutes=5)
    second_factor.confirm(administrator(), SESSION, pyotp.TOTP(secret).at(later), later)


# --- faults and races -------------------------------------------------------------------------------------------------


def pending() -> Session:
    return replace(SESSION, who=administrator().who, pending=True)


def lay_out() -> str:
    secret = set_up_at(MONDAY - timedelta(hours=1))
    transact([sessions.add(pending())])
    return secret


def test_a_fault_anywhere_leaves_the_session_pending_or_confirmed_and_a_later_code_works(aws):
    def act(_, now):
        secret = second_factor.propose(administrator(), "session").secret
        try:
            second_factor.confirm(administrator(), pending(), pyotp.TOTP(secret).at(now), now)
        except CodeRefused:
            raise Again from None

    def check(_):
        session = sessions.find("hash", "")
        return [] if session and not session.pending else ["the session is not confirmed"]

    assert single_faults(lay_out, act, check) >= 6


def test_one_code_typed_twice_at_once_is_taken_once(aws):
    def check(_, outcomes):
        refused = [outcome for outcome in outcomes if isinstance(outcome, CodeRefused)]
        return [] if len(refused) == 1 else [f"{outcomes!r}"]

    def typing(_):
        secret = second_factor.propose(administrator(), "session").secret
        second_factor.confirm(administrator(), pending(), pyotp.TOTP(secret).at(MONDAY), MONDAY)

    assert explore(lay_out, [typing, typing], check) >= 4


# --- an erasure -------------------------------------------------------------------------------------------------------


def rows_of_factors() -> list[str]:
    return [str(row) for row in scan() if SECOND_FACTOR.has(row)]


def test_an_administrator_who_is_erased_as_a_coach_keeps_the_factor(visitor, clock, secret):
    """docs/privacy.md says so: it protects the console."""
    people.opened(clock, chosen=people.raters(1, 0))
    coach = people.person("cleo coach").email
    address_change.change_address(people.COHORT, coach, ADMINISTRATOR, clock.now(), "other@example.org")
    drain(clock.now())
    before = rows_of_factors()

    erase_person.erase(ADMINISTRATOR, clock.now())

    assert before
    assert rows_of_factors() == before
