"""What moto holds, read straight from its memory: looking must not cost a call over HTTP each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.backends import get_backend

from chalicelib.store.due import FAILED
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
    """The earliest `due_at` of what a sweep would find, now or later."""
    with ONE_CALL:
        return min(
            (item.attrs["due_at"].value for item in _items(table, ("JOB#", "MAIL#")) if _waits(item)), default=None
        )


def rows(table: str, *prefixes: str) -> list[Row]:
    """Every row whose partition key starts with one of the prefixes."""
    with ONE_CALL:
        return [row(item.to_json()["Attributes"]) for item in _items(table, prefixes)]


def settled(table: str) -> int:
    """How many jobs and mails are over, for good or ill."""
    with ONE_CALL:
        return sum(not _waits(item) for item in _items(table, ("JOB#", "MAIL#")))


def _waits(item: Any) -> bool:
    """A job that was given up stays on the index, in a shard that no sweep asks for."""
    return "due_shard" in item.attrs and item.attrs["due_shard"].value != FAILED


def _items(table: str, prefixes: tuple[str, ...] = ("",)) -> Iterator[Any]:
    for partition, group in backend("dynamodb").tables[table].items.items():
        if partition.value.startswith(prefixes):
            yield from group.values()
