"""One email, once: three calls, and what each refusal or doubt leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from msgspec.structs import replace

from chalicelib.admin.failures import account_trouble
from chalicelib.core import log
from chalicelib.core.model import Person
from chalicelib.core.settings import settings
from chalicelib.emails import send as sending
from chalicelib.emails.kinds import LEASE
from chalicelib.emails.send import ACCOUNT_DELAY, MAX_ATTEMPTS, delay, send
from chalicelib.emails.ses_errors import WORDS, AccountFault
from chalicelib.store import account_fault, emails
from chalicelib.store.due import list_due
from chalicelib.store.emails import Email, EmailMissing, EmailState
from chalicelib.store.table import ConditionFailed, get, query, transact, update_one
from chalicelib.waves.suppression import list_suppressed
from chalicelib.web.sign_in_codes import CODE_LIFETIME
from infra.local import account
from tests.emails.samples import SAM, make_email
from tests.support.calls import count_calls, watched_by
from tests.support.clock import MONDAY
from tests.support.emails import publish_email_events, sent_emails

pytestmark = pytest.mark.usefixtures("aws")


class SesSays:
    """SES rejects every email with this code, before it takes any."""

    def __init__(self, code: str, status: int = 400, message: str = "no"):
        self.answer = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        status = self.answer["ResponseMetadata"]["HTTPStatusCode"]
        return (AWSResponse("", status, {}, None), self.answer) if operation == "SendEmail" else None

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass


class SesIsSilent(SesSays):
    """SES takes every email, and no answer comes back."""

    def __init__(self) -> None:
        pass

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        return None

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        if operation == "SendEmail":
            raise ReadTimeoutError(endpoint_url="ses")


@pytest.fixture
def problems(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the problems logged."""
    problems: list[str] = []
    monkeypatch.setattr(log, "warning", lambda name, **ids: problems.append(name))
    return problems


@pytest.fixture
def queued() -> Email:
    transact(emails.add(make_email()))
    return make_email()


def now_is(state: EmailState) -> Email:
    sent_email = emails.find(make_email().id)
    assert sent_email
    assert sent_email.state is state
    return sent_email


def due_ids(at: Any) -> list[str]:
    return [row["pk"] for row in list_due(at)]


def test_an_email_takes_three_calls(queued):
    settings()
    with count_calls() as calls:
        assert send(queued.id, "one", MONDAY)

    assert dict(calls) == {"UpdateItem": 2, "SendEmail": 1}


def test_a_sent_email_is_settled_and_no_longer_due(queued):
    send(queued.id, "one", MONDAY)

    sent_email = now_is(EmailState.SENT)
    (accepted,) = sent_emails()
    assert (sent_email.message_id, sent_email.sent_at, sent_email.attempts) == (accepted.id, "2026-09-07T09:00:00Z", 1)
    assert accepted.addresses[0] == SAM.email
    assert due_ids(MONDAY + timedelta(days=9)) == []


def test_a_second_hint_sends_nothing(queued):
    assert send(queued.id, "one", MONDAY)
    assert not send(queued.id, "two", MONDAY)
    assert len(sent_emails()) == 1


def test_an_email_is_not_sent_before_it_is_due(queued):
    assert not send(queued.id, "one", MONDAY - timedelta(seconds=1))
    assert sent_emails() == []


def test_a_hint_at_no_email_does_nothing():
    assert not send("collect/invitation#gone", "one", MONDAY)


def test_a_cancelled_email_is_never_sent(queued):
    transact([emails.cancel(queued.id)])

    assert not send(queued.id, "one", MONDAY)
    assert sent_emails() == []


def test_an_email_that_comes_too_late_to_be_of_use_is_not_sent_and_asks_no_one_to_act(problems):
    late = replace(make_email("web/code"), good_until=MONDAY + timedelta(minutes=10))
    transact(emails.add(late))

    assert not send(late.id, "one", MONDAY + timedelta(minutes=10))
    assert sent_emails() == []
    assert emails.find(late.id).state is EmailState.REFUSED
    assert due_ids(MONDAY + timedelta(days=9)) == []
    assert (problems, list(query("COHORT#spring", "BOUNCE#"))) == ([], [])


def test_an_email_cancelled_while_in_doubt_is_not_sent_again(queued):
    with watched_by(SesIsSilent()):
        send(queued.id, "one", MONDAY)
    transact([emails.cancel(queued.id)])

    assert [email.id for email in emails.list_unconfirmed(MONDAY + LEASE)] == [queued.id]
    assert not send(queued.id, "two", MONDAY + LEASE)
    assert len(sent_emails()) == 1
    assert "cancelled before we knew" in now_is(EmailState.CANCELLED).reason
    assert due_ids(MONDAY + timedelta(days=9)) == []

    publish_email_events(MONDAY + LEASE)
    assert now_is(EmailState.SENT).message_id, "a late event still says whether it was delivered"


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in-a-transaction"])
def test_an_email_cancelled_before_it_is_taken_is_off_the_index_at_once(queued, alone):
    cancel = emails.cancel(queued.id)
    if alone:
        update_one(cancel)
    else:
        transact([*emails.add(make_email("web/code")), cancel])

    assert due_ids(MONDAY + timedelta(days=9)) == ([] if alone else ["MAIL#" + make_email("web/code").id])


def test_an_email_that_is_not_there_cannot_be_cancelled():
    with pytest.raises(EmailMissing):
        transact([emails.cancel("none")])
    with pytest.raises(EmailMissing):
        update_one(emails.cancel("none"))


def test_an_email_cancelled_while_it_is_postponed_is_not_on_the_index(queued):
    held = emails.claim(queued.id, "one", MONDAY, MONDAY + LEASE)
    transact([emails.cancel(queued.id)])
    transact([emails.reschedule(held, MONDAY, "busy")])

    assert due_ids(MONDAY + timedelta(days=9)) == []
    assert now_is(EmailState.CANCELLED)
    assert not send(queued.id, "two", MONDAY + LEASE)
    assert sent_emails() == []


class LoseAnswers:
    """The first answers of an operation are lost, though it was done."""

    def __init__(self, operation: str, times: int):
        self.operation, self.times = operation, times

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        return None

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        if operation == self.operation and self.times:
            self.times -= 1
            raise ReadTimeoutError(endpoint_url=service)


def test_a_lost_answer_while_claiming_does_not_hold_an_email_up(queued):
    with watched_by(LoseAnswers("UpdateItem", 1)):
        assert send(queued.id, "one", MONDAY)

    assert len(sent_emails()) == 1


def test_a_sign_in_code_is_held_no_longer_than_it_lives():
    code = replace(make_email("web/code"), id="web/code#x", good_until=MONDAY + CODE_LIFETIME)
    transact(emails.add(code))
    with watched_by(LoseAnswers("UpdateItem", 2)):
        assert not send(code.id, "one", MONDAY)

    assert emails.find(code.id).due_at <= MONDAY + CODE_LIFETIME
    assert not send(code.id, "two", MONDAY + CODE_LIFETIME)
    assert emails.find(code.id).state is EmailState.REFUSED, "settled as too late, and not held for an hour"
    assert due_ids(MONDAY + timedelta(days=9)) == []


@pytest.mark.parametrize("code", ["TooManyRequestsException", "ThrottlingException"])
def test_a_busy_ses_is_asked_again_later(queued, code):
    with watched_by(SesSays(code)):
        assert not send(queued.id, "one", MONDAY)

    sent_email = now_is(EmailState.QUEUED)
    assert timedelta(seconds=40) <= sent_email.due_at - MONDAY <= timedelta(minutes=1)
    assert code in sent_email.reason
    assert send(queued.id, "two", sent_email.due_at)


CONTENT = ("MessageRejected", "Transaction failed: Expected disposition, got null")
NOT_AN_ADDRESS = ("BadRequestException", "Missing final '@domain'")


@pytest.mark.parametrize(("code", "message"), [CONTENT, NOT_AN_ADDRESS])
def test_an_email_ses_will_never_take_is_shown_to_the_administrator(queued, problems, code, message):
    with watched_by(SesSays(code, message=message)):
        assert not send(queued.id, "one", MONDAY)

    sent_email = now_is(EmailState.REFUSED)
    bounce = get(emails.bounce_key(queued))
    assert sent_email.reason.endswith(message)
    assert bounce["trouble"] == ("refused" if code == "MessageRejected" else "address")
    assert (SAM.email in list_suppressed("spring")) is (code != "MessageRejected"), (
        "only a reader's error marks an address"
    )
    assert bounce["reason"] == sent_email.reason
    who = ("", "") if code == "MessageRejected" else (SAM.name, SAM.email)
    assert (bounce["name"], bounce["email"], bounce["delegate"]) == (*who, "k3jx9qmw7s")
    assert problems == ["mail_refused"]
    assert due_ids(MONDAY + timedelta(days=9)) == []


def test_an_address_no_one_can_have_is_refused_before_ses_is_asked(problems):
    wrong = make_email(to=Person("Jörg", "jörg@example.org"))
    transact(emails.add(wrong))
    with count_calls() as calls:
        assert not send(wrong.id, "one", MONDAY)

    assert "letters beyond a-z" in now_is(EmailState.REFUSED).reason
    assert "SendEmail" not in calls


NOT_VERIFIED = "Email address is not verified. The following identities failed the check in region EU-WEST-2: "
SENDER = f"feedback@{account.SENDER_DOMAIN}"
ACCOUNT = [
    ("MessageRejected", f"{NOT_VERIFIED}{SENDER}", AccountFault.SENDER),
    ("MessageRejected", f"{NOT_VERIFIED}{SENDER.partition('@')[2]}", AccountFault.SENDER),
    ("MessageRejected", f"{NOT_VERIFIED}{SENDER}, {SAM.email}", AccountFault.SENDER),
    ("MessageRejected", "Email address is not verified.", AccountFault.SENDER),
    ("MessageRejected", f"{NOT_VERIFIED}{SAM.email}", AccountFault.SANDBOX),
    ("MessageRejected", "Sending suspended for this account.", AccountFault.SUSPENDED),
    ("AccountSuspendedException", "no", AccountFault.SUSPENDED),
    ("SendingPausedException", "no", AccountFault.PAUSED),
    ("BadRequestException", "Sending paused for this account.", AccountFault.PAUSED),
    ("TooManyRequestsException", "Daily message quota exceeded.", AccountFault.QUOTA),
    ("LimitExceededException", "no", AccountFault.QUOTA),
    ("AccessDeniedException", "User is not authorized to perform ses:SendRawEmail", AccountFault.DENIED),
    ("UnrecognizedClientException", "The security token is invalid.", AccountFault.DENIED),
    ("NotFoundException", "Configuration set <x> does not exist.", AccountFault.CONFIGURATION_SET),
    ("BadRequestException", "Configuration set <x> does not exist.", AccountFault.CONFIGURATION_SET),
    ("MailFromDomainNotVerifiedException", "The MAIL FROM domain is not verified.", AccountFault.MAIL_FROM),
]


@pytest.mark.parametrize(("code", "message", "fault"), ACCOUNT)
def test_a_fault_of_the_account_is_a_problem_uses_up_no_attempt_and_marks_no_address(
    queued, problems, code, message, fault
):
    with watched_by(SesSays(code, message=message)):
        for turn in range(MAX_ATTEMPTS + 5):
            send(queued.id, f"turn-{turn}", MONDAY + turn * ACCOUNT_DELAY)

    sent_email = now_is(EmailState.QUEUED)
    assert (sent_email.attempts, sent_email.reason) == (0, fault)
    assert problems == ["mail_account"] * (MAX_ATTEMPTS + 5)
    assert list(query("COHORT#spring", "BOUNCE#")) == []


def test_the_console_says_why_ses_refuses_until_it_takes_an_email_that_waited(queued):
    later = MONDAY + ACCOUNT_DELAY
    with watched_by(SesSays(*ACCOUNT[0][:1], message=ACCOUNT[0][1])):
        send(queued.id, "one", MONDAY)

    assert account_trouble(later).startswith(
        "The email service (Amazon SES) rejects every email: the sender is not verified. Verify it"
    )
    assert account_fault.current_in(query("COHORT#spring"), later) == AccountFault.SENDER
    assert send(queued.id, "two", later)
    assert account_trouble(later) == ""
    assert account_fault.current_in(query("COHORT#spring"), later) == ""


def test_a_fault_that_nothing_repeats_is_forgotten(queued):
    with watched_by(SesSays("AccountSuspendedException")):
        send(queued.id, "one", MONDAY)

    assert account_trouble(MONDAY + timedelta(minutes=39))
    assert account_trouble(MONDAY + timedelta(minutes=40)) == ""


def test_every_fault_of_the_account_has_words_and_says_what_to_do():
    assert WORDS.keys() == set(AccountFault)


@pytest.mark.parametrize("status", [500, 503, 408])
def test_a_fault_of_ses_leaves_a_doubt(queued, status):
    with watched_by(SesSays("InternalFailure", status)):
        assert not send(queued.id, "one", MONDAY)

    assert now_is(EmailState.SENDING).due_at == MONDAY + LEASE
    assert not send(queued.id, "two", MONDAY + LEASE - timedelta(seconds=1))
    assert sent_emails() == []


def test_a_doubt_that_lapses_is_counted_and_sent_again(queued, problems):
    with watched_by(SesSays("InternalFailure", 500)):
        send(queued.id, "one", MONDAY)

    assert send(queued.id, "two", MONDAY + LEASE)
    assert (now_is(EmailState.SENT).doubts, problems) == (1, ["mail_in_doubt"])


def test_the_send_event_ends_a_doubt(queued):
    with watched_by(SesIsSilent()):
        assert not send(queued.id, "one", MONDAY)
    publish_email_events(MONDAY)

    assert now_is(EmailState.SENT).message_id == sent_emails()[0].id
    assert not send(queued.id, "two", MONDAY + LEASE)
    assert len(sent_emails()) == 1


def test_ten_attempts_are_enough(queued, problems):
    at = MONDAY
    with watched_by(SesSays("ThrottlingException")):
        for turn in range(MAX_ATTEMPTS):
            send(queued.id, f"turn-{turn}", at)
            at = max(at, emails.find(queued.id).due_at)

    assert now_is(EmailState.REFUSED).attempts == MAX_ATTEMPTS
    assert at - MONDAY > timedelta(hours=18)
    assert get(emails.bounce_key(queued))
    assert not send(queued.id, "more", at + timedelta(days=1))


def test_an_email_that_crashes_every_sender_is_given_up(queued, problems):
    for turn in range(MAX_ATTEMPTS):
        at = MONDAY + turn * LEASE
        assert emails.claim(queued.id, f"turn-{turn}", at, at + LEASE) or emails.claim_unconfirmed(
            queued.id, f"turn-{turn}", at, at + LEASE
        )
    send(queued.id, "last", MONDAY + MAX_ATTEMPTS * LEASE)

    assert now_is(EmailState.REFUSED).reason == "All attempts timed out or crashed"
    assert sent_emails() == []


def test_a_faulty_template_loses_no_email(queued, monkeypatch):
    def broken(*_: object) -> bytes:
        raise KeyError("a name that must not be in a log")

    with monkeypatch.context() as patch:
        patch.setattr(sending, "compose_message", broken)
        assert not send(queued.id, "one", MONDAY)

    sent_email = now_is(EmailState.QUEUED)
    assert sent_email.reason.startswith("KeyError at ")
    assert "must not" not in sent_email.reason
    assert send(queued.id, "two", sent_email.due_at)


def test_a_table_that_does_not_answer_raises_nothing(queued, monkeypatch):
    def down(*_: object) -> None:
        raise ReadTimeoutError(endpoint_url="dynamodb")

    monkeypatch.setattr(emails, "claim", down)

    assert not send(queued.id, "one", MONDAY)


def test_an_attempt_whose_claim_was_not_answered_may_claim_again(queued):
    first = emails.claim(queued.id, "one", MONDAY, MONDAY + LEASE)
    again = emails.claim(queued.id, "one", MONDAY, MONDAY + LEASE)

    assert first
    assert again
    assert emails.claim(queued.id, "two", MONDAY, MONDAY + LEASE) is None


@pytest.mark.parametrize(
    "settle",
    [
        pytest.param(lambda held: [emails.sent(held, "m", MONDAY)], id="sent"),
        pytest.param(lambda held: [emails.reschedule(held, MONDAY, "")], id="put-off"),
        pytest.param(lambda held: emails.refused(held, "", MONDAY), id="refused"),
    ],
)
def test_an_attempt_that_lost_the_email_settles_nothing(queued, settle):
    late = emails.claim(queued.id, "one", MONDAY, MONDAY + LEASE)
    emails.claim_unconfirmed(queued.id, "two", MONDAY + LEASE, MONDAY + 2 * LEASE)

    with pytest.raises(ConditionFailed):
        transact(settle(late))
    assert now_is(EmailState.SENDING).attempt == "two"
    assert list(query("COHORT#spring")) == []


def test_a_refused_email_can_be_tried_again_from_the_start(queued):
    with watched_by(SesSays(*CONTENT[:1], message=CONTENT[1])):
        send(queued.id, "one", MONDAY)
    assert emails.refused_by_ses(MONDAY) == [now_is(EmailState.REFUSED)]
    transact(emails.retry(now_is(EmailState.REFUSED), MONDAY))

    assert list(query("COHORT#spring", "BOUNCE#")) == []
    assert send(queued.id, "two", MONDAY)
    assert now_is(EmailState.SENT).attempts == 1
    assert emails.refused_by_ses(MONDAY) == []


def test_an_email_that_was_sent_cannot_be_tried_again(queued):
    send(queued.id, "one", MONDAY)

    with pytest.raises(ConditionFailed):
        transact(emails.retry(now_is(EmailState.SENT), MONDAY))


def test_delays_treble_spread_and_end():
    assert [delay(n, 0) for n in (1, 2, 3, 9)] == [timedelta(minutes=m) for m in (1, 3, 9, 480)]
    assert delay(2, 1) == timedelta(minutes=2)
