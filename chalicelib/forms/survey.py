"""The six-month impact survey: whose it is, how long it takes, and whether its answers fit together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from chalicelib.core.model import Programme, PulseArea
from chalicelib.forms.fields import UNPRINTABLE, Kind, Section, SurveyFault, is_kept_form, questions, read_fields
from chalicelib.forms.impact_questions import MEASURES, delegate_sections, manager_sections

MANAGER = "manager"
INTANGIBLE = "intangible"
SECONDS = {Kind.CHOICE: 6, Kind.SELECT: 6, Kind.TICK: 2, Kind.LINE: 15, Kind.TEXT: 60}
MAX_UNREAD_CHARS = 2000  # characters of what cannot be read, so that a whole form of them fits into a row
SECONDS_FOR_A_NUMBER = 20


def sections(programme: Programme, areas: Sequence[PulseArea], role: str) -> tuple[Section, ...]:
    return manager_sections(areas) if role == MANAGER else delegate_sections(programme, areas)


def minutes(form: Sequence[Section]) -> int:
    """How long it takes somebody who answers all that is in sight."""
    asked = (q for section in form for block in section.blocks if not block.folded for q in block.questions)
    return max(1, round(sum(SECONDS.get(question.kind, SECONDS_FOR_A_NUMBER) for question in asked) / 60))


def typed_in_vain(section: Section, fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed into a part and cannot be read: it is kept beside the answers, so that it can be mended."""
    unreadable = {fault.field for fault in read_fields((section,), fields)[1]}
    return {name: UNPRINTABLE.sub("", fields[name])[:MAX_UNREAD_CHARS] for name in unreadable}


def faults_of(
    form: Sequence[Section], answers: Mapping[str, str], unread: Mapping[str, str] = MappingProxyType({})
) -> list[SurveyFault]:
    """Why answers that were kept cannot be sent yet."""
    if not answers and not unread:
        return [SurveyFault("", "There is no answer yet. Please answer at least one question.")]
    told = {fault.field: fault for fault in read_fields(form, {**answers, **unread})[1]}
    faults = [told.get(name) or SurveyFault(name, "Please look at this answer again and save it.") for name in unread]
    return faults + [fault for fault in find_contradictions(answers) if fault.field not in unread]


def unfit(form: Sequence[Section], answers: Mapping[str, str]) -> list[SurveyFault]:
    """Why answers that were sent cannot be counted: rows of earlier versions may hold such."""
    return list(find_contradictions(answers)) + [
        SurveyFault(question.field, f"{question.text}: this answer cannot be read.")
        for question in questions(form)
        if question.field in answers and not is_kept_form(question, answers[question.field])
    ]


def find_contradictions(answers: Mapping[str, str]) -> Iterator[SurveyFault]:
    """Answers that make no sense without, or beside, one another."""
    for number in range(1, MEASURES + 1):
        name = f"measure.{number}.name"
        if name not in answers and any(field.startswith(f"measure.{number}.") for field in answers):
            yield SurveyFault(name, f"Measure {number}: please say what is measured, or empty its other fields.")
    if "money" in answers and "basis" not in answers:
        yield SurveyFault("basis", "Please say where the sum in money comes from.")
    if "money" in answers and answers.get("basis") == INTANGIBLE:
        yield SurveyFault("money", "Please empty the sum, or choose where it comes from.")
