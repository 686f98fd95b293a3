"""Questions to the delegate after six months, as data: what they did not have is not asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chalicelib.core import currency
from chalicelib.core.impact_background import Background
from chalicelib.core.model import Programme, PulseArea
from chalicelib.forms import readers
from chalicelib.forms.fields import Block, Kind, Question, Section
from chalicelib.forms.impact_measures import measures
from chalicelib.forms.impact_options import (
    CONSENT,
    FACTORS,
    HELPED,
    LEVELS,
    MEASURES,
    NOT_APPLICABLE,
    PROPOSAL,
    RECOMMEND,
    RELEVANCE,
    SIGN_CAME,
    WORK_DONE,
)

__all__ = ["FACTORS", "LEVELS", "MEASURES", "RELEVANCE", "delegate_sections", "useful_parts"]

NOTHING_KNOWN = Background()


def delegate_sections(
    programme: Programme, areas: Sequence[PulseArea], background: Background = NOTHING_KNOWN
) -> tuple[Section, ...]:
    """Build the delegate's survey by evaluation level: reaction, learning, application, impact, value."""
    code = programme.organisation.currency
    return (
        reaction(programme, background),
        learning(programme),
        *application(areas),
        work(programme, background),
        measures(code, background.measures),
        _factors(background),
        _closing(code),
    )


def useful_parts(programme: Programme, background: Background = NOTHING_KNOWN) -> tuple[tuple[str, str], ...]:
    """List what a delegate may name as the most useful part."""
    had = (
        (background.has_report, "feedback", "The 360 feedback"),
        (background.has_debrief, "coaching", "The conversation with my coach"),
        *(
            (milestone.id not in background.missed, f"milestone.{milestone.id}", milestone.title)
            for milestone in programme.milestones
        ),
    )
    return tuple((value, label) for is_had, value, label in had if is_had)


# --- sections -------------------------------------------------------------------------------------------------


def reaction(programme: Programme, background: Background) -> Section:
    asked = (
        Question("relevance", Kind.CHOICE, "How relevant was it to your work?", options=RELEVANCE),
        Question(
            "recommend",
            Kind.POINTS,
            "Would you recommend it to a colleague?",
            "0 is not at all, 10 is without hesitation.",
            RECOMMEND,
        ),
        Question("useful", Kind.CHOICE, "Which part was most useful?", options=useful_parts(programme, background)),
    )
    return Section("reaction", "The programme itself", "", (Block("", asked),))


def learning(programme: Programme) -> Section:
    scale = (
        *((str(rating), label) for rating, label in enumerate(programme.scale, start=1)),
        (NOT_APPLICABLE, "Not part of my work"),
    )
    blocks = tuple(
        Block(
            competency.title,
            (
                Question(f"then.{competency.id}", Kind.POINTS, "Before the programme", options=scale),
                Question(f"now.{competency.id}", Kind.POINTS, "Now", options=scale),
            ),
        )
        for competency in programme.competencies
    )
    top = len(programme.scale)
    intro = (
        "How often do you show this? Please rate the time before as honestly as today. "
        f"1 is “{programme.scale[0]}”, {top} is “{programme.scale[-1]}”."
    )
    return Section("learning", "Then and now", intro, blocks)


def application(areas: Sequence[PulseArea]) -> tuple[Section, ...]:
    blocks = tuple(
        Block(
            area.text,
            (
                Question(f"level.{area.id}", Kind.CHOICE, "How far have you come?", options=LEVELS),
                Question(f"example.{area.id}", Kind.TEXT, "An example"),
                Question(f"noticed.{area.id}", Kind.LINE, "Who noticed?", "A role is enough: my team, a patient."),
            ),
        )
        for area in areas
    )
    intro = "What you agreed with your coach. “Not started” is as useful to know as “a habit now”."
    return (Section("application", "Your development areas", intro, blocks),) if blocks else ()


def work(programme: Programme, background: Background) -> Section:
    proposal = (
        Question("proposal", Kind.CHOICE, "What happened to the improvement ideas you proposed?", options=PROPOSAL),
        Question("implemented", Kind.TEXT, "What has been put into practice?"),
    )
    blocks = (*_assignments(programme, background), *_vision(background), Block("Your proposal", proposal))
    return Section("work", "Your ideas and assignments", "", blocks)


def _assignments(programme: Programme, background: Background) -> Iterator[Block]:
    for milestone in programme.milestones:
        asked = tuple(
            Question(f"work.{milestone.id}.{assignment.id}", Kind.CHOICE, assignment.title, options=WORK_DONE)
            for assignment in milestone.assignments
            if assignment.id not in background.waived
        )
        if asked and milestone.id not in background.missed:
            yield Block(milestone.title, asked)


def _vision(background: Background) -> Iterator[Block]:
    """Ask what came of the vision: its first sign, the steps with stakeholders, and where those are now."""
    if background.signs:
        asked = [
            Question(f"sign.{sign.assignment}", Kind.CHOICE, f"Did you see this: “{sign.text}”?", options=SIGN_CAME)
            for sign in background.signs
        ]
        yield Block("Your vision", tuple(asked))
    stances = [
        Question(
            f"stance.{stakeholder.id}",
            Kind.CHOICE,
            f"{stakeholder.who}: where are they now?",
            _stood(stakeholder.then, stakeholder.review),
            options=words,
        )
        for stakeholder in background.stakeholders
        if (words := background.stances)
    ]
    steps = [_steps(background)] if background.steps else []
    if stances or steps:
        yield Block("Your stakeholders", (*steps, *stances))


def _stood(then: str, review: str) -> str:
    said = [f"At first: {then}." if then else "", f"At your review: {review}." if review else ""]
    return " ".join(filter(None, said))


def _steps(background: Background) -> Question:
    count = background.steps
    return Question(
        "steps",
        Kind.POINTS,
        f"How many of the {count} steps that you planned did you take?",
        f"Your form says: {background.steps_done} done.",
        tuple((str(number), "") for number in range(count + 1)),
    )


def _factors(background: Background) -> Section:
    asked = tuple(
        Question(f"factor.{name}", Kind.CHOICE, text, options=HELPED)
        for name, text in FACTORS.items()
        if name != "coaching" or background.has_debrief
    )
    why = Question("factors_why", Kind.TEXT, "What helped or hindered you most, and how?")
    return Section(
        "factors",
        "What helped, and what hindered",
        "How much did this help or hinder you in putting it into practice?",
        (Block("", (*asked, why)),),
    )


def _closing(code: str) -> Section:
    asked = (
        Question("negative", Kind.TEXT, "What got worse, or cost more than it brought?"),
        Question(
            "lost",
            Kind.MONEY,
            f"What did that cost, in {currency.sign(code)} a year?",
            "Leave it empty if you cannot say.",
            currency=code,
            per="year",
        ),
        Question(
            "line_to_manager",
            Kind.LINE,
            "A line to your line manager, if you like",
            "They read it once the survey has closed.",
        ),
        consent(readers.Form.IMPACT_DELEGATE),
    )
    return Section("closing", "The other side, and your consent", "", (Block("", asked),))


def consent(form: readers.Form) -> Question:
    return Question(
        "consent",
        Kind.CHOICE,
        "May the sponsor read your own words?",
        f"Only {readers.words_under(form, readers.Rule.BY_CONSENT)}. Left empty, it is no.",
        CONSENT,
    )
