"""A virtual clock, and ISO 8601 durations to move it by."""

from __future__ import annotations

import re
import time
from calendar import monthrange
from datetime import UTC, datetime, timedelta

DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)
LATEST_YEAR = 2200


class VirtualClock:
    """Starts at `base`; runs at the speed of time if `live`, else it is fixed. It never goes back."""

    def __init__(self, base: datetime, *, live: bool):
        self._base = base.astimezone(UTC).replace(microsecond=0)
        self._live = live
        self._since = time.monotonic()

    def now(self) -> datetime:
        if not self._live:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._since)

    def run(self) -> None:
        """From now on the clock runs at the speed of time."""
        self._base, self._since, self._live = self.now(), time.monotonic(), True

    def move_to(self, moment: datetime) -> None:
        """Move the clock. Raises ValueError for a moment that is past."""
        if moment < self.now():
            raise ValueError(f"time does not run backwards: it is {self.now():%Y-%m-%dT%H:%M:%SZ}")
        self._base, self._since = moment, time.monotonic()


def later(moment: datetime, duration: str) -> datetime:
    """`P14D`, `PT5M`, `P6M` (calendar months, clipped to the month's end). Raises ValueError."""
    match = DURATION.fullmatch(duration)
    if not match:
        raise ValueError(f"{duration!r} is not an ISO 8601 duration such as P14D or PT5M")
    parts = {name: int(number or 0) for name, number in match.groupdict().items()}
    months = 12 * parts.pop("years") + parts.pop("months")
    try:
        return within_reach(_add_months(moment, months) + timedelta(**parts))
    except OverflowError as error:
        raise ValueError(f"{duration} is too long") from error


def parse_moment(text: str) -> datetime:
    """Read a zone-aware ISO 8601 moment. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write 2026-09-07T09:00:00Z")
    return within_reach(parsed.astimezone(UTC))


def within_reach(moment: datetime) -> datetime:
    if moment.year > LATEST_YEAR:
        raise ValueError(f"the clock stops at the year {LATEST_YEAR}")
    return moment


def _add_months(moment: datetime, months: int) -> datetime:
    years, month0 = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month0 + 1
    within_reach(moment.replace(year=min(year, LATEST_YEAR + 1), month=1, day=1))
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
