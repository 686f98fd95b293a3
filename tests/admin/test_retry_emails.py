"""What SES refused is sent again once its cause is fixed, from the shell or the console, and nothing twice."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from collections import Counter
from datetime import timedelta

import pytest

from chalicelib.admin import address_change, retry_emails
from chalicelib.cli import cohort, failures
from chalicelib.cli.arguments import UsageRefused
from chalicelib.cli.parser import parser
from chalicelib.collect import decline
from chalicelib.collect.submit_answers import submit
from chalicelib.core.aws import client
from chalicelib.emails.send import ACCOUNT_DELAY
from chalicelib.people import leave
from chalicelib.store import audit_events, cohorts, delegates, emails
from chalicelib.store.emails import EmailState
from chalicelib.store.table import scan
from chalicelib.waves.emails.to_raters import INVITATION, OPENING
from infra.local.account import SENDER_DOMAIN
from tests.emails.test_send import CONTENT, SesSays
from tests.faults import scene
from tests.support import people
from tests.support.calls import count_calls, watched_by
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.faults import single_faults

BY = "ada@example.org"
WORK = f"{BASE_URL}/admin/work"
COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
P0 = people.person("p0").email
FIRST = ("programme/opening", "collect/invitation")


def states() -> Counter[str]:
    """Of the emails of the opening."""
    return Counter(row["state"] for row in scan() if row["pk"].startswith(tuple(f"MAIL#{kind}" for kind in FIRST)))


def sent_again() -> list[str]:
    return [email.row for email in sent_emails() if email.row.startswith(FIRST)]


def refused_invitations(clock) -> list[str]:
    """Every first email of the opening was refused for what it holds."""
    people.load(clock.now(), chosen=people.raters(4, 0))
    drain(clock.now())
    drain(clock.advance(days=2))  # sponsor and facilitator know of the cohort by then
    with watched_by(SesSays(CONTENT[0], message=CONTENT[1])):
        drain(clock.to(people.OPENING))
        drain(clock.advance(minutes=1))
    return [email.id for email in emails.refused_by_ses(clock.now())]


@pytest.fixture
def refused(visitor, clock):
    assert len(refused_invitations(clock)) == 6
    assert states() == {EmailState.REFUSED: 6}
    return visitor


@pytest.fixture
def unverified(clock, aws):
    client("sesv2").delete_email_identity(EmailIdentity=SENDER_DOMAIN)
    yield
    client("sesv2").create_email_identity(EmailIdentity=SENDER_DOMAIN)


def test_a_sender_that_is_not_verified_costs_no_email(visitor, unverified, clock):
    """The day of the opening: SES rejects all, someone verifies the sender, and everything goes out by itself."""
    people.load(clock.now(), chosen=people.raters(4, 0))
    for minutes in (0, 1, 16, 31):
        drain(clock.to(people.OPENING + timedelta(minutes=minutes)))
    visitor.let_in_administrator(clock.now())

    assert states() == {EmailState.QUEUED: 6}
    assert cohorts.list_bounces(people.COHORT) == []
    for url in (COHORT, WORK, f"{BASE_URL}/admin"):
        assert (
            "The email service (Amazon SES) rejects every email: the sender is not verified. Verify it"
            in visitor.open(url).page
        )

    client("sesv2").create_email_identity(EmailIdentity=SENDER_DOMAIN)
    drain(clock.advance(minutes=ACCOUNT_DELAY.seconds // 60 + 1))
    assert states() == {EmailState.SENT: 6}
    assert Counter(email.addresses[0] for email in sent_emails()).most_common(1)[0][1] == 1
    assert "Amazon SES" not in visitor.open(COHORT).page


def test_the_button_sends_all_again_and_pressing_twice_sends_nothing_twice(refused, clock):
    admin = refused.let_in_administrator(clock.now())
    assert "Problems" in admin.open(COHORT).page
    admin.open(WORK)
    page = admin.page
    for _ in range(2):
        admin.page = page
        admin.post(WORK, {"mail": "all"})
    drain(clock.advance(minutes=5))

    assert len(sent_again()) == 6
    assert states() == {EmailState.SENT: 6}
    assert cohorts.list_bounces(people.COHORT) == []
    noted = [row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("sent again")]
    assert set(noted) == {f"sent again: {kind.label}" for kind in (INVITATION, OPENING)}


def test_no_page_and_no_status_says_whose_email_was_refused_or_how_many(refused, clock, monkeypatch, capsys):
    """Reminders go to those who have not answered: a list of them, or its length, would show who has."""
    monkeypatch.setattr(cohort.clock, "now", clock.now)
    admin = refused.let_in_administrator(clock.now())
    pages = [admin.open(url).page for url in (COHORT, WORK, f"{COHORT}/delegate/{people.dana()}", f"{COHORT}/progress")]
    for words in (["cohort", "status", people.COHORT], ["cohort", "status", people.COHORT, "--json"]):
        cohort.cohort_status(parser().parse_args(words))
    output = "".join(pages) + capsys.readouterr().out

    assert Counter(re.findall(r"<li>(.*?):", pages[1])) == {INVITATION.label: 1, OPENING.label: 1}
    assert 'data-message="rejected-emails"' in pages[0]
    assert 'data-task="repair"' in pages[0]
    assert not {name for name in ("P0", "P1", "P2", "P3") if f">{name}" in output or f"{name.lower()}@" in output}
    assert "refused\tsome emails" in output
    assert re.search(r"\b[5-6] (emails|invitations)", output) is None
    assert not [invitation.id for invitation in scene.asked() if invitation.id in output]


# --- who needs it no more -----------------------------------------------------------------------------


def again(clock) -> int:
    """How many are said to wait again: all of them, or the answer would show who has answered."""
    outcomes = retry_emails.retry(retry_emails.find([], clock.now())[0], clock.now(), BY)
    drain(clock.advance(minutes=5))
    assert {outcome.words for outcome in outcomes} <= {"scheduled again, if it is still needed"}
    assert emails.refused_by_ses(clock.now()) == []
    return len(outcomes)


def answers(answer_link, now):
    scene.fill_in(answer_link, "4", now)
    submit(answer_link, now)


def declines(answer_link, now):
    decline.decline(answer_link, "no_time", now)


@pytest.mark.parametrize("responds", [answers, declines])
def test_a_rater_who_has_responded_gets_no_invitation_and_the_administrator_does_not_learn_it(refused, clock, responds):
    responds(scene.link_of(scene.invitation("p0")), clock.now())

    assert again(clock) == 6
    assert sent_emails(P0) == []
    assert len(sent_again()) == 5
    assert cohorts.list_bounces(people.COHORT) == []
    noted = [row for row in audit_events.of_cohort(people.COHORT) if row["act"] == f"sent again: {INVITATION.label}"]
    assert len({row["about"] for row in noted}) == 1


def test_the_list_of_refused_emails_does_not_show_who_has_answered(visitor, clock):
    """A reminder that SES refused stays on it when the answer cancels the reminder."""
    people.opened(clock, chosen=people.raters(4, 0))
    with watched_by(SesSays(CONTENT[0], message=CONTENT[1])):
        for days in range(1, 16):
            drain(clock.to(people.OPENING + timedelta(days=days, minutes=10)))
    before = [email.id for email in emails.refused_by_ses(clock.now())]
    assert any(email.startswith("collect/reminder") and scene.invitation("p0").id in email for email in before)

    answers(scene.link_of(scene.invitation("p0")), clock.now())

    assert [email.id for email in emails.refused_by_ses(clock.now())] == before
    again(clock)
    assert len(sent_emails(P0)) == 1, "the invitation, and no reminder after the answer"


def test_no_one_is_asked_about_a_delegate_who_has_left(refused, clock):
    leave.leave(people.dana(), clock.now(), BY)
    drain(clock.now())

    assert again(clock) == 6
    assert [
        email.row for email in sent_emails() if not email.row.startswith("people/")
    ] == []  # only that they have left


def test_an_old_address_gets_nothing_after_it_was_replaced(refused, clock):
    address_change.change_address(people.COHORT, P0, "new@example.org", clock.now(), BY)
    drain(clock.now())

    again(clock)

    (notice,) = sent_emails(P0)
    assert "no longer come to this address" in str(notice.message["Subject"])
    assert len(sent_emails("new@example.org")) == 1


def test_a_refused_email_that_would_come_too_late_is_not_offered(refused, clock):
    clock.to(people.CLOSE)

    assert retry_emails.find([], clock.now())[0] == []


# --- the command --------------------------------------------------------------------------------------


def command(*words: str) -> Namespace:
    return parser().parse_args(["mails", "retry", *words])


def test_the_command_says_what_it_would_do_and_then_does_it(refused, clock, monkeypatch, capsys):
    monkeypatch.setattr(cohort.clock, "now", clock.now)
    ids = {email.id for email in emails.refused_by_ses(clock.now())}
    with count_calls() as calls:
        assert failures.retry_emails(command("--dry-run", "--json")) == 0
    said = json.loads(capsys.readouterr().out)

    assert {email["mail_id"] for email in said["mails"]} == ids
    assert not {"PutItem", "UpdateItem", "TransactWriteItems"} & calls.keys()
    chosen = sorted(ids)[0]
    assert failures.retry_emails(command(chosen)) == 0
    assert capsys.readouterr().out == f"{chosen}: scheduled again, if it is still needed\n"
    with pytest.raises(UsageRefused, match="Not an email that SES rejected"):
        failures.retry_emails(command(chosen))
    failures.retry_emails(command())
    drain(clock.advance(minutes=5))
    assert len(sent_again()) == 6
    capsys.readouterr()
    failures.retry_emails(command())
    assert capsys.readouterr().out == "SES has rejected no email.\n"


def test_the_status_of_a_cohort_says_what_did_not_arrive_and_what_to_do(refused, clock, monkeypatch, capsys):
    monkeypatch.setattr(cohort.clock, "now", clock.now)
    cohort.cohort_status(parser().parse_args(["cohort", "status", people.COHORT]))

    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("refused\t")]
    assert len(lines) == 1
    assert "Fix the cause, then send the email again" in lines[0]


# --- faults -------------------------------------------------------------------------------------------


def test_under_every_fault_a_refused_email_is_sent_again_once(clock, aws):
    refused_invitations(clock)
    ready = scene.Scene(lambda: None)
    chosen = emails.refused_by_ses(clock.now())[0].id
    start = clock.now()

    def act(_, now):
        at = start + (now - scene.MONDAY)
        retry_emails.retry(retry_emails.find([chosen], at)[0], at, BY)
        if emails.find(chosen).state is EmailState.REFUSED:
            raise scene.Again

    def check(_):
        drain(start + timedelta(hours=9))
        email = emails.find(chosen)
        wrong = [] if email.state is EmailState.SENT else [f"{email.state}: {email.reason}"]
        sent = [accepted for accepted in sent_emails() if accepted.row == chosen]
        wrong += [] if len(sent) == 1 else [f"sent {len(sent)} times"]
        noted = [row for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("sent again")]
        wrong += [] if len(noted) == 1 else [f"noted {len(noted)} times"]
        return wrong + [bounce.mail_id for bounce in cohorts.list_bounces(people.COHORT) if bounce.mail_id == chosen]

    assert single_faults(ready.lay_out, act, check) > 8


def test_a_delegate_is_not_lost_by_a_refusal_of_content(refused, clock):
    """Reminders and later emails still go out."""
    drain(clock.to(people.CLOSE - timedelta(days=2)))

    assert len(sent_emails(P0)) >= 1
    assert not delegates.find(people.dana()).withdrawn
