"""What SES says settles an email, however late, doubled or shuffled the events come."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core import log
from chalicelib.emails import delivery_events, ses_tags
from chalicelib.emails.kinds import LEASE
from chalicelib.emails.refusals import TODO
from chalicelib.emails.send import send
from chalicelib.store import emails
from chalicelib.store.due import list_due
from chalicelib.store.emails import Email, EmailState, Trouble
from chalicelib.store.table import ConditionFailed, get, query, transact
from chalicelib.waves.suppression import list_suppressed
from tests.emails.samples import SAM, make_email
from tests.support import cloud
from tests.support.calls import count_calls
from tests.support.clock import MONDAY

pytestmark = pytest.mark.usefixtures("aws")

BOUNCE = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [{"status": "5.1.1"}]}
SOFT = {"bounceType": "Transient", "bounceSubType": "MailboxFull", "bouncedRecipients": [{"status": "4.2.2"}]}
DETAILS: dict[str, Any] = {"Bounce": BOUNCE, "Soft": SOFT}


def event(kind: str, attempt: str = "one", message_id: str = "ses-1") -> str:
    """`Soft` is a transient bounce."""
    name = "Bounce" if kind == "Soft" else kind
    about = {"messageId": message_id, "tags": {"mail": [ses_tags.tag(make_email().id)], "attempt": [attempt]}}
    return json.dumps({"eventType": name, "mail": about, name.lower(): DETAILS.get(kind, {})})


def state() -> EmailState:
    return found().state


def found() -> Email:
    read = emails.find(make_email().id)
    assert read
    return read


def shown() -> list[dict[str, Any]]:
    return list(query("COHORT#spring", "BOUNCE#"))


@pytest.fixture
def problems(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(log, "warning", lambda name, **ids: names.append(name))
    return names


@pytest.fixture
def taken() -> None:
    """Leave an email with a sender that has no answer yet."""
    transact(emails.add(make_email()))
    emails.claim(make_email().id, "one", MONDAY, MONDAY + LEASE)


@pytest.mark.parametrize(
    ("kind", "becomes"),
    [
        ("Send", EmailState.SENT),
        ("Delivery", EmailState.DELIVERED),
        ("Bounce", EmailState.BOUNCED),
        ("Complaint", EmailState.COMPLAINED),
        ("Reject", EmailState.REFUSED),
        ("RenderingFailure", EmailState.REFUSED),
        ("Soft", EmailState.UNDELIVERED),
        ("DeliveryDelay", EmailState.SENDING),
        ("Open", EmailState.SENDING),
    ],
)
def test_each_event_says_how_the_email_ended(taken, kind, becomes):
    delivery_events.record_delivery_event(event(kind), MONDAY)

    assert state() is becomes


@pytest.mark.parametrize("kind", ["Bounce", "Complaint", "Reject", "Soft"])
def test_an_email_that_did_not_arrive_is_on_the_dashboard(taken, kind):
    delivery_events.record_delivery_event(event(kind), MONDAY)

    (row,) = shown()
    assert row["sk"] == f"BOUNCE#{make_email().id}"
    who = ("", "", "k3jx9qmw7s", "") if kind == "Reject" else (SAM.name, SAM.email, "k3jx9qmw7s", "k3jx9qmw")
    assert (row["name"], row["email"], row["delegate"], row["invitation"]) == who
    assert row["reason"] == found().reason
    assert row["at"] == "2026-09-07T09:00:00Z"


CASES = [
    ("Transient", "General", [{"status": "5.3.0", "diagnosticCode": "smtp; 550 denied"}], "bounced", Trouble.ADDRESS),
    ("Transient", "MailboxFull", [{"status": "5.2.2"}], "undelivered", Trouble.MAILBOX_FULL),
    ("Transient", "General", [{"status": "4.2.2"}], "undelivered", Trouble.MAILBOX_FULL),
    ("Transient", "General", [{"status": "4.4.7"}], "undelivered", Trouble.NOT_TAKEN),
    ("Transient", "General", [], "undelivered", Trouble.NOT_TAKEN),
    ("Transient", "ContentRejected", [], "undelivered", Trouble.CONTENT),
    ("Transient", "MessageTooLarge", [{"status": "5.3.4"}], "undelivered", Trouble.CONTENT),
    ("Undetermined", "Undetermined", [], "undelivered", Trouble.UNCLEAR),
    ("Undetermined", "Undetermined", [{"status": "5.1.1"}], "bounced", Trouble.ADDRESS),
    ("Transient", "General", [{"diagnosticCode": "smtp; 550 5.1.1 user unknown"}], "bounced", Trouble.ADDRESS),
    ("Transient", "General", [{"diagnosticCode": "smtp; 452-4.2.2 over quota"}], "undelivered", Trouble.MAILBOX_FULL),
    ("Transient", "General", [{}, {"status": None}, {"status": "5.4.4"}], "bounced", Trouble.ADDRESS),
    ("Transient", "General", [{"status": "5.7.26"}], "undelivered", Trouble.CONTENT),
    ("Transient", "General", [{"status": "5.3.4"}], "undelivered", Trouble.CONTENT),
    ("Transient", "General", [{"status": "5.6.0"}], "undelivered", Trouble.CONTENT),
    ("Permanent", "NoEmail", [{"status": "5.1.1"}], "bounced", Trouble.ADDRESS),
    ("Permanent", "OnAccountSuppressionList", [], "bounced", Trouble.ADDRESS),
]


@pytest.mark.parametrize(("kind", "sub", "recipients", "becomes", "trouble"), CASES)
def test_every_email_that_ses_gave_up_on_is_shown_with_what_to_do(taken, kind, sub, recipients, becomes, trouble):
    """SES sends DeliveryDelay while it still tries: a bounce of any type is the end."""
    bounce = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": recipients}
    about = {"messageId": "ses-1", "tags": {"mail": [ses_tags.tag(make_email().id)], "attempt": ["one"]}}
    delivery_events.record_delivery_event(json.dumps({"eventType": "Bounce", "mail": about, "bounce": bounce}), MONDAY)

    (row,) = shown()
    assert (state(), row["trouble"]) == (becomes, trouble)
    assert TODO[trouble]
    stops = [each["pk"] for each in list_due(MONDAY) if each["pk"].startswith("JOB#undeliverable")]
    assert len(stops) == (trouble is Trouble.ADDRESS), "later emails still go out unless the address is lost"
    assert (SAM.email in list_suppressed("spring")) is (trouble is Trouble.ADDRESS)


def test_a_later_email_that_arrives_takes_the_earlier_one_off_the_dashboard(taken):
    delivery_events.record_delivery_event(event("Soft"), MONDAY)
    later = replace(make_email(), id=f"{make_email().id}.later")
    transact(emails.add(later))
    about = {"messageId": "ses-2", "tags": {"mail": [ses_tags.tag(later.id)], "attempt": ["one"]}}
    delivery_events.record_delivery_event(
        json.dumps({"eventType": "Delivery", "mail": about, "delivery": {}}), MONDAY + LEASE
    )

    assert shown() == []
    assert state() is EmailState.UNDELIVERED


def test_a_dead_address_stays_on_the_dashboard_after_any_event(taken):
    delivery_events.record_delivery_event(event("Bounce"), MONDAY)
    later = replace(make_email(), id=f"{make_email().id}.later")
    transact(emails.add(later))
    about = {"messageId": "ses-2", "tags": {"mail": [ses_tags.tag(later.id)], "attempt": ["one"]}}
    delivery_events.record_delivery_event(
        json.dumps({"eventType": "Delivery", "mail": about, "delivery": {}}), MONDAY + LEASE
    )

    assert len(shown()) == 1


def test_a_bounce_says_why_in_a_few_words(taken):
    delivery_events.record_delivery_event(event("Bounce"), MONDAY)

    assert found().reason == "The address does not accept email (5.1.1)"


def test_a_bounce_of_an_email_without_a_cohort_is_kept_in_its_own_row_only():
    alone = emails.Email("web/x#1", "web/x", SAM, MONDAY)
    transact(emails.add(alone))
    about = {"messageId": "ses-1", "tags": {"mail": [ses_tags.tag(alone.id)], "attempt": ["one"]}}
    delivery_events.record_delivery_event(json.dumps({"eventType": "Bounce", "mail": about, "bounce": BOUNCE}), MONDAY)

    assert emails.find(alone.id).state is EmailState.BOUNCED


def test_the_send_event_of_an_earlier_attempt_stops_the_next(taken):
    """The doubtful first attempt had reached SES; the second was throttled, and waits."""
    held = emails.claim_unconfirmed(make_email().id, "two", MONDAY + LEASE, MONDAY + 2 * LEASE)
    transact([emails.reschedule(held, MONDAY + LEASE, "busy")])
    delivery_events.record_delivery_event(event("Send", attempt="one"), MONDAY + LEASE)

    assert state() is EmailState.SENT
    assert not send(make_email().id, "three", MONDAY + 2 * LEASE)


def test_an_email_that_was_given_up_but_had_been_sent_leaves_the_dashboard(taken):
    transact(emails.refused(found(), "All attempts timed out or crashed", MONDAY))
    assert shown()
    delivery_events.record_delivery_event(event("Delivery"), MONDAY)

    assert state() is EmailState.DELIVERED
    assert shown() == []


def test_a_second_message_of_one_email_is_a_problem(taken, problems):
    delivery_events.record_delivery_event(event("Send"), MONDAY)
    delivery_events.record_delivery_event(event("Send", attempt="two", message_id="ses-2"), MONDAY)

    assert problems == ["mail_sent_twice"]


def test_an_event_that_meets_another_writer_is_applied_to_what_is_there_then(taken, monkeypatch):
    true_find, readings = emails.find, []

    def find_while_the_sender_settles(email_id: str) -> Email | None:
        read = true_find(email_id)
        if not readings:
            transact([emails.sent(read, "ses-1", MONDAY)])
        readings.append(read.state)
        return read

    monkeypatch.setattr(emails, "find", find_while_the_sender_settles)
    delivery_events.record_delivery_event(event("Delivery"), MONDAY)

    assert readings == [EmailState.SENDING, EmailState.SENT]
    assert true_find(make_email().id).state is EmailState.DELIVERED


def test_an_event_that_cannot_be_written_comes_again(taken, monkeypatch):
    def fail(*_: object) -> None:
        raise ConditionFailed

    monkeypatch.setattr(delivery_events, "write_all", fail)
    with pytest.raises(ConditionFailed):
        delivery_events.record_delivery_event(event("Send"), MONDAY)


def test_a_delivery_is_written_by_one_update_which_costs_half_of_a_transaction(taken):
    with count_calls() as calls:
        delivery_events.record_delivery_event(event("Delivery"), MONDAY)

    assert (calls["UpdateItem"], calls["TransactWriteItems"]) == (1, 0)


KINDS = ["Send", "Delivery", "Bounce", "Complaint", "Reject", "Soft", "DeliveryDelay"]
FINAL = [
    ("Complaint", EmailState.COMPLAINED),
    ("Bounce", EmailState.BOUNCED),
    ("Reject", EmailState.REFUSED),
    ("Soft", EmailState.UNDELIVERED),
    ("Delivery", EmailState.DELIVERED),
    ("Send", EmailState.SENT),
]


@hypothesis_settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*KINDS, "(settle)"]), min_size=1, max_size=9))
def test_any_order_and_doubling_ends_in_the_same_state(kinds):
    """`(settle)` is the sender's own write, at any place among the events."""
    cloud.empty()
    transact(emails.add(make_email()))
    held = emails.claim(make_email().id, "one", MONDAY, MONDAY + LEASE)
    for kind in kinds:
        if kind == "(settle)":
            settle_as_the_sender_would(held)
        else:
            delivery_events.record_delivery_event(event(kind), MONDAY)

    sure = EmailState.SENT if "(settle)" in kinds else EmailState.SENDING
    assert state() is next((becomes for kind, becomes in FINAL if kind in kinds), sure)
    assert len(shown()) == int(state() in emails.NOT_ARRIVED)
    if state() is not EmailState.SENDING:
        assert found().message_id == "ses-1"
        assert "due_shard" not in get(emails.key(make_email().id))


def settle_as_the_sender_would(held: Email) -> None:
    with suppress(ConditionFailed):
        transact([emails.sent(held, "ses-1", MONDAY)])


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Successfully validated SNS topic for Amazon SES event publishing.",
        "null",
        "[]",
        "5",
        "{}",
        '{"eventType": "Send"}',
        '{"eventType": "Send", "mail": {"messageId": "x"}}',
        '{"eventType": "Send", "mail": {"messageId": "x", "tags": {"ses:caller-identity": ["other"]}}}',
        '{"eventType": "Send", "mail": {"messageId": "x", "tags": {"mail": []}}}',
        '{"eventType": "Send", "mail": {"messageId": "x", "tags": {"mail": ["?"]}}}',
        '{"eventType": "Send", "mail": {"messageId": "x", "tags": {"mail": ["_w"]}}}',
        '{"eventType": "Send", "mail": {"messageId": "x", "tags": {"mail": [7]}}}',
        '{"eventType": ["Send"], "mail": {"messageId": "x", "tags": {"mail": ["eA"]}}}',
    ],
)
def test_what_is_no_event_of_ours_is_ignored(problems, message):
    delivery_events.record_delivery_event(message, MONDAY)

    assert problems == ["mail_event_ignored"]


def test_an_event_of_an_email_that_is_gone_is_ignored(problems):
    delivery_events.record_delivery_event(event("Send"), MONDAY)

    assert problems == ["mail_event_of_no_mail"]


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["eventType", "mail", "tags", "attempt", "messageId", "bounce", "bounceType", "bouncedRecipients"]
                ),
                inner | st.sampled_from(["Bounce", "Send", "Permanent", ["eA"]]),
            )
        ),
    )
)
def test_no_message_makes_the_reader_raise(message):
    delivery_events.parse(json.dumps(message))
