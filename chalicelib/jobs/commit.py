"""Commit one transaction, then send hints for its rows that are due already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.core import log
from chalicelib.core.aws import AWS_ERRORS
from chalicelib.jobs.kinds import queue_of
from chalicelib.store import queues
from chalicelib.store.table import Write, key_of, transact


def commit(writes: Sequence[Write], now: datetime) -> None:
    """Commit. Raises store.table.ConditionFailed. A hint that cannot be sent is no error: the sweep sends it again."""
    transact(writes)
    due = [(key_of(write.row).pk, queue_of(write.row["kind"])) for write in writes if _is_due(write, now)]
    try:
        queues.hint(due)
    except AWS_ERRORS as error:
        log.error("hint_lost", error)


def _is_due(write: Write, now: datetime) -> bool:
    return "due_shard" in write.row and write.row["due_at"] <= now
