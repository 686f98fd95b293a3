"""The sparse index of due rows: jobs and emails alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from chalicelib.store.expressions import Expression
from chalicelib.store.marshal import Row
from chalicelib.store.table import pages

SHARDS = 8
EMAIL = "mail"  # the kind of a row that is an email; other kinds are those of jobs
URGENT = "urgent"  # a shard of its own for emails that a reader waits for at a page
SWEPT = (URGENT, *map(str, range(SHARDS)))  # the shards that a sweep reads
FAILED = "failed"  # a shard of its own, which the sweep does not read
REFUSED = "refused"  # another shard, for emails that SES never accepted


def due_columns(row_id: str, due_at: datetime, *, is_urgent: bool = False) -> Row:
    """Set the attributes that put a row on the index; removing `due_shard` takes it off."""
    shard = hashlib.sha256(row_id.encode()).digest()[0] % SHARDS
    return {"due_shard": URGENT if is_urgent else f"{shard}", "due_at": due_at}


def list_due(by: datetime) -> Iterator[Row]:
    """Return keys and kinds of every row that is due by then, oldest first in each shard."""
    for shard in SWEPT:
        yield from _due_in(shard, by)


def list_urgent_ids(by: datetime) -> Iterator[str]:
    """Return ids of the urgent emails that are due by then, oldest first."""
    return (row["pk"].partition("#")[2] for row in _due_in(URGENT, by))


def _due_in(shard: str, by: datetime) -> Iterator[Row]:
    e = Expression()
    text = f"{e.name('due_shard')} = {e.value(shard)} AND {e.name('due_at')} <= {e.value(by)}"
    return pages(IndexName="due", KeyConditionExpression=text, **e.params())


def failed() -> Iterator[Row]:
    """Return keys and kinds of every failed job."""
    return _shard(FAILED)


def refused() -> Iterator[Row]:
    """Return keys and kinds of every email that SES never accepted and that may be sent again."""
    return _shard(REFUSED)


def _shard(shard: str) -> Iterator[Row]:
    e = Expression()
    return pages(IndexName="due", KeyConditionExpression=f"{e.name('due_shard')} = {e.value(shard)}", **e.params())
