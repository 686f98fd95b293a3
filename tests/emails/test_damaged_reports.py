"""A report of SES that is damaged, or about an email that we do not know: what can be read counts, and nothing hangs.

The events go through the Lambda function, as SNS brings them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.test import Client

import chalicelib.core.clock
from chalicelib.emails import ses_tags
from chalicelib.emails.digest import NAME
from chalicelib.emails.kinds import LEASE
from chalicelib.store import due, emails
from chalicelib.store.emails import EmailState, Trouble
from chalicelib.store.marshal import Row
from chalicelib.store.table import get, put, query, scan, transact
from tests.emails.samples import make_email
from tests.emails.test_digest import ABOUT, states, store
from tests.emails.test_digest import about as email_about
from tests.support.clock import MONDAY
from tests.support.drain import drain

HARD: dict[str, Any] = {"bounceType": "Permanent", "bouncedRecipients": [{"status": "5.1.1"}]}
EMAIL = make_email().id


@pytest.fixture
def functions(aws):
    from app import app

    chalicelib.core.clock.use(lambda: MONDAY)
    with Client(app) as client:
        yield client
    chalicelib.core.clock.use(None)


@pytest.fixture
def taken(functions) -> None:
    """Leave an email with a sender that has no answer yet."""
    transact(emails.add(make_email()))
    emails.claim(EMAIL, "one", MONDAY, MONDAY + LEASE)


def report(functions: Client, kind: str = "Bounce", email_id: str = EMAIL, /, **changes: Any) -> None:
    """Bring an event about an email. changes: parts in place of the true ones; None leaves a part out."""
    about = {"messageId": "ses-1", "tags": {"mail": [ses_tags.tag(email_id)], "attempt": ["one"]}}
    parts = {"eventType": kind, "mail": about, "bounce": HARD, **changes}
    bring(functions, json.dumps({name: part for name, part in parts.items() if part is not None}))


def bring(functions: Client, message: str) -> None:
    functions.lambda_.invoke("mail_events", functions.events.generate_sns_event(message))


def shown() -> list[Row]:
    return list(query("COHORT#spring", "BOUNCE#"))


def stops() -> list[str]:
    """Return the jobs that keep later emails from an address that is lost."""
    return [row["pk"] for row in due.list_due(MONDAY) if row["pk"].startswith("JOB#undeliverable")]


@pytest.mark.parametrize("bounce", [None, 1, "gone", [], {}, {"bouncedRecipients": 7}, {"bounceType": None}])
def test_a_bounce_counts_although_its_details_are_damaged(functions, taken, bounce):
    report(functions, bounce=bounce)

    (row,) = shown()
    assert emails.find(EMAIL).state is EmailState.UNDELIVERED
    assert row["trouble"] == Trouble.UNCLEAR
    assert stops() == [], "nothing says that the address is lost"


@pytest.mark.parametrize("recipients", [None, "all", [None, 7], [[], {"status": None}], [3, {"status": "5.1.1"}]])
def test_a_hard_bounce_counts_as_one_although_its_recipients_are_damaged(functions, taken, recipients):
    report(functions, bounce={"bounceType": "Permanent", "bouncedRecipients": recipients})

    (row,) = shown()
    assert emails.find(EMAIL).state is EmailState.BOUNCED
    assert row["trouble"] == Trouble.ADDRESS
    assert len(stops()) == 1


@pytest.mark.parametrize("lost", ["messageId", "attempt"])
def test_a_bounce_without_an_id_of_the_message_or_attempt_stays_when_an_older_event_follows(functions, taken, lost):
    about: dict[str, Any] = {"messageId": "ses-1", "tags": {"mail": [ses_tags.tag(EMAIL)], "attempt": ["one"]}}
    (about if lost in about else about["tags"]).pop(lost)
    report(functions, mail=about)
    report(functions, "Send")

    assert emails.find(EMAIL).state is EmailState.BOUNCED
    assert len(stops()) == 1


@pytest.mark.parametrize("kind", ["Send", "Bounce", "Complaint"])
def test_a_report_about_an_email_that_we_do_not_know_changes_nothing(functions, kind):
    before = list(scan())
    report(functions, kind)

    assert list(scan()) == before


@pytest.mark.parametrize("message", ["", "{", "null", json.dumps({"eventType": "Bounce", "bounce": HARD})])
def test_a_report_that_names_no_email_changes_nothing(functions, taken, message):
    before = list(scan())
    bring(functions, message)

    assert list(scan()) == before


def test_a_report_about_an_email_whose_row_is_damaged_is_kept_and_counts_after_the_repair(functions, taken):
    """Lambda tries it twice more, and puts it among the dead letters: tests/infra/test_after_deploy.py."""
    row = damage(EMAIL)
    with pytest.raises(Exception, match="ValidationError"):
        report(functions)

    put_back(row)
    report(functions)
    assert emails.find(EMAIL).state is EmailState.BOUNCED
    assert len(shown()) == 1


def test_a_damaged_email_of_a_digest_keeps_no_other_from_its_outcome(functions):
    store(*map(email_about, ABOUT))
    drain(MONDAY)
    (carrier,) = [row["id"] for row in scan() if row["pk"].startswith(f"MAIL#{NAME}")]
    message_id = emails.find(carrier).message_id
    row = damage(email_about("two").id)
    bounced = {"messageId": message_id, "tags": {"mail": [ses_tags.tag(carrier)], "attempt": ["one"]}}

    for _ in range(2):  # it comes again, and does no harm
        with pytest.raises(Exception, match="ItemsUnreadable"):
            report(functions, mail=bounced)
        assert {each["mail_id"] for each in shown()} == {email_about("one").id, email_about("three").id}

    put_back(row)
    report(functions, mail=bounced)
    assert set(states().values()) == {EmailState.BOUNCED}
    assert len(shown()) == 3


def damage(email_id: str) -> Row:
    """Take a field out of an email's row. Return the row as it was."""
    row = get(emails.key(email_id))
    transact([put({name: value for name, value in row.items() if name != "due_at"})])
    return row


def put_back(row: Row) -> None:
    transact([put(row)])
