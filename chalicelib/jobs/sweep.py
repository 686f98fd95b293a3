"""The guarantee: every five minutes, hint at every row that is due. Finds hints that were lost."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from chalicelib.core import log
from chalicelib.jobs.kinds import queue_of
from chalicelib.store import due, queues

MAX_ROWS_PER_SWEEP = 2000  # rows for one sweep; what is left is found by the next


def sweep(now: datetime) -> int:
    """Returns how many rows were hinted at."""
    rows = [(row["pk"], queue_of(row["kind"])) for row in islice(due.list_due(now), MAX_ROWS_PER_SWEEP)]
    queues.hint(rows)
    log.info("swept", due=len(rows))
    return len(rows)
