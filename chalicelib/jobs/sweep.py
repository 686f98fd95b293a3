"""Send a queue hint for every due row, every five minutes, to recover lost hints: what people wait for goes first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum

from chalicelib.core import log
from chalicelib.core.settings import settings
from chalicelib.jobs.kinds import is_timely, queue_of
from chalicelib.store import due, queues
from chalicelib.store.marshal import Row
from chalicelib.store.table import key_of

SECONDS_BETWEEN = 5 * 60  # two sweeps: app.py
MAX_JOBS = 2000  # hints in one sweep for jobs that may wait; the next sweep hints at those that are still due
BATCH = 100  # hints between two looks at the time


class Lane(IntEnum):
    """Of a due row; the hints of a lane are sent before those of the next, the oldest first."""

    CODES = 0  # emails that a reader waits for at a page
    TIMELY = 1  # jobs that open or close something at an hour that people know
    JOBS = 2
    EMAILS = 3


def sweep(now: datetime, is_over: Callable[[], bool] = lambda: False, emails_per_second: float | None = None) -> int:
    """Send the hints until all are sent or the time is over; return how many rows were due.

    is_over            asked after every hundred hints; what is left waits for the next sweep
    emails_per_second  what SES takes; by default the deployment's setting
    """
    rows = list(due.list_due(now))
    rate = settings().mails_per_second if emails_per_second is None else emails_per_second
    chosen = choose(rows, {Lane.JOBS: MAX_JOBS, Lane.EMAILS: math.ceil(rate * SECONDS_BETWEEN)})
    hinted = _send(chosen, is_over)
    log.info("swept", due=len(rows), hinted=hinted, oldest_seconds=_oldest_wait(rows, now))
    return len(rows)


def choose(rows: Iterable[Row], limits: Mapping[Lane, int]) -> list[Row]:
    """Return the rows to hint at, lane by lane and the oldest first; of a lane with a limit, no more than that.

    More emails than SES takes until the next sweep would only lengthen the queue: hinted at again each time.
    """
    lanes: dict[Lane, list[Row]] = {lane: [] for lane in Lane}
    for row in rows:
        lanes[lane_of(row)].append(row)
    return [row for lane, rows in lanes.items() for row in sorted(rows, key=_age)[: limits.get(lane)]]


def lane_of(row: Row) -> Lane:
    if row["due_shard"] == due.URGENT:
        return Lane.CODES
    if row["kind"] == due.EMAIL:
        return Lane.EMAILS
    return Lane.TIMELY if is_timely(row["kind"]) else Lane.JOBS


def _oldest_wait(rows: Sequence[Row], now: datetime) -> int:
    """Return the seconds for which the oldest row has been due."""
    oldest = min((datetime.fromisoformat(row["due_at"]) for row in rows), default=now)
    return int((now - oldest).total_seconds())


def _age(row: Row) -> tuple[str, str]:
    return row["due_at"], key_of(row).pk


def _send(rows: Sequence[Row], is_over: Callable[[], bool]) -> int:
    for start in range(0, len(rows), BATCH):
        if start and is_over():
            log.warning("sweep_unfinished", left=len(rows) - start)
            return start
        queues.hint((key_of(row).pk, queue_of(row["kind"])) for row in rows[start : start + BATCH])
    return len(rows)
