"""Turn the local dates of a cohort into moments in UTC. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.core.model import CohortDates

MORNING = 9  # local hour at which a wave opens and emails go out
MAX_OPEN_DAYS = 90
MAX_PROGRAMME_MONTHS = 36

_DURATION = re.compile(
    r"P(?=.)(?:(?P<months>[0-9]{1,4})M)?(?:(?P<weeks>[0-9]{1,4})W)?(?:(?P<days>[0-9]{1,4})D)?"
    r"(?:T(?=.)(?:(?P<hours>[0-9]{1,4})H)?(?:(?P<minutes>[0-9]{1,4})M)?)?"
)


def local_moment(day: date, hour: int, zone: str) -> datetime:
    """Return the moment in UTC of a local hour on a day.

    An hour that the clocks skip in spring moves forward; of an hour that they repeat in autumn, the first counts.
    """
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


class HasOpening(Protocol):
    """Local dates between which answers are accepted, both included."""

    @property
    def opens(self) -> date: ...

    @property
    def closes(self) -> date: ...


def opens_at(dates: HasOpening, zone: str) -> datetime:
    return local_moment(dates.opens, MORNING, zone)


def closes_at(dates: HasOpening, zone: str) -> datetime:
    """Return the first moment at which no answer is accepted: midnight after the closing day."""
    return local_moment(dates.closes + timedelta(days=1), 0, zone)


def add_months(day: date, months: int) -> date:
    """Return the same day some months later, or the last day of that month: 31 August and six is 28 or 29 February."""
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


class Duration(Struct, frozen=True):
    """A duration as ISO 8601 writes it. Months are separate because they have no fixed length."""

    months: int
    delta: timedelta

    def after(self, moment: datetime, zone: str) -> datetime:
        """Add a duration to a moment.

        Months and whole days follow the local calendar: 09:00 stays 09:00 over a clock change. Hours and minutes are
        elapsed time.
        """
        local = moment.astimezone(ZoneInfo(zone))
        day = add_months(local.date(), self.months) + timedelta(days=self.delta.days)
        arrived = datetime.combine(day, local.timetz()).astimezone(UTC)
        return arrived + timedelta(seconds=self.delta.seconds)


def parse_duration(text: str) -> Duration:
    """Parse P6M, P2W, P14D, PT1H or P1DT30M. Raises ValueError for anything else, years and fractions included."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise ValueError(f"{text!r} is not a duration such as P14D, P2W, P6M or PT1H")
    n = {unit: int(digits or 0) for unit, digits in match.groupdict().items()}
    delta = timedelta(weeks=n["weeks"], days=n["days"], hours=n["hours"], minutes=n["minutes"])
    return Duration(n["months"], delta)


def check_dates(dates: CohortDates) -> list[str]:
    """Return what is wrong with a cohort's dates, in words for the administrator; empty if nothing is."""
    errors = []
    if dates.closes < dates.opens:
        errors.append(f"The questionnaire closes on {dates.closes}, before it opens on {dates.opens}.")
    elif (dates.closes - dates.opens).days > MAX_OPEN_DAYS:
        errors.append(f"The questionnaire is open from {dates.opens} to {dates.closes}: at most {MAX_OPEN_DAYS} days.")
    if dates.ends <= dates.closes:
        errors.append(
            f"The programme ends on {dates.ends}: it must end after the questionnaire closes on {dates.closes}."
        )
    elif dates.ends > add_months(dates.opens, MAX_PROGRAMME_MONTHS):
        errors.append(
            f"The programme ends on {dates.ends}, more than {MAX_PROGRAMME_MONTHS} months after {dates.opens}."
        )
    return errors
