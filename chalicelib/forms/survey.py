"""Build the six-month impact survey, estimate its time, and check that its answers fit together. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from chalicelib.core.errors import FieldError
from chalicelib.core.impact_background import FIRST_EDITION, Background
from chalicelib.core.model import Programme, PulseArea
from chalicelib.forms import impact_questions_before as before
from chalicelib.forms.fields import UNPRINTABLE, Kind, Section, is_kept_form, questions, read_fields
from chalicelib.forms.impact_answers import measures_of
from chalicelib.forms.impact_managers import manager_sections
from chalicelib.forms.impact_options import INTANGIBLE, MEASURES
from chalicelib.forms.impact_questions import delegate_sections
from chalicelib.forms.readers import Form

MANAGER = "manager"  # the role of the line manager's survey
SECONDS = {Kind.CHOICE: 6, Kind.POINTS: 5, Kind.SELECT: 6, Kind.TICK: 2, Kind.LINE: 15, Kind.TEXT: 60}
MAX_UNREAD_CHARS = 2000  # characters of unreadable input, so that a whole form of it fits into a row
SECONDS_FOR_A_NUMBER = 20


class Asked(Protocol):
    """What a stored survey says about its questions."""

    @property
    def role(self) -> str: ...
    @property
    def areas(self) -> Sequence[PulseArea]: ...
    @property
    def edition(self) -> int: ...
    @property
    def background(self) -> Background: ...


def sections_of(
    programme: Programme, survey: Asked, delegate: str = "", own: Mapping[str, str] = MappingProxyType({})
) -> tuple[Section, ...]:
    """Return the questions of a survey, in the edition that it opened with.

    delegate  the delegate's name, as the line manager's form says it
    own       what the delegate has sent: the line manager gives a share of each sum in it
    """
    if survey.role == MANAGER:
        if survey.edition == FIRST_EDITION:
            return before.manager_sections(survey.areas)
        return manager_sections(survey.areas, measures_of(own), delegate, programme.organisation.currency)
    if survey.edition == FIRST_EDITION:
        return before.delegate_sections(programme, survey.areas)
    return delegate_sections(programme, survey.areas, survey.background)


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
) -> list[FieldError]:
    """Return why kept answers cannot be sent yet."""
    if not answers and not unread:
        return [FieldError("", "There is no answer yet. Please answer at least one question.")]
    faults_by_field = {fault.field: fault for fault in read_fields(form, {**answers, **unread})[1]}
    faults = [faults_by_field.get(name) or FieldError(name, "Please check and save this answer.") for name in unread]
    return faults + [fault for fault in find_contradictions(answers) if fault.field not in unread]


def unfit(form: Sequence[Section], answers: Mapping[str, str]) -> list[FieldError]:
    """Return why sent answers cannot be counted: rows of earlier versions may contain such answers."""
    return list(find_contradictions(answers)) + [
        FieldError(question.field, f"{question.text}: this answer cannot be read.")
        for question in questions(form)
        if question.field in answers and not is_kept_form(question, answers[question.field])
    ]


def find_contradictions(answers: Mapping[str, str]) -> Iterator[FieldError]:
    """Return answers that contradict one another, or that need another answer."""
    for number in range(1, MEASURES + 1):
        prefix = f"measure.{number}."
        given = {field.removeprefix(prefix) for field in answers if field.startswith(prefix)}
        if given and "name" not in given:
            yield FieldError(
                f"{prefix}name", f"Figure {number}: please say what is measured, or clear its other fields."
            )
        yield from _about_sum(answers, prefix)
    yield from _about_sum(answers, "")


def _about_sum(answers: Mapping[str, str], prefix: str) -> Iterator[FieldError]:
    """List what is wrong with a sum.

    prefix  of the fields of one measure; empty for the one sum of the first edition
    """
    money, basis = f"{prefix}money", f"{prefix}basis"
    if money in answers and basis not in answers:
        yield FieldError(basis, "Please say where the sum in money comes from.")
    if money in answers and answers.get(basis) == INTANGIBLE:
        yield FieldError(money, "Please clear the sum, or choose where it comes from.")


def form_about(survey: Asked) -> Form:
    """Return who reads the answers, as the form said when it opened."""
    is_first = survey.edition == FIRST_EDITION
    if survey.role == MANAGER:
        return Form.IMPACT_MANAGER_BEFORE if is_first else Form.IMPACT_MANAGER
    return Form.IMPACT_DELEGATE_BEFORE if is_first else Form.IMPACT_DELEGATE
