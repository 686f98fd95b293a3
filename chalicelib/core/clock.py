"""The only clock. It is read in app.py, routes and the command line, then passed on as `now`."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """Return the current time in UTC, zone-aware."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Use another clock from now on (the local cloud's virtual clock, a test's). None restores the system clock."""
    global _source
    _source = source or _system


def stamp(moment: datetime) -> str:
    """Format a moment as UTC to the second, so that strings sort by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(stamped: str) -> datetime:
    return datetime.fromisoformat(stamped)
