"""A write that meets another transaction is repeated after bounded waits, and is never taken for a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.model import Wave
from chalicelib.jobs.errors import is_permanent
from chalicelib.store import retries, wave_keys
from chalicelib.store.expressions import equals
from chalicelib.store.retries import MAX_TRIES, MAX_WAIT, Waits, each_try
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    delete_all,
    get,
    get_many,
    put,
    put_all,
    put_once,
    transact,
    update,
    update_one,
)
from chalicelib.store.wave_keys import WaveKey
from tests.support.calls import watched_by
from tests.support.conflicts import Conflicts

pytestmark = pytest.mark.made_up_rows

ROW = Key("COHORT#1", "META")


def row(sk: str = "META", **values: object) -> dict[str, object]:
    return {"pk": "COHORT#1", "sk": sk, **values}


def change_alone() -> None:
    update_one(update(ROW, add={"size": 1}, refusal=Changed))


def change_with_others() -> None:
    transact([update(ROW, add={"size": 1}, refusal=Changed), put(row("DELEGATE#1"))])


@pytest.fixture
def waited() -> list[float]:
    """Record the waits that were asked for; no test sleeps."""
    seconds: list[float] = []
    retries.use(Waits(seconds.append, lambda: 1.0))
    return seconds


@pytest.mark.parametrize("change", [change_alone, change_with_others])
def test_a_write_that_meets_another_transaction_is_repeated(aws, waited, change):
    transact([put(row(size=24))])

    with watched_by(Conflicts(MAX_TRIES - 1)):
        change()

    assert get(ROW)["size"] == 25
    assert waited == [0.02, 0.04, 0.08, 0.16, 0.32, 0.5, 0.5]


@pytest.mark.parametrize("change", [change_alone, change_with_others])
def test_a_conflict_that_lasts_is_an_error_of_aws_and_no_refusal(aws, waited, change):
    transact([put(row(size=24))])

    with watched_by(watcher := Conflicts(10**6)), pytest.raises(ClientError) as raised:
        change()

    assert len(watcher.writes) == MAX_TRIES
    assert not is_permanent(raised.value), "a job that met it is tried again"
    assert get(ROW) == row(size=24)


def test_a_condition_that_fails_after_a_conflict_is_a_refusal(aws, waited):
    transact([put(row(size=24))])

    with watched_by(Conflicts(2)), pytest.raises(Changed):
        update_one(update(ROW, put={"size": 1}, when=[equals("size", 3)], refusal=Changed))


def test_a_refusal_next_to_a_conflict_does_not_hide_the_first_refusal(aws, waited):
    """The job is settled already, and its row was busy when another write said that its own row is there."""
    transact([put(row(state="done")), put(row("DELEGATE#1"))])
    settle = update(ROW, put={"state": "done"}, when=[equals("state", "open")], refusal=Changed)

    with (
        watched_by(Conflicts(1, ["TransactionConflict", "ConditionalCheckFailed"])),
        pytest.raises(Changed) as refused,
    ):
        transact([settle, put_once(row("DELEGATE#1"), AlreadyExists)])

    assert refused.value.refusals == (Changed, AlreadyExists)


def test_the_key_of_a_wave_is_stored_and_destroyed_in_spite_of_conflicts(aws, waited):
    with watched_by(Conflicts(2)):
        wave_keys.create("d", Wave.BASELINE, WaveKey(b"s" * 32, b"m" * 32))
    assert wave_keys.find("d", Wave.BASELINE)

    with watched_by(Conflicts(2)):
        wave_keys.destroy("d", Wave.BASELINE)
    assert wave_keys.find("d", Wave.BASELINE) is None
    assert len(waited) == 4


class Busy:
    """Watches every call, and answers the first batches with nothing done."""

    def __init__(self, times: int):
        self.left = times

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        if not operation.startswith("Batch") or self.left <= 0:
            return None
        self.left -= 1
        left_over = "UnprocessedItems" if operation == "BatchWriteItem" else "UnprocessedKeys"
        return AWSResponse("dynamodb", 200, {}, None), {"Responses": {}, left_over: context["asked"]["RequestItems"]}

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass


def test_a_batch_that_a_busy_table_leaves_undone_is_asked_again_after_a_wait(aws, waited):
    with watched_by(Busy(3)):
        put_all([row(size=24), row("DELEGATE#1")])
    with watched_by(Busy(2)):
        assert get_many([ROW]) == {ROW: row(size=24)}

    assert waited == [0.02, 0.04, 0.08, 0.02, 0.04]


@pytest.mark.parametrize("act", [lambda: get_many([ROW]), lambda: delete_all([ROW])])
def test_a_table_that_stays_busy_is_an_error_that_may_pass(aws, waited, act):
    with watched_by(Busy(10**6)), pytest.raises(ClientError) as raised:
        act()

    assert not is_permanent(raised.value)
    assert len(waited) == MAX_TRIES - 1


@given(st.lists(st.floats(0, 1), min_size=MAX_TRIES, max_size=MAX_TRIES))
def test_waits_are_random_and_never_longer_than_a_page_can_bear(shares):
    waits: list[float] = []
    left = iter(shares)
    assert list(each_try(Waits(waits.append, lambda: next(left)))) == list(range(1, MAX_TRIES + 1))

    assert all(0 <= wait <= share * MAX_WAIT for wait, share in zip(waits, shares, strict=False))
    assert sum(waits) < 2


UNDER_LOAD = (  # what AWS answers when it is busy: DynamoDB, SQS, S3, SSM and Lambda
    "ThrottlingException",
    "Throttling",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "TooManyRequestsException",
    "TransactionInProgressException",
    "LimitExceededException",
    "SlowDown",
    "InternalServerError",
    "InternalFailure",
    "ServiceUnavailable",
    "RequestTimeout",
)


@pytest.mark.parametrize("code", UNDER_LOAD)
def test_what_aws_says_when_it_is_busy_is_tried_again(aws, code):
    """By botocore at once, by a job after a while; it is never a refusal of what someone did."""
    error = ClientError({"Error": {"Code": code, "Message": ""}}, "UpdateItem")

    assert not is_permanent(error)
    with watched_by(Answers(code)), pytest.raises(ClientError):
        transact([put(row(size=24)), put(row("DELEGATE#1"))])


class Answers:
    """Answers every call with one error."""

    def __init__(self, code: str):
        self.code = code

    def before(self, service: str, operation: str, context: dict[str, Any]) -> Any:
        return AWSResponse(service, 400, {}, None), {
            "Error": {"Code": self.code, "Message": ""},
            "ResponseMetadata": {"HTTPStatusCode": 400},
        }

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass
