"""Working days of an organisation: without its weekend, bank holidays and the cohort's closed days.

Pure but for the table days_off.json, which infra/days_off.py makes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.core.calendar import MORNING, add_months, local_moment
from chalicelib.core.formatting import day as day_words
from chalicelib.core.model import CohortDates, Organisation, Programme

TABLE = Path(__file__).parent / "days_off.json"
NO_HOLIDAYS = "none"
USUAL_HOLIDAYS = {  # of a programme file that names none
    "Europe/London": "england-and-wales",
    "GB": "england-and-wales",
    "Europe/Belfast": "northern-ireland",
}
USUAL_WEEKEND = (5, 6)  # Monday is 0
OPENS_ANYWAY = " Its first emails go out on that day."
DAY_BEGINS, DAY_ENDS = time(8), time(18)  # local hours in which an urgent email may go out
DAY = timedelta(days=1)
BEFORE_EMAILS = timedelta(minutes=10)  # a job that writes emails for a morning runs before it: one digest carries all


class WorkingDays(Struct, frozen=True):
    """Which days people work, in one time zone."""

    zone: str
    weekend: tuple[int, ...]
    days_off: frozenset[date]

    def is_working(self, day: date) -> bool:
        return day.weekday() not in self.weekend and day not in self.days_off

    def on_or_after(self, day: date) -> date:
        while not self.is_working(day):
            day += DAY
        return day

    def on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= DAY
        return day

    def add(self, day: date, count: int) -> date:
        """Return the working day that is `count` working days later, or earlier if it is negative."""
        step = DAY if count > 0 else -DAY
        for _ in range(abs(count)):
            day += step
            day = self.on_or_after(day) if count > 0 else self.on_or_before(day)
        return day

    def between(self, earlier: date, later: date) -> int:
        """Count the working days after `earlier`, up to and including `later`."""
        days = (earlier + timedelta(days=n) for n in range(1, (later - earlier).days + 1))
        return sum(map(self.is_working, days))

    def morning(self, day: date) -> datetime:
        """Return the moment in UTC at which emails of a day go out, or of the next working day."""
        return local_moment(self.on_or_after(day), MORNING, self.zone)

    def next_morning(self, now: datetime) -> datetime:
        """Return the next morning of a working day, strictly after `now`."""
        today = now.astimezone(ZoneInfo(self.zone)).date()
        first = self.morning(today)
        return first if first > now else self.morning(today + DAY)

    def soon(self, now: datetime) -> datetime:
        """Return `now` within the hours of a working day, else the next morning: for what cannot wait longer."""
        local = now.astimezone(ZoneInfo(self.zone))
        if self.is_working(local.date()) and DAY_BEGINS <= local.time() < DAY_ENDS:
            return now
        return self.next_morning(now)

    def a_day_after(self, now: datetime) -> datetime:
        """Return the same local time a working day later, counted from the next working hour.

        So it ends within working hours too: emails that waited for it go out then.
        """
        local = self.soon(now).astimezone(ZoneInfo(self.zone))
        return datetime.combine(self.add(local.date(), 1), local.time(), ZoneInfo(self.zone)).astimezone(UTC)

    def next_hour(self, now: datetime) -> datetime:
        """Return the full hour that follows within the hours of a working day, else the next morning.

        A full hour is its own next one.
        """
        local = now.astimezone(ZoneInfo(self.zone))
        past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return self.soon(now + timedelta(hours=1) - past if past else now)


def name_calendar(organisation: Organisation) -> str:
    """Return the name of a calendar: its time zone and bank holidays."""
    zone = organisation.timezone
    return f"{zone} {organisation.holidays or USUAL_HOLIDAYS.get(zone, NO_HOLIDAYS)}"


def working_days(organisation: Organisation, closed: Iterable[date] = ()) -> WorkingDays:
    """Return the calendar of an organisation.

    closed   days off of a cohort beyond bank holidays
    """
    table = _table()
    name = organisation.holidays or USUAL_HOLIDAYS.get(organisation.timezone, NO_HOLIDAYS)
    holidays = table.holidays.get(name, frozenset())
    weekend = table.weekends.get(organisation.timezone, USUAL_WEEKEND)
    return WorkingDays(organisation.timezone, weekend, holidays | frozenset(closed))


def reminder_times(
    closes: date, days_before: Sequence[int], days: WorkingDays, after: datetime
) -> tuple[datetime, ...]:
    """Return when to remind: mornings of working days before the deadline, strictly after `after`, earliest first.

    A reminder that falls on a day off goes out on the working day before: a later day could be too late.
    """
    wanted = {days.on_or_before(closes - timedelta(days=n)) for n in days_before}
    return _mornings_between(wanted, closes, days, after)


def survey_reminder_times(
    closes: date, days_before: Sequence[int], days: WorkingDays, after: datetime
) -> tuple[datetime, ...]:
    """Return when to remind of what is asked six months on: as `reminder_times`, but counted in working days."""
    return _mornings_between({days.add(closes, -n) for n in days_before}, closes, days, after)


def _mornings_between(wanted: Iterable[date], closes: date, days: WorkingDays, after: datetime) -> tuple[datetime, ...]:
    close = local_moment(closes + DAY, 0, days.zone)
    return tuple(sorted(moment for moment in map(days.morning, wanted) if after < moment < close))


def survey_opens_at(programme: Programme, dates: CohortDates, later_days: int = 0) -> datetime:
    """Return when the impact survey opens: on a working day, some months after the end or where it was moved.

    later_days   days by which a delegate was paused
    """
    day = (dates.survey or add_months(dates.ends, programme.impact.after_months)) + timedelta(days=later_days)
    return working_days(programme.organisation, dates.closed).morning(day)


def survey_job_at(programme: Programme, dates: CohortDates, later_days: int = 0) -> datetime:
    """Return when the job of the impact survey runs: its emails go out with others of that morning."""
    return survey_opens_at(programme, dates, later_days) - BEFORE_EMAILS


def name_days_off(dates: CohortDates, organisation: Organisation) -> list[str]:
    """Return a question for each date of a cohort on which no one works: it may be a slip."""
    days = working_days(organisation, dates.closed)
    named = {
        "The questionnaire opens": dates.opens,
        "The questionnaire closes": dates.closes,
        "The programme ends": dates.ends,
    }
    return list_days_off({f"{what} on": day for what, day in named.items()}, days)


def list_days_off(named: Mapping[str, date], days: WorkingDays) -> list[str]:
    """Return a question for each of these dates on which no one works. named: the words before the date -> date."""
    return [
        f"{what} {day_words(day)}, which is not a working day.{OPENS_ANYWAY if 'opens' in what else ''} Is that right?"
        for what, day in named.items()
        if not days.is_working(day)
    ]


class _Table(Struct, frozen=True):
    holidays: Mapping[str, frozenset[date]]
    weekends: Mapping[str, tuple[int, ...]]


@lru_cache(maxsize=1)
def _table() -> _Table:
    read = json.loads(TABLE.read_text(encoding="utf-8"))
    holidays = {name: frozenset(map(date.fromisoformat, days)) for name, days in read["holidays"].items()}
    return _Table(holidays, {zone: tuple(days) for zone, days in read["weekends"].items()})


def holiday_calendars() -> tuple[str, ...]:
    """Return the names that a programme file may give."""
    return (*_table().holidays, NO_HOLIDAYS)
