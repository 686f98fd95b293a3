"""What moto holds, read straight from its memory: looking must not cost a call over HTTP each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from chalicelib.store.due import SWEPT
from chalicelib.store.marshal import Row, row
from infra.local import row_index
from infra.local.account import ACCOUNT, REGION
from infra.local.moto_patches import ONE_CALL

MAX_MESSAGES = 10  # of one poll
WAITS, IS_OVER = "waits", "is over"


def backend(service: str) -> Any:
    return get_backend(service)[ACCOUNT]["aws" if service == "s3" else REGION]


def waiting(queue: str) -> bool:
    """Whether a message could be received now."""
    with ONE_CALL:
        return bool(backend("sqs").queues[queue].messages)


def receive(queue: str) -> list[dict[str, Any]]:
    """Take at most ten messages, as Lambda's poller does."""
    with ONE_CALL:
        sqs = backend("sqs")
        timeout = int(sqs.get_queue(queue).visibility_timeout)
        return [_received(message) for message in sqs.receive_message(queue, MAX_MESSAGES, 0, timeout)]


def _received(message: Any) -> dict[str, Any]:
    attributes = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        "SenderId": str(message.sender_id),
        "SentTimestamp": str(message.sent_timestamp),
    }
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "Body": message.body,
        "MD5OfBody": message.body_md5,
        "Attributes": attributes,
    }


def delete_messages(queue: str, receipts: list[str]) -> None:
    with ONE_CALL:
        for receipt in receipts:
            backend("sqs").delete_message(queue, receipt)


def earliest_due(table: str) -> str | None:
    """Return the earliest `due_at` of what a sweep would find, now or later."""
    with ONE_CALL:
        waiting = row_index.find(_table(table), "waiting", _waits, [WAITS])
        return min((item.attrs["due_at"].value for item in waiting), default=None)


def rows(table: str, *prefixes: str) -> list[Row]:
    """Every row whose partition key starts with one of the prefixes."""
    with ONE_CALL:
        return [row(item.to_json()["Attributes"]) for item in _items(table, prefixes)]


def settled(table: str) -> int:
    """How many jobs and emails are over, for good or ill."""
    with ONE_CALL:
        return row_index.count(_table(table), "waiting", _waits, [IS_OVER])


def _waits(item: Any) -> str | None:
    """Return the group of a row: what waits, or what is over (in shards that no sweep asks for)."""
    if not item.hash_key.value.startswith(("JOB#", "MAIL#")):
        return None
    return WAITS if "due_shard" in item.attrs and item.attrs["due_shard"].value in SWEPT else IS_OVER


def _items(table: str, prefixes: tuple[str, ...] = ("",)) -> Iterator[Any]:
    for partition, group in _table(table).items.items():
        if partition.value.startswith(prefixes):
            yield from group.values()


def _table(name: str) -> Any:
    return backend("dynamodb").tables[name]
