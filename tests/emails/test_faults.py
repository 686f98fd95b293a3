"""After any fault at any call no email is sent twice, and every email is sent."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import combinations, count, product
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError

from chalicelib.core.settings import settings
from chalicelib.emails.kinds import LEASE
from chalicelib.emails.send import send
from chalicelib.store import account_fault, emails
from chalicelib.store.due import list_due
from chalicelib.store.emails import EmailState
from chalicelib.store.table import transact
from tests.emails.samples import make_email
from tests.support import cloud
from tests.support.calls import watched_by
from tests.support.clock import MONDAY
from tests.support.emails import publish_email_events, sent_emails

pytestmark = pytest.mark.usefixtures("aws")

FAULTS = ("throttled", "broken", "unanswered", "dead before", "dead after")
CALLS = 3  # of one sending; a plan reaches into the next sendings too
SWEEPS = 40


class Died(BaseException):
    """The function was killed."""


class Plan:
    """Faults by the number of the call they strike."""

    def __init__(self, plan: Mapping[int, str]):
        self.plan, self.numbers = plan, count(1)

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        fault = context["fault"] = self.plan.get(next(self.numbers), "")
        if fault == "dead before":
            raise Died
        if fault == "account" and operation == "SendEmail":
            error = {"Code": "MessageRejected", "Message": "Email address is not verified."}
            return AWSResponse("", 400, {}, None), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}
        if fault in ("throttled", "broken"):
            status = 400 if fault == "throttled" else 500
            error = {"Code": "ThrottlingException" if status == 400 else "InternalFailure", "Message": ""}
            return AWSResponse("", status, {}, None), {
                "Error": error,
                "ResponseMetadata": {"HTTPStatusCode": status},
            }
        return None

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        if context["fault"] == "unanswered":
            raise ReadTimeoutError(endpoint_url=service)
        if context["fault"] == "dead after":
            raise Died


def deliver(plan: Mapping[int, str], *, heard: bool = True) -> datetime:
    """Send one email by hints and sweeps while the plan strikes; `heard`: SES reports back. When it was settled."""
    attempts, at, faults = count(), MONDAY, Plan(plan)
    for _ in range(SWEEPS):
        for _hint in range(2):  # every hint comes twice
            with suppress(Died), watched_by(faults):
                send(make_email().id, f"attempt-{next(attempts)}", at)
        if heard:
            publish_email_events(at)
        if not list(list_due(at + timedelta(days=9))):
            return at
        at += timedelta(minutes=5)
    raise AssertionError(f"{plan}: never settled")


def run(plan: Mapping[int, str], *, heard: bool = True) -> int:
    """How many emails SES took."""
    cloud.empty()
    settings()
    transact(emails.add(make_email()))
    deliver(plan, heard=heard)
    email = emails.find(make_email().id)
    assert email
    assert email.state is EmailState.SENT
    return len(sent_emails())


PLANS: list[dict[int, str]] = [{}]
PLANS += [{place: fault} for place in range(1, CALLS + 1) for fault in FAULTS]
PAIRS = [
    dict(zip(places, faults, strict=True))
    for places in combinations(range(1, 2 * CALLS + 1), 2)
    for faults in product(FAULTS, repeat=2)
]


def test_one_fault_anywhere_sends_no_email_twice_and_loses_none():
    assert {tuple(plan.items()): run(plan) for plan in PLANS} == {tuple(plan.items()): 1 for plan in PLANS}


ACCOUNT_PLANS = [{2: "account"}] + [{2: "account", place: fault} for place in (1, 3, 4, 5, 6) for fault in FAULTS]


def test_a_fault_of_the_account_and_one_more_send_no_email_twice_and_lose_none():
    """Calls 3 and 4 put the email off and note the fault for the console; 7 clears the note."""
    assert {tuple(plan.items()): run(plan) for plan in ACCOUNT_PLANS} == {
        tuple(plan.items()): 1 for plan in ACCOUNT_PLANS
    }
    assert account_fault.current(MONDAY) == ""


@pytest.mark.prove
def test_two_faults_anywhere_send_no_email_twice_and_lose_none():
    assert {tuple(plan.items()): run(plan) for plan in PAIRS} == {tuple(plan.items()): 1 for plan in PAIRS}


def test_the_one_way_to_a_second_copy_is_that_neither_answer_nor_event_reaches_us_for_an_hour():
    doubled = [plan for plan in PLANS if run(plan, heard=False) == 2]

    assert doubled == [
        {2: "unanswered"},
        {2: "dead after"},
        *({3: fault} for fault in ("throttled", "broken", "dead before")),
    ]


def test_a_doubt_waits_for_its_whole_lease():
    transact(emails.add(make_email()))
    settings()

    assert deliver({2: "dead before"}) == MONDAY + LEASE
