"""The programme file's shape: its keys, the purpose of each, and for every value what is allowed.

docs/programme-file.md is made from these types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from chalicelib.programme.durations import days_of, months_of, span_of
from chalicelib.programme.form_schema import AssignmentShape, OptionList
from chalicelib.programme.shapes import (
    About,
    Becomes,
    Colour,
    DaysBefore,
    Fewest,
    Holidays,
    Label,
    Logo,
    Money,
    Paragraph,
    Period,
    ScalePoints,
    Shape,
    Share,
    Slug,
    Threshold,
    Title,
    WebAddress,
    WhoApproves,
    Wording,
    YesNo,
    Zone,
    several,
    whole,
)

USUAL_THRESHOLD = 3  # raters
USUAL_MINIMUM = 5  # responses that a report needs, and raters whose behaviours and comments are shown together


def usual_behaviours_from(threshold: int) -> int:
    """Return `behaviours_from` of a file that does not name it."""
    return max(USUAL_MINIMUM, threshold + 1)


class OrganisationShape(Shape, frozen=True):
    """The organisation whose programme it is."""

    name: Annotated[Title, About("its name, as readers of pages, emails and reports see it")]
    brand: Annotated[Colour, About("its colour, on which white text can be read: buttons, headings and charts use it")]
    timezone: Annotated[Zone, About("the time zone of every date and hour of the programme")]
    logo: Annotated[Logo, About("its logo, on pages and on the report's cover")] = None
    currency: Annotated[
        Money, About("the currency of amounts in the impact survey; the form refuses other currencies")
    ] = "GBP"
    holidays: Annotated[
        Holidays | None,
        About(
            "whose bank holidays are days off: no email goes out on one; without the key, those of England and Wales "
            "if the time zone is Europe/London, else none"
        ),
    ] = None


class ScaleShape(Shape, frozen=True):
    """The scale on which behaviours are rated."""

    labels: Annotated[tuple[Label, ...], several(3, 10), About("the labels, lowest first; the first is rating 1")]


class GroupShape(Shape, frozen=True):
    """A group of raters, by how they work with the delegate. `self` is required."""

    id: Annotated[Slug, About("`self` and `manager` have a meaning; choose the others")]
    title: Annotated[Title, About("the group's name on forms and in the report, in the plural")]
    min: Annotated[int, whole(0, 60), About("fewest raters that a delegate is asked to choose")]
    max: Annotated[int, whole(1, 60), About("most raters that a delegate may choose")]
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
    values: Annotated[tuple[Slug, ...], several(0, 12), About("ids of the values that the behaviour shows")] = ()
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
    items: Annotated[tuple[ItemShape, ...], several(1, 60), About("its behaviours")]
    milestone: Annotated[Slug | None, About("id of the workshop that works on it")] = None


class QuestionShape(Shape, frozen=True):
    """A question that is answered in words."""

    id: Annotated[Slug, About("keep it when you change the wording")]
    text: Annotated[Paragraph, About("the question, as raters read it")]
    competency: Annotated[
        Slug | None, About("id of the competency on whose page it is asked; without it, the last page")
    ] = None


Number = Annotated[int, whole(1, 30)]


class MaterialShape(Shape, frozen=True):
    """A document for a workshop, on the delegate's page."""

    title: Annotated[Title, About("its name")]
    url: Annotated[WebAddress, About("where it is: a link only, which you keep working")]
    from_day: Annotated[
        Period | None,
        About("how long before the first session it is shown, in days; without the key from the start"),
        Becomes(days_of, "days_before"),
    ] = field(name="from", default=None)


class MilestoneShape(Shape, frozen=True):
    """A workshop, with the work that follows it."""

    id: Annotated[Slug, About("named by the competencies that it works on")]
    title: Annotated[Title, About("its name")]
    days: Annotated[Number | None, About("how many days it takes; without the key, as many as it has sessions")] = None
    sessions: Annotated[Number | None, About("how many sessions it has, each with a date in the cohort's file")] = None
    bring: Annotated[Paragraph | None, About("what a delegate brings along")] = None
    materials: Annotated[
        tuple[MaterialShape, ...], several(0, 12), About("documents for it, as links on the delegate's page")
    ] = ()
    assignments: Annotated[
        tuple[AssignmentShape, ...], several(0, 12), About("the work that follows it, in order")
    ] = ()


class ImpactShape(Shape, frozen=True):
    """The survey after the programme."""

    after: Annotated[
        Period,
        About("how long after the end of the programme it opens; calendar months"),
        Becomes(months_of, "after_months"),
    ]
    open_for: Annotated[Period, About("how long it stays open"), Becomes(days_of, "open_days")] = "P28D"


class RoundShape(Shape, frozen=True):
    """A mid-way round: raters are asked for one minute what has changed since the questionnaire."""

    after: Annotated[Slug, About("id of the workshop that it follows")]
    open: Annotated[
        Period,
        About("how long after the last session of the workshop it opens, in days; then on a working day"),
        Becomes(days_of, "opens_after_days"),
    ]
    open_for: Annotated[Period, About("how long it stays open, in days"), Becomes(days_of, "open_days")] = "P14D"


class PulseShape(Shape, frozen=True):
    """Questions to raters between the questionnaire and the survey, about the development areas."""

    rounds: Annotated[tuple[RoundShape, ...], several(1, 2), About("the mid-way rounds, in order")]
    suggestion: Annotated[
        YesNo, About("whether raters may write a suggestion; five answers or more, and all are shown word for word")
    ] = True


class RetentionShape(Shape, frozen=True):
    """How long data is kept. A shorter period is always allowed; a longer one needs `why`."""

    answers: Annotated[
        Period, About("raw answers, from the last questionnaire, survey or meeting on"), Becomes(span_of)
    ] = "P30D"
    lists: Annotated[
        Period, About("lists of raters, invitations and emails, from the same day on"), Becomes(span_of)
    ] = "P90D"
    notes: Annotated[Period, About("what coaches write for themselves, from the same day on"), Becomes(span_of)] = "P6M"
    programme: Annotated[
        Period,
        About("delegates, reports, development areas and work, from the same day on; delegates get a notice"),
        Becomes(span_of),
    ] = "P24M"
    record: Annotated[
        Period,
        About("attendance, figures of the cohort and the audit trail, from the end of the programme on"),
        Becomes(span_of),
    ] = "P72M"
    why: Annotated[Paragraph | None, About("the reason for a period that is longer than without the key")] = None


class ProgrammeShape(Shape, frozen=True):
    """The whole file."""

    programme: Annotated[Slug, About("the programme's id, in addresses and file names")]
    version: Annotated[
        int, whole(1, 9999), About("raise it with every change; a cohort keeps the version that it began with")
    ]
    title: Annotated[Title, About("the programme's name, as readers see it")]
    organisation: Annotated[OrganisationShape, About("whose programme it is")]
    scale: Annotated[ScaleShape, About("how behaviours are rated")]
    groups: Annotated[tuple[GroupShape, ...], several(2, 12), About("who is asked")]
    competencies: Annotated[tuple[CompetencyShape, ...], several(1, 30), About("the framework and its behaviours")]
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
    values: Annotated[tuple[ValueShape, ...], several(0, 20), About("the organisation's values")] = ()
    open_questions: Annotated[
        tuple[QuestionShape, ...], several(0, 18), About("questions that are answered in words")
    ] = ()
    reminders: Annotated[
        tuple[DaysBefore, ...],
        several(0, 10),
        About(
            "when people who have not answered are reminded: days before the last day, or, six months on, working days"
        ),
    ] = (7, 3, 1)
    milestones: Annotated[tuple[MilestoneShape, ...], several(0, 12), About("the workshops, in order")] = ()
    lists: Annotated[
        Mapping[Slug, OptionList], several(0, 40), About("options that several fields of assignments share, by name")
    ] = {}
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
    pulse: Annotated[
        PulseShape | None,
        About(
            "mid-way rounds; without the key, raters are asked about change only after the programme. A round asks the "
            "raters of the questionnaire, if they are five or more, about the areas whose wording the delegate has "
            "checked"
        ),
    ] = None
    retention: Annotated[RetentionShape, About("how long data is kept after the programme")] = RetentionShape()
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
