"""A sign-in code goes ahead of the emails whose hints lie before its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from chalice.test import Client

from chalicelib.core.settings import settings
from chalicelib.emails import urgent
from chalicelib.emails.kinds import load_kinds
from chalicelib.emails.urgent import LOOK_EVERY, UrgentLane
from chalicelib.jobs.commit import commit
from chalicelib.store import emails
from chalicelib.store.due import list_due, list_urgent_ids
from infra.local.email_samples import sample
from tests.emails.samples import make_email
from tests.support.calls import count_calls
from tests.support.clock import MONDAY
from tests.support.emails import sent_emails

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture
def functions(clock):
    from app import app

    urgent.lane.cache_clear()
    with Client(app) as client:
        yield client
    urgent.lane.cache_clear()


def test_a_code_is_sent_before_the_emails_whose_hints_lie_ahead_of_its_own(functions, clock):
    bulk = [make_email("collect/again", str(n)) for n in range(40)]
    code = sample("web/code", "someone", "1")
    commit(emails.add_all(bulk), clock.now())
    commit(emails.add(code), clock.now())

    functions.lambda_.invoke("mail", functions.events.generate_sqs_event([f'{{"row": "MAIL#{bulk[0].id}"}}']))

    assert [sent.row for sent in sent_emails()] == [code.id, bulk[0].id]
    assert list(list_urgent_ids(clock.now() + timedelta(minutes=9))) == []


def test_the_lane_is_looked_at_once_a_second(clock):
    watch = iter([0.0, 0.0, LOOK_EVERY / 2, LOOK_EVERY, LOOK_EVERY])
    lane = UrgentLane(lambda: next(watch))
    settings()  # a warm function

    with count_calls() as calls:
        for _ in range(3):
            assert lane.list_due(clock.now()) == []

    assert calls == {"Query": 2}


def test_only_codes_are_urgent_and_they_stay_so_when_they_are_tried_again():
    assert [name for name, kind in load_kinds().items() if kind.is_urgent] == ["web/code"]
    code = sample("web/code", "someone", "1")
    assert code.is_urgent
    commit([*emails.add(code), *emails.add(make_email())], MONDAY)

    assert {row["due_shard"] == "urgent" for row in list_due(MONDAY) if row["pk"] == f"MAIL#{code.id}"} == {True}
    assert "is_urgent" not in emails.add(make_email())[0].row, "a row of any other email is as small as before"
    again = emails.retry(code, MONDAY)[0].params["ExpressionAttributeValues"].values()
    assert {"S": "urgent"} in again
