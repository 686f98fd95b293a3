"""Read the durations of the programme file, such as P6M and P28D. Pure."""

from __future__ import annotations

from chalicelib.core.calendar import parse_duration
from chalicelib.core.model import Span


def span_of(text: str) -> Span:
    """Return P90D or P6M as days or months."""
    return Span(months_of(text), days_of(text))


def days_of(value: object) -> int:
    """Return 7 or P7D as whole days; 0, which no rule allows, for anything else."""
    if type(value) is int:
        return value
    try:
        duration = parse_duration(str(value))
    except ValueError:
        return 0
    return 0 if duration.months or duration.delta.seconds else duration.delta.days


def months_of(text: str) -> int:
    """Return P6M as whole months; 0, which no rule allows, for anything else."""
    try:
        duration = parse_duration(text)
    except ValueError:
        return 0
    return 0 if duration.delta else duration.months
