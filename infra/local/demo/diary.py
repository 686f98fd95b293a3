"""When things happen: the organisation's calendar, and an agenda of what people are about to do."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from chalicelib.core.working_days import WorkingDays

DAY_BEGINS, DAY_ENDS = 7 * 60 + 40, 21 * 60  # minutes of the day between which people answer
SOON = timedelta(minutes=20)  # no one acts on an email sooner


class Calendar:
    """Local dates and working days of one organisation."""

    def __init__(self, days: WorkingDays):
        self._days, self._zone = days, ZoneInfo(days.zone)

    def day(self, moment: datetime) -> date:
        return moment.astimezone(self._zone).date()

    def at(self, day: date, minute: int) -> datetime:
        """Return that minute of the day on local clocks."""
        midnight = datetime.combine(day, datetime.min.time(), self._zone)
        return midnight.replace(hour=minute // 60, minute=minute % 60)

    def working_days_on(self, moment: datetime, days: int, minute: int) -> datetime:
        """So many working days after the moment's day; 0 is that day, or the next working day."""
        day = self._days.add(self._days.on_or_after(self.day(moment)), days)
        return max(self.at(day, minute), moment + SOON)

    def within(self, begin: datetime, last: date, share: float) -> datetime:
        """Choose a working day between both, and a minute of it; `share` 0 is at once and 1 at the very end."""
        first = self._days.on_or_after(self.day(begin))
        days = [first + timedelta(days=n) for n in range(max(1, (last - first).days + 1))]
        working = [day for day in days if self._days.is_working(day)]
        place = share * len(working)
        day = working[min(int(place), len(working) - 1)]
        minute = DAY_BEGINS + int((place * 7919 % 1) * (DAY_ENDS - DAY_BEGINS))
        return max(self.at(day, minute), begin + SOON)


class Agenda:
    """What people are about to do, in the order of time; of one moment, in the order it was planned."""

    def __init__(self) -> None:
        self._planned: list[tuple[datetime, int, str, Callable[[], None]]] = []
        self._count = count()

    def plan(self, moment: datetime, phase: str, act: Callable[[], None]) -> None:
        heapq.heappush(self._planned, (moment, next(self._count), phase, act))

    @property
    def next_moment(self) -> datetime | None:
        return self._planned[0][0] if self._planned else None

    def pop(self) -> tuple[str, Callable[[], None]]:
        """Return the next act and the phase it belongs to."""
        _, _, phase, act = heapq.heappop(self._planned)
        return phase, act
