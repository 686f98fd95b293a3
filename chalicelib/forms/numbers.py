"""Read numbers as people write them: accept what has one meaning, and suggest the likely reading of anything else.

Pure.
"""

from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

MAX_NUMBER_CHARS = 60  # characters
THOUSAND = 1000

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_PARTS = re.compile(
    r"(?P<minus>-?) ?(?P<before>[^\W\d_]{1,3}\.(?= )|[^0-9\s.,+-]{0,4}) ?(?P<minus_after>-?) ?"
    r"(?P<digits>\.?[0-9](?:[0-9.,'’ ]*[0-9])?) ?(?P<after>[^0-9]*)"
)
_NO_PENCE = re.compile(r"(?:[.,]\s?[-–—]+|/-)=?")  # after a whole sum: "500,-", "500.–", "500/-"
_PLAIN = re.compile(r"(?P<whole>[0-9]{0,15})(?:\.(?P<part>[0-9]{1,6}))?")
_GROUPED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?P<by>[, '’])[0-9]{3}(?:(?P=by)[0-9]{3}){0,3})(?:\.(?P<part>[0-9]{1,6}))?"
)
_CONTINENTAL = re.compile(r"(?P<whole>[0-9]{1,3}(?:\.[0-9]{3}){1,4}|[0-9]{1,15})(?:,(?P<part>[0-9]{1,6}))?")


class Written(Struct, frozen=True):
    """A number taken apart."""

    number: Decimal
    marks: tuple[str, ...]  # marks next to the digits, such as "£", "%" or "days"
    thousands: bool = False  # it ends in k
    other: Decimal | None = None  # a second reading that is equally likely
    unusual: bool = False  # separators with another meaning elsewhere

    @property
    def is_unclear(self) -> bool:
        return self.unusual or self.other is not None


def take_apart(typed: str) -> Written | None:
    """Split typed text into number and mark; None if it is not a number."""
    text = _SPACES.sub(" ", typed).strip().replace("\N{MINUS SIGN}", "-")
    match = _PARTS.fullmatch(text) if len(text) <= MAX_NUMBER_CHARS else None
    if not match:
        return None
    thousands, after = _thousands(_NO_PENCE.sub("", match["after"], count=1).strip())
    readings = _read_digits(match["digits"])
    if readings is None:
        return None
    factor = (-1 if match["minus"] or match["minus_after"] else 1) * (THOUSAND if thousands else 1)
    number, other, unusual = readings
    return Written(
        number=_normal(number * factor),
        marks=tuple(mark for mark in (match["before"], after) if mark),
        thousands=thousands,
        other=None if other is None else _normal(other * factor),
        unusual=unusual,
    )


def _thousands(after: str) -> tuple[bool, str]:
    """Read "k" after the digits as a thousand; other text is a mark. "kg" is a mark as a whole."""
    if re.match(r"k(?![^\W\d_])", after, re.IGNORECASE):
        return True, after[1:].strip()
    return False, after


def _read_digits(digits: str) -> tuple[Decimal, Decimal | None, bool] | None:
    """Return the likely reading, another equally likely one, and whether the separators are unusual."""
    if match := _PLAIN.fullmatch(digits):
        plain = _decimal(match)
        three_after_the_dot = len(match["part"] or "") == 3 and match["whole"].strip("0")
        return (Decimal(match["whole"] + match["part"]), plain, False) if three_after_the_dot else (plain, None, False)
    if match := _GROUPED.fullmatch(digits):
        return _decimal(match), None, False
    if match := _CONTINENTAL.fullmatch(digits):
        return _decimal(match), None, True
    return None


def _decimal(match: re.Match[str]) -> Decimal:
    return Decimal(f"{re.sub('[^0-9]', '', match['whole']) or '0'}.{match['part'] or '0'}")


def _normal(number: Decimal) -> Decimal:
    return number.normalize() + 0  # no trailing zeros, and no minus before zero


def plain(number: Decimal) -> str:
    """Format a number for storage, so that it reads back the same: three digits after a point would be unclear, so
    write four.
    """
    text = format(number, "f")
    return f"{text}0" if re.fullmatch(r"-?0*[1-9][0-9]*\.[0-9]{3}", text) else text
