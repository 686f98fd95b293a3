"""The programme file's shape: its keys, and for every value what is allowed and how to say so."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field


def _text(most: int) -> Meta:
    return Meta(min_length=1, max_length=most, description=f"text of 1 to {most} characters")


def _whole(least: int, most: int, why: str = "") -> Meta:
    return Meta(ge=least, le=most, description=f"a whole number from {least} to {most}{why}")


def _several(least: int, most: int) -> Meta:
    return Meta(min_length=least, max_length=most)


Slug = Annotated[
    str,
    Meta(
        pattern=r"\A[a-z][a-z0-9_-]{0,39}\Z",
        description="an id: a lower-case letter, then at most 39 lower-case letters, digits, - or _",
    ),
]
Title = Annotated[str, _text(120)]
Wording = Annotated[str, _text(240)]
Paragraph = Annotated[str, _text(600)]
Label = Annotated[str, _text(40)]
Colour = Annotated[
    str,
    Meta(
        pattern=r"\A#[0-9a-fA-F]{6}\Z",
        description='a colour such as "#005eb8", in quotes because # starts a comment',
    ),
]
Logo = Annotated[
    str | None,
    Meta(description="empty, the name of an .svg or .png file beside the programme file, or a data URI of one"),
]
Zone = Annotated[str, Meta(min_length=1, max_length=60, description="a time zone such as Europe/London")]
Money = Annotated[
    str, Meta(pattern=r"\A[A-Z]{3}\Z", description="the ISO 4217 code of a currency, such as GBP, EUR or USD")
]
Period = Annotated[str, Meta(pattern=r"\AP", description="a duration such as P6M or P28D")]
DaysBefore = Annotated[int | str, Meta(description="whole days before the deadline, such as 7 or P7D")]
Threshold = Annotated[
    int, _whole(3, 10, ": of fewer than three answers, each rater who knows their own can work out the other's")
]
Fewest = Annotated[int, _whole(1, 60)]
WhoApproves = Annotated[Literal["coach", "manager"], Meta(description="coach or manager")]
YesNo = Annotated[bool, Meta(description="true or false")]


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A block of keys in the file."""


class OrganisationShape(Shape, frozen=True):
    name: Title
    brand: Colour
    timezone: Zone
    logo: Logo = None
    currency: Money = "GBP"


class ScaleShape(Shape, frozen=True):
    labels: Annotated[tuple[Label, ...], _several(3, 10)]


class GroupShape(Shape, frozen=True):
    id: Slug
    title: Title
    min: Annotated[int, _whole(0, 60)]
    max: Annotated[int, _whole(1, 60)]
    named: YesNo = False


class ValueShape(Shape, frozen=True):
    id: Slug
    title: Title


class ItemShape(Shape, frozen=True):
    id: Slug
    self_wording: Wording = field(name="self")
    others_wording: Wording = field(name="others")
    values: Annotated[tuple[Slug, ...], _several(0, 12)] = ()


class CompetencyShape(Shape, frozen=True):
    id: Slug
    title: Title
    definition: Paragraph
    items: Annotated[tuple[ItemShape, ...], _several(1, 60)]
    milestone: Slug | None = None


class QuestionShape(Shape, frozen=True):
    id: Slug
    text: Paragraph
    competency: Slug | None = None


class AssignmentShape(Shape, frozen=True):
    """In the file also a plain title, from which the id is made."""

    id: Slug
    title: Title


class MilestoneShape(Shape, frozen=True):
    id: Slug
    title: Title
    days: Annotated[int, _whole(1, 30)]
    assignments: Annotated[tuple[AssignmentShape, ...], _several(0, 12)] = ()


class ImpactShape(Shape, frozen=True):
    after: Period
    open_for: Period = "P28D"


class ProgrammeShape(Shape, frozen=True):
    programme: Slug
    version: Annotated[int, _whole(1, 9999)]
    title: Title
    organisation: OrganisationShape
    scale: ScaleShape
    groups: Annotated[tuple[GroupShape, ...], _several(2, 12)]
    threshold: Threshold
    competencies: Annotated[tuple[CompetencyShape, ...], _several(1, 30)]
    impact: ImpactShape
    values: Annotated[tuple[ValueShape, ...], _several(0, 20)] = ()
    open_questions: Annotated[tuple[QuestionShape, ...], _several(0, 18)] = ()
    reminders: Annotated[tuple[DaysBefore, ...], _several(0, 10)] = (7, 3, 1)
    milestones: Annotated[tuple[MilestoneShape, ...], _several(0, 12)] = ()
    minimum_responses: Fewest | None = None
    comments_from: Fewest | None = None
    close_when_complete: YesNo = False
    coach_only_comments: YesNo = False
    raters_approved_by: WhoApproves | None = None
