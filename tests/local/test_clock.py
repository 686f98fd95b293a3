"""The virtual clock, and the durations it is moved by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.clock import VirtualClock, later, parse_moment

MONDAY = datetime(2026, 8, 31, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "moment"),
    [
        ("PT0S", "2026-08-31T09:00:00Z"),
        ("PT5M", "2026-08-31T09:05:00Z"),
        ("P14D", "2026-09-14T09:00:00Z"),
        ("P2W", "2026-09-14T09:00:00Z"),
        ("P1DT12H", "2026-09-01T21:00:00Z"),
        pytest.param("P6M", "2027-02-28T09:00:00Z", id="months-end-clipped"),
        pytest.param("P1Y6M", "2028-02-29T09:00:00Z", id="months-end-of-a-leap-year"),
        pytest.param("P1M1D", "2026-10-01T09:00:00Z", id="months-before-days"),
    ],
)
def test_a_duration_leads_to_a_moment(duration, moment):
    assert later(MONDAY, duration) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("duration", ["", "P", "PT", "P1DT", "P1.5D", "-P1D", "P1S", "14 days", "P14D ", "p14d"])
def test_what_is_no_duration_is_refused(duration):
    with pytest.raises(ValueError, match="duration"):
        later(MONDAY, duration)


@given(st.integers(0, 2000))
def test_months_keep_the_day_or_end_the_month(months):
    moment_later = later(MONDAY, f"P{months}M")

    assert (moment_later.year - MONDAY.year) * 12 + moment_later.month - MONDAY.month == months
    assert moment_later.day == 31 or (moment_later + timedelta(days=1)).day == 1


@pytest.mark.parametrize("text", ["2026-09-07T10:00:00+01:00", "2026-09-07T09:00:00Z"])
def test_a_moment_is_read_in_its_zone(text):
    assert parse_moment(text) == datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-09-07T09:00:00", "soon"])
def test_what_is_no_moment_of_a_zone_is_refused(text):
    with pytest.raises(ValueError, match=text):
        parse_moment(text)


@pytest.mark.parametrize("reach", [lambda: later(MONDAY, "P201Y"), lambda: parse_moment("2201-01-01T00:00:00Z")])
def test_the_clock_has_an_end(reach):
    with pytest.raises(ValueError, match="the clock stops at the year 2200"):
        reach()


def test_a_still_clock_moves_only_when_moved_and_never_back():
    clock = VirtualClock(MONDAY, live=False)
    clock.move_to(MONDAY + timedelta(days=1))

    with pytest.raises(ValueError, match="backwards"):
        clock.move_to(MONDAY)

    assert clock.now() == MONDAY + timedelta(days=1)


def test_a_live_clock_runs():
    clock = VirtualClock(MONDAY, live=True)

    assert MONDAY <= clock.now() <= clock.now()
