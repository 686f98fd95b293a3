"""The programme file's shape: its keys, the purpose of each, and for every value what is allowed.

docs/programme-file.md is made from these types.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct, field

USUAL_THRESHOLD = 3  # raters
USUAL_MINIMUM = 5  # responses that a report needs, and raters whose behaviours and comments are shown together


def usual_behaviours_from(threshold: int) -> int:
    """Return `behaviours_from` of a file that does not name it."""
    return max(USUAL_MINIMUM, threshold + 1)


class About(NamedTuple):
    """The purpose of a key, in a sentence for the author of the file."""

    text: str


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
    Meta(description="empty, the name of an .svg or .png file next to the programme file, or a data URI of one"),
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
ScalePoints = Annotated[float, Meta(ge=0.1, le=5, description="a number of scale points from 0.1 to 5, such as 0.85")]
Share = Annotated[float, Meta(ge=0, le=1, description="a share from 0 to 1, such as 0.4")]
WhoApproves = Annotated[Literal["coach", "manager"], Meta(description="coach or manager")]
YesNo = Annotated[bool, Meta(description="true or false")]


class Shape(Struct, frozen=True, forbid_unknown_fields=True):
    """A block of keys in the file."""


class OrganisationShape(Shape, frozen=True):
    """The organisation whose programme it is."""

    name: Annotated[Title, About("its name, as readers of pages, emails and reports see it")]
    brand: Annotated[Colour, About("its colour, on which white text can be read: buttons, headings and charts use it")]
    timezone: Annotated[Zone, About("the time zone of every date and hour of the programme")]
    logo: Annotated[Logo, About("its logo, on pages and on the report's cover")] = None
    currency: Annotated[
        Money, About("the currency of amounts in the impact survey; the form refuses other currencies")
    ] = "GBP"


class ScaleShape(Shape, frozen=True):
    """The scale on which behaviours are rated."""

    labels: Annotated[tuple[Label, ...], _several(3, 10), About("the labels, lowest first; the first is rating 1")]


class GroupShape(Shape, frozen=True):
    """A group of raters, by how they work with the delegate. `self` is required."""

    id: Annotated[Slug, About("`self` and `manager` have a meaning; choose the others")]
    title: Annotated[Title, About("the group's name on forms and in the report, in the plural")]
    min: Annotated[int, _whole(0, 60), About("fewest raters that a delegate is asked to choose")]
    max: Annotated[int, _whole(1, 60), About("most raters that a delegate may choose")]
    named: Annotated[
        YesNo, About("whether the group's answers are shown by name, as its form says; the others are anonymous")
    ] = False
    heard_apart: Annotated[
        YesNo,
        About("whether groups that are too small to be shown alone join this one only if no other group can take them"),
    ] = False


class ValueShape(Shape, frozen=True):
    """One of the organisation's values."""

    id: Annotated[Slug, About("named by the behaviours that show it")]
    title: Annotated[Title, About("the value, as the organisation words it")]


class ItemShape(Shape, frozen=True):
    """One behaviour that raters rate."""

    id: Annotated[Slug, About("keep it when you change the wording, so that two waves can be compared")]
    self_wording: Annotated[Wording, About("the wording for the delegate, beginning with “I”")] = field(name="self")
    others_wording: Annotated[Wording, About("the wording for everyone else, beginning with a verb: “Asks …”")] = field(
        name="others"
    )
    values: Annotated[tuple[Slug, ...], _several(0, 12), About("ids of the values that the behaviour shows")] = ()
    you_wording: Annotated[
        Wording | None,
        About(
            "the wording for sentences of the report, beginning with “You”; without the key it is made of `self`: “I” "
            "becomes “you”, “our” becomes “your”. Write it if `self` says “we”"
        ),
    ] = field(name="you", default=None)


class CompetencyShape(Shape, frozen=True):
    """A competency of the framework, on a page of its own in the questionnaire."""

    id: Annotated[Slug, About("keep it when you change the wording, so that two waves can be compared")]
    title: Annotated[Title, About("its name")]
    definition: Annotated[Paragraph, About("what it means, in a sentence")]
    items: Annotated[tuple[ItemShape, ...], _several(1, 60), About("its behaviours")]
    milestone: Annotated[Slug | None, About("id of the workshop that works on it")] = None


class QuestionShape(Shape, frozen=True):
    """A question that is answered in words."""

    id: Annotated[Slug, About("keep it when you change the wording")]
    text: Annotated[Paragraph, About("the question, as raters read it")]
    competency: Annotated[
        Slug | None, About("id of the competency on whose page it is asked; without it, the last page")
    ] = None


class AssignmentShape(Shape, frozen=True):
    """Work between workshops. In the file a plain title will do, from which the id is made."""

    id: Annotated[Slug, About("keep it when you change the title")]
    title: Annotated[Title, About("what is to be done")]


class MilestoneShape(Shape, frozen=True):
    """A workshop, with the work that follows it."""

    id: Annotated[Slug, About("named by the competencies that it works on")]
    title: Annotated[Title, About("its name")]
    days: Annotated[int, _whole(1, 30), About("how many days it takes")]
    assignments: Annotated[
        tuple[AssignmentShape, ...], _several(0, 12), About("the work that follows it, in order")
    ] = ()


class ImpactShape(Shape, frozen=True):
    """The survey after the programme."""

    after: Annotated[Period, About("how long after the end of the programme it opens; calendar months")]
    open_for: Annotated[Period, About("how long it stays open")] = "P28D"


class ProgrammeShape(Shape, frozen=True):
    """The whole file."""

    programme: Annotated[Slug, About("the programme's id, in addresses and file names")]
    version: Annotated[
        int, _whole(1, 9999), About("raise it with every change; a cohort keeps the version that it began with")
    ]
    title: Annotated[Title, About("the programme's name, as readers see it")]
    organisation: Annotated[OrganisationShape, About("whose programme it is")]
    scale: Annotated[ScaleShape, About("how behaviours are rated")]
    groups: Annotated[tuple[GroupShape, ...], _several(2, 12), About("who is asked")]
    competencies: Annotated[tuple[CompetencyShape, ...], _several(1, 30), About("the framework and its behaviours")]
    impact: Annotated[ImpactShape, About("the survey after the programme")]
    threshold: Annotated[
        Threshold, About("fewest raters whose competencies may be shown together: groups of so many are shown alone")
    ] = USUAL_THRESHOLD
    behaviours_from: Annotated[
        Fewest | None,
        About(
            "fewest raters whose single behaviours may be shown together, at least one more than `threshold`; "
            "5 without the key, or one more than the threshold"
        ),
    ] = None
    values: Annotated[tuple[ValueShape, ...], _several(0, 20), About("the organisation's values")] = ()
    open_questions: Annotated[
        tuple[QuestionShape, ...], _several(0, 18), About("questions that are answered in words")
    ] = ()
    reminders: Annotated[
        tuple[DaysBefore, ...], _several(0, 10), About("when people who have not answered are reminded")
    ] = (7, 3, 1)
    milestones: Annotated[tuple[MilestoneShape, ...], _several(0, 12), About("the workshops, in order")] = ()
    minimum_responses: Annotated[
        Fewest | None,
        About(
            "fewest completed questionnaires, the delegate's own not counted, for a report that needs no decision by "
            "the administrator; 5 without the key"
        ),
    ] = None
    comments_from: Annotated[
        Fewest | None,
        About(
            "fewest completed questionnaires of people whose comments are shown under their groups' names, at least "
            "`behaviours_from`; 5 without the key, or `behaviours_from`"
        ),
    ] = None
    rater_sd: Annotated[
        ScalePoints | None,
        About(
            "how far the ratings of different raters of one person usually differ on one behaviour: their standard "
            "deviation, for every “give or take”; without the key, 0.85 on five points, more on longer scales. Take it "
            "from 500 raters or more, never from one report"
        ),
    ] = None
    rater_halo: Annotated[
        Share, About("share of that variance that is a rater's leniency towards everything, from the same data")
    ] = 0.4
    close_when_complete: Annotated[YesNo, About("whether a questionnaire closes early once everyone has answered")] = (
        False
    )
    coach_only_comments: Annotated[
        YesNo, About("whether raters may keep a comment out of the report, for the coach alone")
    ] = False
    raters_approved_by: Annotated[
        WhoApproves | None,
        About("who approves a delegate's list of raters before anyone on it is emailed; no one without the key"),
    ] = None
