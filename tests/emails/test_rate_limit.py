"""Senders together stay below the account's rate. No test sleeps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.emails.rate_limit import SENDERS, SHARE, RateLimiter


class Watch:
    """A stopwatch whose sleep moves the hand."""

    def __init__(self) -> None:
        self.at = 0.0
        self.slept = 0.0

    def sleep(self, seconds: float) -> None:
        self.at += seconds
        self.slept += seconds


@given(st.floats(0.5, 200), st.lists(st.floats(0, 5), min_size=30, max_size=60))
def test_no_second_sees_more_than_the_share_of_one_sender(rate, pauses):
    watch = Watch()
    pace = RateLimiter(rate, lambda: watch.at, watch.sleep)
    sent = []
    for pause in pauses:
        watch.at += pause
        pace.wait()
        sent.append(watch.at)

    gaps = [after - before for before, after in pairwise(sent)]
    assert min(gaps) >= SENDERS / (rate * SHARE) - 1e-6


def test_two_senders_at_full_speed_use_four_fifths_of_the_rate():
    watch = Watch()
    pace = RateLimiter(14, lambda: watch.at, watch.sleep)
    for _ in range(57):
        pace.wait()

    assert SENDERS * 56 / watch.at == pytest.approx(14 * SHARE)


def test_a_sender_that_was_idle_does_not_wait_and_saves_nothing_up():
    watch = Watch()
    pace = RateLimiter(1, lambda: watch.at, watch.sleep)
    pace.wait()
    watch.at += 3600
    pace.wait()
    assert watch.slept == 0
    pace.wait()
    assert watch.slept == 2.5
