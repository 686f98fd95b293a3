"""What every block of the programme file is made of: kinds of text and number, and the notes for its reference."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct


class About(NamedTuple):
    """The purpose of a key, in a sentence for the author of the file."""

    text: str


class AsWritten(NamedTuple):
    """Mark a value that its reader takes as the file writes it, such as `12.000`: YAML itself reads 12 there."""


class Becomes(NamedTuple):
    """What the programme has in place of the file's value.

    convert  makes it from the file's value
    field    its name in core/model.py, if it differs from the key in the file
    """

    convert: Callable[[Any], object]
    field: str = ""


def text(most: int) -> Meta:
    return Meta(min_length=1, max_length=most, description=f"text of 1 to {most} characters")


def whole(least: int, most: int, why: str = "") -> Meta:
    return Meta(ge=least, le=most, description=f"a whole number from {least} to {most}{why}")


class Several(NamedTuple):
    """How many entries a list or a block of ids may have."""

    min_length: int
    max_length: int


def several(least: int, most: int) -> Several:
    return Several(least, most)


Slug = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z][a-z0-9_-]{0,39}\Z",
        description="an id: a lower-case letter, then at most 39 lower-case letters, digits, - or _",
    ),
]
Title = Annotated[str, text(120)]
Wording = Annotated[str, text(240)]
Paragraph = Annotated[str, text(600)]
Label = Annotated[str, text(40)]
Colour = Annotated[
    str,
    Meta(
        pattern=r"\A#[0-9a-fA-F]{6}\Z",
        description='a colour such as "#005eb8", in quotes because # starts a comment',
    ),
]
Logo = Annotated[
    str | None,
    Meta(description="empty, the name of an .svg or .png file next to the programme file, or a data URI of one"),
]
Zone = Annotated[str, Meta(min_length=1, max_length=60, description="a time zone such as Europe/London")]
Money = Annotated[
    str, Meta(pattern=r"\A[A-Z]{3}\Z", description="the ISO 4217 code of a currency, such as GBP, EUR or USD")
]
Holidays = Annotated[
    Literal["england-and-wales", "scotland", "northern-ireland", "none"],
    Meta(description="england-and-wales, scotland, northern-ireland or none"),
]
Period = Annotated[str, Meta(pattern=r"\AP", description="a duration such as P6M or P28D")]
DaysBefore = Annotated[int | str, Meta(description="whole days before the deadline, such as 7 or P7D")]
Threshold = Annotated[
    int, whole(3, 10, ": of fewer than three answers, each rater who knows their own can work out the other's")
]
Fewest = Annotated[int, whole(1, 60)]
ScalePoints = Annotated[float, Meta(ge=0.1, le=5, description="a number of scale points from 0.1 to 5, such as 0.85")]
Share = Annotated[float, Meta(ge=0, le=1, description="a share from 0 to 1, such as 0.4")]
WhoApproves = Annotated[Literal["coach", "manager"], Meta(description="coach or manager")]
Day = Annotated[date, Meta(description="a date such as 2026-03-10")]
Clock = Annotated[
    str,
    Meta(
        pattern=r"\A([01][0-9]|2[0-3]):[0-5][0-9]\Z",
        description='a time such as "09:30", in quotes because YAML reads 16:30 as a number',
    ),
]
WebAddress = Annotated[
    str, Meta(pattern=r"\Ahttps?://[^\s]{1,400}\Z", description="a web address that begins with https://")
]
YesNo = Annotated[bool, Meta(description="true or false")]


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A block of keys in the file."""
