"""What moto holds, read straight from its memory: looking must not cost a call over HTTP each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from chalicelib.store.marshal import Row, row
from infra.local.account import ACCOUNT, REGION
from infra.local.moto_patches import ONE_CALL


def backend(service: str) -> Any:
    return get_backend(service)[ACCOUNT]["aws" if service == "s3" else REGION]


def waiting(queue: str) -> bool:
    """Whether a message could be received now."""
    with ONE_CALL:
        return bool(backend("sqs").queues[queue].messages)


def earliest_due(table: str) -> str | None:
    """The earliest `due_at` on the `due` index."""
    with ONE_CALL:
        due = [item.attrs["due_at"].value for item in _items(table) if "due_shard" in item.attrs]
    return min(due, default=None)


def rows(table: str, *prefixes: str) -> list[Row]:
    """Every row whose partition key starts with one of the prefixes."""
    with ONE_CALL:
        found = [item.to_json()["Attributes"] for item in _items(table) if item.hash_key.value.startswith(prefixes)]
        return [row(attributes) for attributes in found]


def settled(table: str) -> int:
    """How many jobs and mails are over and done with."""
    with ONE_CALL:
        return sum(
            item.hash_key.value.startswith(("JOB#", "MAIL#")) and "due_shard" not in item.attrs
            for item in _items(table)
        )


def _items(table: str) -> Iterator[Any]:
    for group in backend("dynamodb").tables[table].items.values():
        yield from group.values()
