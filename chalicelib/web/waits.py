"""Compute how long a person has to wait between tries: longer with each try. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct


class Waits(Struct, frozen=True):
    """Allow a few tries; then double the wait after each try, up to the longest.

    within  how long a try is remembered
    """

    free: int
    first: timedelta
    longest: timedelta
    within: timedelta

    def recent(self, past: Iterable[datetime], now: datetime) -> tuple[datetime, ...]:
        return tuple(moment for moment in past if now - moment < self.within)

    def next_at(self, past: Iterable[datetime], now: datetime) -> datetime:
        """Return the first moment at which another try is allowed; `now` or earlier if it is allowed already."""
        recent = self.recent(past, now)
        if len(recent) < self.free:
            return now
        doublings = min(len(recent) - self.free, 32)  # more would overflow, and the longest wait is reached long before
        wait: timedelta = min(self.first * 2**doublings, self.longest)
        return max(recent) + wait


ASKS = Waits(5, timedelta(minutes=15), timedelta(hours=8), timedelta(days=1))  # codes to one address
TRIES = Waits(5, timedelta(minutes=1), timedelta(days=7), timedelta(days=365))  # wrong codes typed for one address
