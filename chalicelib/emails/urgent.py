"""The lane of emails that a reader waits for at a page: a sender looks there before it sends any other email.

Their hints may lie behind thousands of others in the queue. Their rows lie in a shard of the index of their own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from functools import cache

from chalicelib.store import due

LOOK_EVERY = 1.0  # seconds, in one process


class UrgentLane:
    """One sender's view of the lane."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._look_at = float("-inf")

    def list_due(self, now: datetime) -> list[str]:
        """Return ids of the urgent emails that are due, oldest first; none if it looked less than a second ago."""
        if self._clock() < self._look_at:
            return []
        self._look_at = self._clock() + LOOK_EVERY
        return list(due.list_urgent_ids(now))


@cache
def lane() -> UrgentLane:
    """Return this process's own view."""
    return UrgentLane()
