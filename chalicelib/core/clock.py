"""The one clock. Read in app.py, routes and the command line only, then passed on as `now`."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The present moment, zone-aware UTC."""
    return _source()


def use(source: Callable[[], datetime] | None) -> None:
    """Read another clock from now on (the local cloud's virtual one, a test's); None is the system's."""
    global _source
    _source = source or _system


def stamp(moment: datetime) -> str:
    """UTC to the second, so that the order of strings is the order of time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(stamped: str) -> datetime:
    return datetime.fromisoformat(stamped)
