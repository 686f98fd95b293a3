"""The six-month impact survey: whose it is, how long it takes, and whether its answers fit together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.impact.fields import Kind, Section, SurveyFault, questions, read_fields
from chalicelib.impact.questions import MEASURES, delegate_sections, manager_sections
from chalicelib.model import Programme, PulseArea

MANAGER = "manager"
INTANGIBLE = "intangible"
SECONDS = {Kind.CHOICE: 6, Kind.SELECT: 6, Kind.TICK: 2, Kind.LINE: 15, Kind.TEXT: 60}
SECONDS_FOR_A_NUMBER = 20


def sections(programme: Programme, areas: Sequence[PulseArea], role: str) -> tuple[Section, ...]:
    return manager_sections(areas) if role == MANAGER else delegate_sections(programme, areas)


def minutes(form: Sequence[Section]) -> int:
    """How long it takes somebody who answers all that is in sight."""
    asked = (q for section in form for block in section.blocks if not block.folded for q in block.questions)
    return max(1, round(sum(SECONDS.get(question.kind, SECONDS_FOR_A_NUMBER) for question in asked) / 60))


def read_part(section: Section, fields: Mapping[str, str]) -> tuple[dict[str, str], list[SurveyFault]]:
    """What a posted part answers, and everything that is wrong with it; see fields.read_fields."""
    answers, faults = read_fields((section,), fields)
    asked = {question.field for question in questions((section,))} - {fault.field for fault in faults}
    return answers, faults + [fault for fault in at_odds(answers) if fault.field in asked]


def faults_of(answers: Mapping[str, str]) -> list[SurveyFault]:
    """Why answers that were kept cannot be sent yet."""
    if not answers:
        return [SurveyFault("", "There is no answer yet. Please answer at least one question.")]
    return list(at_odds(answers))


def at_odds(answers: Mapping[str, str]) -> Iterator[SurveyFault]:
    """Answers that make no sense without, or beside, one another."""
    for number in range(1, MEASURES + 1):
        name = f"measure.{number}.name"
        if name not in answers and any(field.startswith(f"measure.{number}.") for field in answers):
            yield SurveyFault(name, f"Measure {number}: please say what is measured, or empty its other fields.")
    if "money" in answers and "basis" not in answers:
        yield SurveyFault("basis", "Please say where the sum in money comes from.")
    if "money" in answers and answers.get("basis") == INTANGIBLE:
        yield SurveyFault("money", "Please empty the sum, or choose where it comes from.")
