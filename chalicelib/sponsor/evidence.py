"""The input of a cohort's summary: published figures and signed answers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from msgspec import Struct

from chalicelib.forms.impact_answers import read_number


class Evidence(Struct, frozen=True):
    """The evidence of one delegate: never a rater's answer."""

    name: str
    service: str
    has_report: bool = False  # released
    areas: tuple[str, ...] = ()  # ids of the development areas
    own: Mapping[str, str] | None = None  # the delegate's impact survey; None if none was sent
    manager: Mapping[str, str] | None = None
    agreed: int = 0  # measures of the service that the delegate named during the programme
    left_out: bool = False  # the answers sent cannot be counted
    id: str = ""
    has_left: bool = False
    later: bool = False  # the survey is still open, because the delegate was paused
    raters_change: tuple[Fraction, ...] = ()  # published change of each area, all raters, -3 to +3


def mean(numbers: Iterable[Fraction]) -> Fraction | None:
    """Return one delegate's mean of several numbers; None if there are none."""
    given = list(numbers)
    return sum(given, Fraction(0)) / len(given) if given else None


def number(answers: Mapping[str, str] | None, name: str) -> Fraction | None:
    """Return an answer as a number, if it was given."""
    return read_number(answers, name)
