"""Local dates as moments: over clock changes, at month ends, on working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.calendar import (
    Duration,
    add_months,
    check_dates,
    closes_at,
    local_moment,
    opens_at,
    parse_duration,
)
from chalicelib.core.model import CohortDates

LONDON = "Europe/London"
ZONES = st.sampled_from([LONDON, "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "UTC"])
DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- moments ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hour", "zone", "moment"),
    [
        pytest.param("2026-01-15", 9, LONDON, "2026-01-15T09:00", id="winter"),
        pytest.param("2026-07-15", 9, LONDON, "2026-07-15T08:00", id="summer"),
        pytest.param("2026-03-29", 1, LONDON, "2026-03-29T01:00", id="the-hour-that-spring-skips-moves-forward"),
        pytest.param("2026-10-25", 1, LONDON, "2026-10-25T00:00", id="the-first-of-the-hour-that-autumn-repeats"),
        pytest.param("2026-04-24", 0, "Africa/Cairo", "2026-04-23T22:00", id="a-day-that-begins-at-one"),
    ],
)
def test_a_local_hour_is_one_moment(day, hour, zone, moment):
    assert local_moment(date.fromisoformat(day), hour, zone) == utc(moment)


def test_a_wave_opens_at_nine_on_the_organisations_clocks():
    assert opens_at(CohortDates(date(2026, 6, 1), date(2026, 6, 21), date(2026, 12, 1)), LONDON) == utc(
        "2026-06-01T08:00"
    )


@pytest.mark.parametrize(
    ("closes", "moment"),
    [
        pytest.param(date(2026, 6, 21), "2026-06-21T23:00", id="summer"),
        pytest.param(date(2026, 10, 24), "2026-10-24T23:00", id="eve-of-the-autumn-change"),
        pytest.param(date(2026, 10, 25), "2026-10-26T00:00", id="day-of-the-autumn-change"),
    ],
)
def test_a_wave_closes_when_its_last_day_is_over(closes, moment):
    assert closes_at(CohortDates(date(2026, 6, 1), closes, date(2027, 1, 1)), LONDON) == utc(moment)


@given(DAYS, ZONES)
def test_the_last_day_of_a_wave_is_whole(day, zone):
    close = closes_at(CohortDates(day, day, day), zone)
    last = (close - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))

    assert (last.date() <= day, close.astimezone(ZoneInfo(zone)).date() > day) == (True, True)


# --- months -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        pytest.param("2026-08-31", 6, "2027-02-28", id="to-a-short-february"),
        pytest.param("2027-08-31", 6, "2028-02-29", id="to-a-leap-day"),
        pytest.param("2028-02-29", 12, "2029-02-28", id="from-a-leap-day"),
        pytest.param("2026-12-15", 1, "2027-01-15", id="over-new-year"),
        pytest.param("2026-05-31", 0, "2026-05-31", id="none"),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(day, months, later):
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(later)


@given(DAYS, st.integers(0, 60))
def test_a_day_some_months_on_is_the_same_day_or_the_last_of_its_month(day, months):
    later = add_months(day, months)

    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(DAYS, DAYS, st.integers(0, 60))
def test_an_earlier_day_never_falls_due_later(day, other, months):
    assert add_months(min(day, other), months) <= add_months(max(day, other), months)


@given(DAYS)
def test_six_months_are_half_a_year(day):
    assert 181 <= (add_months(day, 6) - day).days <= 184


# --- durations ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "months", "delta"),
    [
        ("P14D", 0, timedelta(days=14)),
        ("P2W", 0, timedelta(days=14)),
        ("P6M", 6, timedelta(0)),
        ("PT1H", 0, timedelta(hours=1)),
        ("PT5M", 0, timedelta(minutes=5)),
        ("P1M2W3DT4H5M", 1, timedelta(days=17, hours=4, minutes=5)),
    ],
)
def test_a_duration_is_read(text, months, delta):
    assert parse_duration(text) == Duration(months, delta)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "14D", "P-1D", "P1.5D", "P1Y", "p1d", "P1D ", "P1D1M", "P١D", "P1D\n"]
)
def test_anything_else_is_no_duration(text):
    with pytest.raises(ValueError, match="is not a duration such as"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        pytest.param("P7D", "2026-03-25T09:00", "2026-04-01T08:00", id="days-keep-the-local-hour-in-spring"),
        pytest.param("P7D", "2026-10-21T08:00", "2026-10-28T09:00", id="days-keep-the-local-hour-in-autumn"),
        pytest.param("PT1H", "2026-03-29T00:30", "2026-03-29T01:30", id="hours-elapse"),
        pytest.param("PT1H", "2026-10-25T00:30", "2026-10-25T01:30", id="hours-elapse-through-a-repeated-hour"),
        pytest.param("P6M", "2026-08-31T08:00", "2027-02-28T09:00", id="months-clip-and-keep-the-local-hour"),
    ],
)
def test_a_duration_after_a_moment(text, start, end):
    assert parse_duration(text).after(utc(start), LONDON) == utc(end)


@given(DAYS, st.integers(0, 23), st.integers(0, 30), st.integers(0, 23), st.integers(0, 12), ZONES)
def test_time_never_goes_back(day, hour, days, hours, months, zone):
    moment = local_moment(day, hour, zone)

    assert Duration(months, timedelta(days=days, hours=hours)).after(moment, zone) >= moment


# --- the dates of a cohort ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes", "ends", "parts"),
    [
        pytest.param("2026-06-01", "2026-06-21", "2026-12-01", [], id="sound"),
        pytest.param("2026-06-01", "2026-06-01", "2026-06-02", [], id="shortest"),
        pytest.param("2026-06-22", "2026-06-21", "2026-12-01", ["before it opens"], id="closes-first"),
        pytest.param("2026-01-01", "2026-06-21", "2026-12-01", ["at most 90 days"], id="open-for-long"),
        pytest.param("2026-06-01", "2026-06-21", "2026-06-21", ["must end after"], id="ends-at-the-close"),
        pytest.param("2026-06-01", "2026-06-21", "2030-01-01", ["more than 36 months"], id="endless"),
        pytest.param("2026-06-22", "2026-06-21", "2026-06-01", ["before it opens", "must end after"], id="two-faults"),
    ],
)
def test_dates_out_of_order_are_reported(opens, closes, ends, parts):
    messages = check_dates(CohortDates(*map(date.fromisoformat, (opens, closes, ends))))

    assert [part in message for part, message in zip(parts, messages, strict=True)] == [True] * len(parts)
