"""A clock that shows the same time until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MONDAY = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self, at: datetime = MONDAY):
        self._at = at

    def now(self) -> datetime:
        return self._at

    def advance(self, **time: float) -> datetime:
        """`advance(days=3, minutes=1)`. Returns the new moment."""
        return self.to(self._at + timedelta(**time))

    def to(self, moment: datetime) -> datetime:
        assert moment >= self._at, "time does not run backwards"
        self._at = moment
        return moment
