"""Working days: weekends by zone, bank holidays, closed days, and the moments that are planned with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.calendar import closes_at, local_moment
from chalicelib.core.model import CohortDates, Organisation
from chalicelib.core.working_days import (
    TABLE,
    holiday_calendars,
    name_days_off,
    reminder_times,
    survey_opens_at,
    survey_reminder_times,
    working_days,
)
from chalicelib.programme.shapes import Holidays
from infra import days_off
from tests.support import people

LONDON = "Europe/London"
ZONES = st.sampled_from([LONDON, "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo", "UTC"])
DAYS = st.dates(date(2024, 1, 1), date(2045, 12, 1))
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def days_of(zone: str = LONDON, holidays: str = "", closed: tuple[date, ...] = ()):
    return working_days(Organisation("Trust", "#005eb8", None, zone, holidays=holidays), closed)


def test_the_table_is_that_of_the_library():
    assert TABLE.read_text(encoding="utf-8") == days_off.content(), "run python -m infra.days_off"


@pytest.mark.parametrize(
    ("day", "zone", "holidays", "is_working"),
    [
        pytest.param("2026-11-27", LONDON, "", True, id="friday"),
        pytest.param("2026-11-28", LONDON, "", False, id="saturday"),
        pytest.param("2026-12-28", LONDON, "", False, id="boxing-day-observed"),
        pytest.param("2026-12-28", LONDON, "none", True, id="no-bank-holidays"),
        pytest.param("2026-04-06", LONDON, "england-and-wales", False, id="easter-monday-in-england"),
        pytest.param("2026-04-06", LONDON, "scotland", True, id="easter-monday-in-scotland"),
        pytest.param("2026-07-13", LONDON, "northern-ireland", False, id="battle-of-the-boyne"),
        pytest.param("2026-10-16", "Africa/Cairo", "", False, id="friday-in-cairo"),
        pytest.param("2026-10-18", "Africa/Cairo", "", True, id="sunday-in-cairo"),
        pytest.param("2026-12-25", "Europe/Berlin", "", True, id="no-table-for-germany"),
    ],
)
def test_working_days(day, zone, holidays, is_working):
    assert days_of(zone, holidays).is_working(date.fromisoformat(day)) is is_working


def test_a_cohorts_closed_days_are_days_off():
    days = days_of(closed=(date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31)))
    assert days.on_or_after(date(2026, 12, 25)) == date(2027, 1, 4)
    assert days.on_or_before(date(2027, 1, 1)) == date(2026, 12, 24)


def test_counting_working_days():
    days = days_of()
    assert days.add(date(2026, 12, 24), 2) == date(2026, 12, 30)
    assert days.add(date(2026, 12, 30), -2) == date(2026, 12, 24)
    assert days.between(date(2026, 12, 24), date(2026, 12, 30)) == 2


@given(DAYS, st.integers(-30, 30), ZONES)
def test_adding_working_days_can_be_undone(day, count, zone):
    days = days_of(zone)
    start = days.on_or_after(day)
    there = days.add(start, count)
    assert days.is_working(there)
    assert days.add(there, -count) == start
    assert days.between(min(start, there), max(start, there)) == abs(count)


@pytest.mark.parametrize(
    ("now", "soon"),
    [
        pytest.param("2026-11-27T10:30", "2026-11-27T10:30", id="at-once"),
        pytest.param("2026-11-27T18:00", "2026-11-30T09:00", id="friday-evening"),
        pytest.param("2026-11-27T07:59", "2026-11-27T09:00", id="early"),
        pytest.param("2026-12-25T10:30", "2026-12-29T09:00", id="christmas-day"),
    ],
)
def test_what_is_urgent_goes_out_in_office_hours(now, soon):
    assert days_of().soon(utc(now)) == utc(soon)


# --- reminders ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "later"),
    [
        ("2026-11-26T14:30:00Z", "2026-11-27T14:30:00Z"),
        ("2026-11-26T05:30:00Z", "2026-11-27T09:00:00Z"),  # an early hour counts from the morning
        ("2026-11-26T22:30:00Z", "2026-11-30T09:00:00Z"),  # a Thursday night counts from Friday morning
        ("2026-11-27T23:30:00Z", "2026-12-01T09:00:00Z"),  # a Friday night counts from Monday morning
        ("2026-11-28T10:00:00Z", "2026-12-01T09:00:00Z"),  # a Saturday counts from Monday morning
        ("2026-12-24T12:00:00Z", "2026-12-29T12:00:00Z"),  # over Christmas
        ("2026-03-27T10:00:00Z", "2026-03-30T09:00:00Z"),  # the same local time, after the clocks changed
    ],
)
def test_a_working_day_later(now, later):
    assert days_of().a_day_after(utc(now)) == utc(later)


@pytest.mark.parametrize(
    ("closes", "days_before", "mornings"),
    [
        pytest.param(
            date(2026, 6, 19), [7, 3, 1], ["2026-06-12T08", "2026-06-16T08", "2026-06-18T08"], id="working-days"
        ),
        pytest.param(date(2026, 6, 21), [1], ["2026-06-19T08"], id="saturday-moves-to-friday"),
        pytest.param(date(2026, 6, 22), [1], ["2026-06-19T08"], id="sunday-moves-to-friday"),
        pytest.param(date(2026, 6, 22), [3, 2, 1], ["2026-06-19T08"], id="three-that-meet-are-one"),
        pytest.param(date(2026, 3, 31), [5, 1], ["2026-03-26T09", "2026-03-30T08"], id="week-of-the-spring-change"),
        pytest.param(date(2026, 10, 27), [5, 1], ["2026-10-22T08", "2026-10-26T09"], id="week-of-the-autumn-change"),
        pytest.param(date(2026, 6, 19), [], [], id="none"),
        pytest.param(date(2026, 12, 28), [7, 3, 1], ["2026-12-21T09", "2026-12-24T09"], id="never-on-christmas-day"),
        pytest.param(date(2027, 3, 30), [4, 1], ["2027-03-25T09"], id="easter-is-one-reminder"),
    ],
)
def test_reminders_go_out_on_mornings_of_working_days(closes, days_before, mornings):
    assert reminder_times(closes, days_before, days_of(), BEFORE) == tuple(map(utc, mornings))


@pytest.mark.parametrize(
    ("closes", "mornings"),
    [
        pytest.param(date(2026, 6, 19), ["2026-06-10T08", "2026-06-16T08", "2026-06-18T08"], id="over-a-weekend"),
        pytest.param(date(2026, 6, 21), ["2026-06-11T08", "2026-06-17T08", "2026-06-19T08"], id="ends-on-a-sunday"),
        pytest.param(date(2027, 1, 5), ["2026-12-22T09", "2026-12-30T09", "2027-01-04T09"], id="over-bank-holidays"),
    ],
)
def test_reminders_of_surveys_are_counted_in_working_days(closes, mornings):
    assert survey_reminder_times(closes, [7, 3, 1], days_of(), BEFORE) == tuple(map(utc, mornings))


def test_a_reminder_must_be_later_than_the_moment_given():
    assert reminder_times(date(2026, 6, 19), [7, 3], days_of(), utc("2026-06-12T08:00")) == (utc("2026-06-16T08:00"),)


@given(DAYS, st.lists(st.integers(1, 60), max_size=6), ZONES, st.integers(-70, 5))
def test_reminders_are_ordered_working_mornings_between_now_and_the_close(closes, days_before, zone, offset):
    after = local_moment(closes, 12, zone) + timedelta(days=offset)
    days = days_of(zone)
    times = reminder_times(closes, days_before, days, after)
    local = [moment.astimezone(ZoneInfo(zone)) for moment in times]

    assert list(times) == sorted(set(times))
    assert all((moment.hour, moment.minute) == (9, 0) and days.is_working(moment.date()) for moment in local)
    assert all(after < moment < closes_at(CohortDates(closes, closes, closes), zone) for moment in times)


# --- the impact survey ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "opens"),
    [
        pytest.param("2026-06-24", "2026-12-24T09:00", id="six-months-later"),
        pytest.param("2026-06-25", "2026-12-29T09:00", id="christmas-day"),
        pytest.param("2026-11-30", "2027-06-01T08:00", id="sunday-before-a-bank-holiday"),
    ],
)
def test_the_survey_opens_on_a_working_day(ends, opens):
    end, rules = date.fromisoformat(ends), people.programme()
    english = replace(rules, organisation=replace(rules.organisation, holidays="england-and-wales"))
    assert survey_opens_at(english, CohortDates(end, end, end)) == utc(opens)


def test_the_survey_opens_where_it_was_moved():
    end = date(2026, 6, 24)
    moved = CohortDates(end, end, end, survey=date(2027, 1, 11))
    assert survey_opens_at(people.programme(), moved) == utc("2027-01-11T09:00")


# --- questions about dates ------------------------------------------------------------------------------


def test_dates_on_days_off_are_asked_about():
    dates = CohortDates(date(2026, 12, 26), date(2026, 12, 28), date(2027, 3, 1))
    organisation = replace(people.programme().organisation, holidays="england-and-wales")
    opens, closes = name_days_off(dates, organisation)
    assert "opens on Saturday 26 December 2026" in opens
    assert "closes on Monday 28 December 2026" in closes


def test_a_programme_file_may_name_every_calendar_of_the_table():
    of_the_file, _ = get_args(Holidays)
    assert holiday_calendars() == get_args(of_the_file)
