"""The sparse index of what is due: jobs and mails alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from chalicelib.store.expressions import Expression
from chalicelib.store.marshal import Row
from chalicelib.store.table import pages

SHARDS = 8
FAILED = "failed"  # a shard of its own, which no sweep asks for
REFUSED = "refused"  # another, of emails that SES never took


def due_columns(row_id: str, due_at: datetime) -> Row:
    """What puts a row on the index; removing `due_shard` takes it off."""
    shard = hashlib.sha256(row_id.encode()).digest()[0] % SHARDS
    return {"due_shard": f"{shard}", "due_at": due_at}


def list_due(by: datetime) -> Iterator[Row]:
    """Keys and kinds of every row due by then, oldest first in each shard."""
    for shard in range(SHARDS):
        e = Expression()
        text = f"{e.name('due_shard')} = {e.value(str(shard))} AND {e.name('due_at')} <= {e.value(by)}"
        yield from pages(IndexName="due", KeyConditionExpression=text, **e.params())


def failed() -> Iterator[Row]:
    """Keys and kinds of every job that was given up."""
    return _shard(FAILED)


def refused() -> Iterator[Row]:
    """Keys and kinds of every email that SES never took, and that may be sent again."""
    return _shard(REFUSED)


def _shard(shard: str) -> Iterator[Row]:
    e = Expression()
    return pages(IndexName="due", KeyConditionExpression=f"{e.name('due_shard')} = {e.value(shard)}", **e.params())
