"""Keep all senders together below the account's rate, so that SES rejects no email for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

from chalicelib.core.settings import settings

SENDERS = 2  # maximum_concurrency of the email function, in app.py
SHARE = 0.8  # of the account's rate, which leaves space for a person's test email


class RateLimiter:
    """One sender's share of the rate: at least `gap` seconds between two emails."""

    def __init__(
        self,
        emails_per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.gap = SENDERS / (emails_per_second * SHARE)
        self._clock = clock
        self._sleep = sleep
        self._free_at = float("-inf")

    def wait(self) -> None:
        now = self._clock()
        if now < self._free_at:
            self._sleep(self._free_at - now)
        self._free_at = max(now, self._free_at) + self.gap


@cache
def pace() -> RateLimiter:
    """Return this process's own limiter."""
    return RateLimiter(settings().mails_per_second)
