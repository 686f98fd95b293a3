"""Send a queue hint for every due row, every five minutes, to recover lost hints."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from chalicelib.core import log
from chalicelib.jobs.kinds import queue_of
from chalicelib.store import due, queues

MAX_ROWS_PER_SWEEP = 2000  # rows for one sweep; the next one takes the rest


def sweep(now: datetime) -> int:
    """Send the hints; return how many rows were due."""
    rows = [(row["pk"], queue_of(row["kind"])) for row in islice(due.list_due(now), MAX_ROWS_PER_SWEEP)]
    queues.hint(rows)
    log.info("swept", due=len(rows))
    return len(rows)
