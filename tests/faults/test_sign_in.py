"""A fault at every AWS call of asking for a code, its email, and typing it: one email a code, and one session."""

from collections import Counter

from chalicelib.emails import send
from chalicelib.store import sessions
from chalicelib.store.sessions import Session
from chalicelib.web import readers, sign_in_codes
from chalicelib.web.readers import Role
from chalicelib.web.sessions import MAX_SESSION
from tests.faults.scene import Again
from tests.support import people
from tests.support.clock import MONDAY
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.faults import single_faults
from tests.support.interleave import explore
from tests.support.visitor import newest_code
from tests.support.world import all_rows

CLEO = people.person("cleo coach")


def reader():
    return readers.reader(Role.COACH, "token", CLEO, "/coach/token", people.programme(), {"cohort": people.COHORT})


def spend(challenge, now, session):
    made = Session(sessions.hashed(session), reader().who, now + MAX_SESSION)
    sign_in_codes.spend(reader(), challenge, newest_code(CLEO.email), made, now)


def kept():
    return [row for row in all_rows() if row["sk"] == "SESSION"]


def test_a_code_is_emailed_once_and_signs_in_once_after_any_fault(aws):
    def act(_, now):
        """Ask again each time: half an hour has passed since the error page."""
        challenge = sign_in_codes.ask(reader(), f"challenge-{now:%H%M}", now)
        send.send(f"web/code#{reader().who}#{challenge}", f"attempt-{now:%H%M}", now)
        if not (sent_emails() and sent_emails()[-1].row.endswith(challenge)):
            raise Again
        spend(challenge, now, f"session of {challenge}")

    def check(_):
        emails = Counter(email.row for email in sent_emails())
        wrong = [f"{email} went out {count} times" for email, count in emails.items() if count > 1]
        return wrong + ([] if 0 < len(kept()) <= len(emails) else [f"{len(kept())} sessions of {len(emails)} codes"])

    assert single_faults(lambda: None, act, check) > 20


def test_pressing_twice_at_once_sends_one_email_and_both_pages_work(aws):
    def check(_, outcomes):
        drain(MONDAY)
        wrong = [] if len(set(outcomes)) == 1 else [f"two challenges: {outcomes}"]
        return wrong + ([] if len(sent_emails()) == 1 else [f"{len(sent_emails())} emails"])

    press = [
        lambda _, name=name: sign_in_codes.ask(reader(), "once", MONDAY, otherwise=name) for name in ("first", "second")
    ]
    assert explore(lambda: None, press, check) >= 6


def test_one_code_typed_twice_at_once_signs_in_once(aws):
    def asked():
        sign_in_codes.ask(reader(), "challenge", MONDAY)
        drain(MONDAY)

    def check(_, outcomes):
        refused = [outcome for outcome in outcomes if isinstance(outcome, sign_in_codes.CodeRefused)]
        return [] if (len(kept()), len(refused)) == (1, 1) else [f"{len(kept())} sessions: {outcomes!r}"]

    typing = [lambda _, name=name: spend("challenge", MONDAY, name) for name in ("one", "two")]
    assert explore(asked, typing, check) >= 6
