"""Build the six-month impact survey, estimate its time, and check that its answers fit together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from chalicelib.core.model import Programme, PulseArea
from chalicelib.forms.fields import UNPRINTABLE, Kind, Section, SurveyFault, is_kept_form, questions, read_fields
from chalicelib.forms.impact_questions import MEASURES, delegate_sections, manager_sections
from chalicelib.forms.readers import Form

MANAGER = "manager"
INTANGIBLE = "intangible"
SECONDS = {Kind.CHOICE: 6, Kind.SELECT: 6, Kind.TICK: 2, Kind.LINE: 15, Kind.TEXT: 60}
MAX_UNREAD_CHARS = 2000  # characters of unreadable input, so that a whole form of it fits into a row
SECONDS_FOR_A_NUMBER = 20


def sections(programme: Programme, areas: Sequence[PulseArea], role: str) -> tuple[Section, ...]:
    return manager_sections(areas) if role == MANAGER else delegate_sections(programme, areas)


def minutes(form: Sequence[Section]) -> int:
    """Estimate the minutes for someone who answers every visible question."""
    questions = (q for section in form for block in section.blocks if not block.folded for q in block.questions)
    return max(1, round(sum(SECONDS.get(question.kind, SECONDS_FOR_A_NUMBER) for question in questions) / 60))


def typed_in_vain(section: Section, fields: Mapping[str, str]) -> dict[str, str]:
    """Return the input of a part that cannot be read: it is kept next to the answers, so that it can be corrected."""
    unreadable = {fault.field for fault in read_fields((section,), fields)[1]}
    return {name: UNPRINTABLE.sub("", fields[name])[:MAX_UNREAD_CHARS] for name in unreadable}


def faults_of(
    form: Sequence[Section], answers: Mapping[str, str], unread: Mapping[str, str] = MappingProxyType({})
) -> list[SurveyFault]:
    """Return why kept answers cannot be sent yet."""
    if not answers and not unread:
        return [SurveyFault("", "There is no answer yet. Please answer at least one question.")]
    faults_by_field = {fault.field: fault for fault in read_fields(form, {**answers, **unread})[1]}
    faults = [faults_by_field.get(name) or SurveyFault(name, "Please check and save this answer.") for name in unread]
    return faults + [fault for fault in find_contradictions(answers) if fault.field not in unread]


def unfit(form: Sequence[Section], answers: Mapping[str, str]) -> list[SurveyFault]:
    """Return why sent answers cannot be counted: rows of earlier versions may contain such answers."""
    return list(find_contradictions(answers)) + [
        SurveyFault(question.field, f"{question.text}: this answer cannot be read.")
        for question in questions(form)
        if question.field in answers and not is_kept_form(question, answers[question.field])
    ]


def find_contradictions(answers: Mapping[str, str]) -> Iterator[SurveyFault]:
    """Return answers that contradict one another, or that need another answer."""
    for number in range(1, MEASURES + 1):
        name = f"measure.{number}.name"
        if name not in answers and any(field.startswith(f"measure.{number}.") for field in answers):
            yield SurveyFault(name, f"Measure {number}: please say what is measured, or clear its other fields.")
    if "money" in answers and "basis" not in answers:
        yield SurveyFault("basis", "Please say where the sum in money comes from.")
    if "money" in answers and answers.get("basis") == INTANGIBLE:
        yield SurveyFault("money", "Please clear the sum, or choose where it comes from.")


def form_about(role: str) -> Form:
    """Return who reads what each role answers."""
    return Form.IMPACT_MANAGER if role == MANAGER else Form.IMPACT_DELEGATE
