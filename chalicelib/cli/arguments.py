"""Read arguments of the command line, and say what is wrong with one in words."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import UTC, date, datetime


def day(text: str) -> date:
    """Read a day such as 2026-12-01. Raises ArgumentTypeError, which argparse prints with the name of the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day: write year-month-day, such as 2026-12-01") from None


def moment(text: str) -> datetime:
    """Read a moment such as 2026-12-01T09:30Z; without a zone it is in UTC. Raises ArgumentTypeError."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a moment: write day and time, such as 2026-12-01T09:30Z") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
