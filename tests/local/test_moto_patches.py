"""moto as it must be for our tests to mean something: each patch shown at work."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    ConditionFailed,
    Key,
    get,
    put,
    put_once,
    query,
    transact,
    update,
    update_one,
)
from infra.local.memory import backend
from tests.support import cloud
from tests.support.emails import sent_emails

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.made_up_rows]

THREADS = 8
TALLY = Key("A", "tally")


def make(key: Key = TALLY, **values: object) -> None:
    transact([put({**key._asdict(), **values})])


def test_of_many_first_puts_in_this_process_one_wins():
    def first(place: int) -> bool:
        try:
            transact([put_once({"pk": "A", "sk": f"{place}"}, AlreadyExists)])
        except ConditionFailed:
            return False
        return True

    settings()
    with ThreadPoolExecutor(THREADS) as pool:
        assert [sum(pool.map(first, [place] * THREADS)) for place in range(5)] == [1] * 5


def test_sums_of_transactions_in_this_process_are_kept():
    make(summed=0)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: transact([update(TALLY, add={"summed": 1}, refusal=Changed)]), range(80)))

    assert get(TALLY)["summed"] == 80


def test_a_transaction_sent_twice_with_one_token_is_applied_once():
    make(summed=0)
    write = {"Update": {"TableName": settings().table, **update(TALLY, add={"summed": 1}, refusal=Changed).params}}

    for _ in range(2):
        client("dynamodb").transact_write_items(TransactItems=[write], ClientRequestToken="t" * 36)

    assert get(TALLY)["summed"] == 1


def test_a_refused_transaction_leaves_every_row_as_it_was_and_may_be_sent_again():
    make(summed=0, inner={"a": 1})
    writes = [
        put({"pk": "A", "sk": "new"}),
        update(TALLY, add={"summed": 1}, put={"inner.a": 2}, refusal=Changed),
        put_once({"pk": "B", "sk": "there"}, AlreadyExists),
    ]
    make(Key("B", "there"))

    with pytest.raises(ConditionFailed):
        transact(writes)

    assert list(query("A")) == [{"pk": "A", "sk": "tally", "summed": 0, "inner": {"a": 1}}]
    transact(writes[:2])
    assert get(TALLY) == {"pk": "A", "sk": "tally", "summed": 1, "inner": {"a": 2}}


def test_a_copied_attribute_stays_when_its_source_changes():
    make(draft={"vision": b"one"})

    update_one(update(TALLY, copy={"sent": "draft"}, refusal=Changed))
    update_one(update(TALLY, put={"draft.vision": b"two"}, refusal=Changed))

    assert get(TALLY)["sent"] == {"vision": b"one"}


def test_what_a_reader_holds_does_not_change_with_the_row():
    make(draft={"vision": b"one"})
    held = get(TALLY)

    update_one(update(TALLY, put={"draft.vision": b"two"}, refusal=Changed))

    assert held["draft"] == {"vision": b"one"}


def send(configuration_set: str) -> None:
    client("sesv2").send_email(
        FromEmailAddress=settings().sender,
        Destination={"ToAddresses": ["Ann <ann@example.org>"]},
        Content={"Raw": {"Data": b"From: a@programmes.example.org\nTo: ann@example.org\nSubject: Hello\n\nHi"}},
        ConfigurationSetName=configuration_set,
        EmailTags=[{"Name": "mail", "Value": "aW52aXRlIzE"}],
    )


def test_an_email_keeps_its_tags_and_its_reader():
    send(settings().configuration_set)

    (email,) = sent_emails(to="ann@example.org")
    assert (email.row, email.tags, email.to) == ("invite#1", {"mail": ["aW52aXRlIzE"]}, ("Ann <ann@example.org>",))


def test_an_unknown_configuration_set_is_refused():
    with pytest.raises(client("sesv2").exceptions.NotFoundException):
        send("fullcircle-other")

    assert sent_emails() == []


def test_a_row_beyond_400_kb_is_refused_however_it_grows():
    make(text="x" * 399_000)

    with pytest.raises(client("dynamodb").exceptions.ClientError, match="size"):
        update_one(update(TALLY, put={"more": "y" * 20_000}, refusal=Changed))
    with pytest.raises(client("dynamodb").exceptions.ClientError, match="size"):
        make(text="x" * 410_000)


def test_the_index_holds_only_rows_with_its_keys():
    make(Key("A", "1"), due_shard="0", due_at="2026-09-07T09:00:00Z", kind="mail")
    make(Key("A", "2"), due_at="2026-09-07T09:00:00Z", kind="mail")
    answer = client("dynamodb").query(
        TableName=settings().table,
        IndexName="due",
        KeyConditionExpression="due_shard = :s AND due_at <= :t",
        ExpressionAttributeValues={":s": {"S": "0"}, ":t": {"S": "2026-09-07T09:00:00Z"}},
    )

    assert [item["sk"]["S"] for item in answer["Items"]] == ["1"]
    assert answer["Items"][0].keys() == {"pk", "sk", "due_shard", "due_at", "kind"}


def test_the_stack_makes_the_tables_that_the_tests_run_on():
    assert set(backend("dynamodb").tables) >= {"fullcircle-test", "fullcircle-test-keys"}


def test_what_is_deleted_takes_up_no_memory():
    """moto lists every row, email and document that it ever made."""
    make(summed=0)
    table = backend("dynamodb").tables[settings().table]
    (row,) = (weakref.ref(item) for item in table.all_items())
    assert row() is not None

    cloud.empty()
    gc.collect()
    assert row() is None
