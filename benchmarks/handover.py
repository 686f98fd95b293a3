"""Measure how long emails wait for SES under the rate limit, on a virtual clock."""

from __future__ import annotations

from random import Random

from benchmarks.row import Row
from chalicelib.emails.rate_limit import SENDERS, RateLimiter

RATE = 14.0  # emails a second: what SES gives an account that has left the sandbox
SENDING = 0.06  # seconds for the three calls of an email, without the rate limit
COHORT = 30
ORDINARY = 0.5  # of the rate: more than a day of reminders for thousands brings


def rows() -> list[Row]:
    opening = [0.0] * (2 * COHORT)  # the delegate's own questionnaire, and the page to choose raters on
    by_file = [0.0] * (14 * COHORT)  # every rater at once, because a file named them
    return [
        Row(f"hand-over of 95 % of emails, at {ORDINARY:.0%} of the account's rate", _wait(_hour()), "s", 10.0),
        Row(f"hand-over of 95 % of the opening of a cohort of {COHORT}", _wait(opening), "s", 10.0),
        Row(f"the same, {len(by_file)} raters named by file: the rate itself", _wait(by_file), "s", None),
    ]


def _hour() -> list[float]:
    """Moments of emails that come as they like."""
    rng, at, arrivals = Random(1), 0.0, []  # noqa: S311 (arrivals, not secrets)
    while at < 3600:
        at += rng.expovariate(RATE * ORDINARY)
        arrivals.append(at)
    return arrivals


def _wait(moments: list[float]) -> float:
    """Seconds from hint to hand-over, of 95 in 100; each email goes to the sender that is free first."""
    senders = [_Sender() for _ in range(SENDERS)]
    waits = []
    for moment in moments:
        sender = min(senders, key=lambda candidate: candidate.at)
        waits.append(sender.send(moment) - moment)
    return sorted(waits)[int(0.95 * len(waits))]


class _Sender:
    """One process of the mail function, with the product's own pace and a stopwatch whose sleep moves the hand."""

    def __init__(self) -> None:
        self.at = 0.0
        self._pace = RateLimiter(RATE, lambda: self.at, self._sleep)

    def send(self, moment: float) -> float:
        self.at = max(self.at, moment)
        self._pace.wait()
        handed_over = self.at + SENDING
        self.at = handed_over
        return handed_over

    def _sleep(self, seconds: float) -> None:
        self.at += seconds


if __name__ == "__main__":
    for row in rows():
        print(row)  # noqa: T201
