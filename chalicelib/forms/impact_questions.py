"""Questions to the delegate and the line manager after six months, as data. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.core import currency
from chalicelib.core.model import Programme, PulseArea
from chalicelib.forms import readers
from chalicelib.forms.fields import Block, Kind, Question, Section
from chalicelib.forms.pulse import SCALE

MEASURES = 3
LEVELS = (
    ("not_started", "Not started"),
    ("tried", "Tried it"),
    ("regular", "Do it regularly"),
    ("habit", "A habit now"),
)
WORK_DONE = (("done", "Done"), ("partly", "Partly"), ("not_done", "Not done"))
PROPOSAL = (
    ("accepted", "Accepted"),
    ("amended", "Accepted with changes"),
    ("declined", "Declined"),
    ("pending", "Not decided yet"),
    ("none", "I made none"),
)
FACTORS = {
    "manager": "Support from my line manager",
    "time": "Time",
    "authority": "Authority to decide",
    "staffing": "Staffing",
    "data": "Data about the service",
    "peers": "Peers from the programme",
    "coaching": "Coaching",
}
RELEVANCE = tuple(
    (str(point), label)
    for point, label in enumerate(("Not at all", "A little", "Partly", "Mostly", "Fully relevant"), start=1)
)
DIRECTIONS = (("up", "Higher is better"), ("down", "Lower is better"))
SCOPES = (
    ("individual", "Me"),
    ("team", "My team or service"),
    ("organisation", "The organisation"),
    ("system", "The wider system"),
)
BASES = (
    ("finance", "Agreed with finance"),
    ("standard", "A standard cost or tariff"),
    ("own", "My own estimate"),
    ("intangible", "It cannot be put in money"),
)
CONSENT = (("named", "Yes, with my name"), ("anonymous", "Yes, without my name"), ("no", "No"))
NOT_SEEN = "not_seen"
CHANGES = (*((str(point), label) for point, label in enumerate(SCALE, start=-3)), (NOT_SEEN, "I cannot say"))


def delegate_sections(programme: Programme, areas: Sequence[PulseArea]) -> tuple[Section, ...]:
    """Build the delegate's survey by evaluation level: reaction, learning, application, impact, value."""
    return (
        _reaction(programme),
        _learning(programme),
        *_application(areas),
        _work(programme),
        _factors(),
        _measures(),
        _worth(programme.organisation.currency),
        _closing(),
    )


def useful_parts(programme: Programme) -> tuple[tuple[str, str], ...]:
    """List what a delegate may name as the most useful part."""
    always = ("feedback", "The 360 feedback"), ("coaching", "The conversation with my coach")
    return (*always, *((f"milestone.{milestone.id}", milestone.title) for milestone in programme.milestones))


def manager_sections(areas: Sequence[PulseArea]) -> tuple[Section, ...]:
    """Build the line manager's survey: a second view of the same areas, and of their results."""
    seen_questions = tuple(
        Block(
            area.text,
            (
                Question(f"change.{area.id}", Kind.CHOICE, "What change have you seen?", options=CHANGES),
                Question(f"evidence.{area.id}", Kind.TEXT, "What did you see?", "An example helps most."),
            ),
        )
        for area in areas
    )
    effect = Block(
        "",
        (
            Question("effect", Kind.TEXT, "What did it do for the service?", "Figures, if you have them."),
            Question(
                "share",
                Kind.PERCENT,
                "How much of that is due to the programme, in percent?",
                "0 to 100. The rest is due to other causes. Left empty, it counts as 0.",
            ),
        ),
    )
    seen_section = Section("seen", "What you have seen", "Compared with the time before the programme.", seen_questions)
    return (*([seen_section] if seen_questions else []), Section("effect", "Results", "", (effect,)))


# --- the delegate's sections ----------------------------------------------------------------------------


def _reaction(programme: Programme) -> Section:
    questions = (
        Question("relevance", Kind.CHOICE, "How relevant was it to your work?", options=RELEVANCE),
        Question(
            "recommend",
            Kind.SELECT,
            "Would you recommend it to a colleague?",
            "0 is not at all, 10 is without hesitation.",
            tuple((str(point), str(point)) for point in range(11)),
        ),
        Question("useful", Kind.SELECT, "Which part was most useful?", options=useful_parts(programme)),
    )
    return Section("reaction", "The programme itself", "", (Block("", questions),))


def _learning(programme: Programme) -> Section:
    scale = tuple((str(rating), f"{rating} · {label}") for rating, label in enumerate(programme.scale, start=1))
    blocks = tuple(
        Block(
            competency.title,
            (
                Question(f"then.{competency.id}", Kind.SELECT, "Before the programme", options=scale),
                Question(f"now.{competency.id}", Kind.SELECT, "Now", options=scale),
            ),
        )
        for competency in programme.competencies
    )
    intro = "How often do you show this? Please rate the time before as honestly as today."
    return Section("learning", "Then and now", intro, blocks)


def _application(areas: Sequence[PulseArea]) -> tuple[Section, ...]:
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


def _work(programme: Programme) -> Section:
    blocks = [
        Block(
            milestone.title,
            tuple(
                Question(f"work.{milestone.id}.{assignment.id}", Kind.CHOICE, assignment.title, options=WORK_DONE)
                for assignment in milestone.assignments
            ),
        )
        for milestone in programme.milestones
        if milestone.assignments
    ]
    proposal = (
        Question("proposal", Kind.CHOICE, "What happened to the improvement ideas you proposed?", options=PROPOSAL),
        Question("implemented", Kind.TEXT, "What has been put into practice?"),
    )
    return Section("work", "Your ideas and assignments", "", (*blocks, Block("Your proposal", proposal)))


def _factors() -> Section:
    blocks = tuple(
        Block(title, tuple(Question(f"{kind}.{name}", Kind.TICK, text) for name, text in FACTORS.items()))
        for kind, title in (("helped", "This helped"), ("hindered", "This was missing or got in the way"))
    )
    return Section("factors", "What helped, and what got in the way", "Tick all that apply.", blocks)


def _measures() -> Section:
    blocks = tuple(
        Block(
            f"Measure {number}",
            (
                Question(f"measure.{number}.name", Kind.LINE, "What is measured?", "For example: waiting time."),
                Question(f"measure.{number}.unit", Kind.LINE, "In what unit?", "Days, %, falls a month."),
                _figure(number, "baseline", "Before the programme"),
                _figure(number, "now", "Now"),
                Question(f"measure.{number}.direction", Kind.SELECT, "Which way is better?", options=DIRECTIONS),
                Question(f"measure.{number}.scope", Kind.SELECT, "Who benefits?", options=SCOPES),
                Question(f"measure.{number}.period", Kind.LINE, "Over what period?"),
                Question(f"measure.{number}.source", Kind.LINE, "Where does the figure come from?"),
            ),
            folded=number > 1,
        )
        for number in range(1, MEASURES + 1)
    )
    intro = "Up to three figures that moved. Leave this out if you have none: not everyone has one."
    return Section("measures", "Results for the service", intro, blocks)


def _figure(number: int, name: str, text: str) -> Question:
    return Question(f"measure.{number}.{name}", Kind.NUMBER, text, unit_field=f"measure.{number}.unit")


def _worth(code: str) -> Section:
    questions = (
        Question(
            "money",
            Kind.MONEY,
            f"Worth in money, in {currency.sign(code)} a year",
            "Saved or gained in the first year. An estimate is fine.",
            currency=code,
        ),
        Question("basis", Kind.CHOICE, "Where does this sum come from?", options=BASES),
        Question(
            "share",
            Kind.PERCENT,
            "How much of all this is due to the programme, in percent?",
            "0 to 100. The rest is due to other causes. Left empty, it counts as 0.",
        ),
        Question(
            "confidence",
            Kind.PERCENT,
            "How sure are you of that, in percent?",
            "100 is certain. Left empty, it counts as 0.",
        ),
    )
    return Section("worth", "What it is worth", "", (Block("", questions),))


def _closing() -> Section:
    questions = (
        Question("negative", Kind.TEXT, "What got worse, or cost more than it brought?"),
        Question(
            "consent",
            Kind.CHOICE,
            "May the sponsor read your own words?",
            f"Only {readers.words_under(readers.Form.IMPACT_DELEGATE, readers.Rule.BY_CONSENT)}. Left empty, it is no.",
            CONSENT,
        ),
    )
    return Section("closing", "The other side, and your consent", "", (Block("", questions),))
