"""Runs what is due, as the queues' handlers in app.py would, without a queue in between."""

from __future__ import annotations

import itertools
from datetime import datetime

from chalicelib.store.due import list_due
from chalicelib.store.marshal import Row

MAX_PASSES = 50  # a chain of follow-on jobs is shorter; a job that stays due is a bug
_attempts = itertools.count(1)


def drain(now: datetime) -> int:
    """Run every job and email due by now, and those they cause, until none is left. Returns how many were run."""
    run = 0
    for _ in range(MAX_PASSES):
        rows = list(list_due(now))
        if not rows:
            return run
        for row in rows:
            run_row(row, now)
        run += len(rows)
    raise AssertionError(f"still due after {MAX_PASSES} passes: {[row['pk'] for row in list_due(now)]}")


def run_row(row: Row, now: datetime) -> bool:
    """As the queue's handler; True if the row was settled by it."""
    from chalicelib.emails import send
    from chalicelib.jobs import run
    from chalicelib.jobs.kinds import HANDLERS
    from chalicelib.store.table import get_many

    row_id = row["pk"].split("#", 1)[1]
    attempt = f"attempt-{next(_attempts)}"
    if row["kind"] == "mail":
        return send.send(row_id, attempt, now, get_many)
    return run.run_job(row_id, HANDLERS, attempt, now)
