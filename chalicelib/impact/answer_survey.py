"""Answer an impact survey part by part. Leaving a part saves it, and it may change until the close."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core import merging
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.model import Delegate, Programme
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.forms.fields import (
    Kind,
    Question,
    Section,
    drop_hidden,
    is_asked,
    questions,
    read_fields,
)
from chalicelib.forms.survey import faults_of, sections_of, typed_in_vain
from chalicelib.impact.shares import ask_for_shares
from chalicelib.jobs.commit import commit
from chalicelib.links.kinds import IMPACT
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import delegates, impact_surveys, programmes
from chalicelib.store.emails import EmailExists
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyChanged
from chalicelib.store.marshal import read
from chalicelib.store.table import Write, get_many
from chalicelib.waves.survey_thread import CHANGE, CORRECT, SEND, TYPE, AnswerState, answer
from chalicelib.web import readers
from chalicelib.web.readers import Reader

MAX_RETRIES = 3


ROWS = (Kind.CHOICE, Kind.POINTS, Kind.SELECT)  # answered with one tap


class SurveyClosed(Refusal):
    """The deadline has passed."""

    status = 410
    title = "This survey has closed"

    def __init__(self, sent: bool) -> None:
        outcome = "The answers you sent count. Thank you." if sent else "You had sent no answers."
        super().__init__(f"The deadline has passed. You can no longer add or change answers. {outcome}")


class SurveySealed(Refusal):
    """Answers were sent through an earlier link, perhaps by someone else: this link neither opens nor changes them."""

    status = 409
    title = "Answers were already sent"
    next_step = "Answers were already sent from an earlier link, and they count. There is nothing left for you to do."

    def __init__(self) -> None:
        super().__init__(
            "Answers to this survey were sent before this link was made, when emails to you went to another address. "
            "They count. To protect them, this link cannot open or change them. If you did not send them, "
            "reply to the email that brought you here."
        )


class SurveyBusy(Refusal):
    """Other windows kept changing the same survey."""

    title = "Not saved"

    def __init__(self) -> None:
        super().__init__("The survey is open in another window that saved at the same time. Please save again.")


class Form(Struct, frozen=True):
    """An impact survey as its reader sees it."""

    token: str
    delegate: Delegate
    programme: Programme
    survey: ImpactSurvey
    sections: tuple[Section, ...]
    manager: ImpactSurvey | None = None  # the line manager's survey of the same delegate

    @property
    def is_delegates_own(self) -> bool:
        return self.survey.role is Role.DELEGATE

    @property
    def reader(self) -> Reader:
        """Return the reader, whose new address may be on hold: see web/holds.py."""
        about = {"cohort": self.delegate.cohort_id, "delegate": self.delegate.id}
        home = f"/impact/{self.token}"
        return readers.reader(readers.Role.DELEGATE, self.token, self.delegate.person, home, self.programme, about)

    @property
    def answers(self) -> Mapping[str, str]:
        """Return the stored answers that can be read: those of an incomplete change, if there is one."""
        return self.survey.answers if self.survey.draft is None else self.survey.draft

    @property
    def shown(self) -> Mapping[str, str]:
        """Return what the form shows: the typed text if it could not be read."""
        return {**self.answers, **self.survey.unread}

    @property
    def is_changed(self) -> bool:
        """Return whether a change of sent answers waits to be completed."""
        return self.survey.draft is not None

    @property
    def faults(self) -> list[FieldError]:
        """Return why the answers cannot be sent yet."""
        return faults_of(self.sections, self.answers, self.survey.unread)

    def faults_in(self, section: Section) -> list[FieldError]:
        asked = {question.field for question in questions((section,))}
        return [fault for fault in self.faults if fault.field in asked]

    def answered(self, section: Section) -> int:
        """Count the answered questions of a part."""
        return sum(question.field in self.shown for question in questions((section,)))

    def open_rows(self, section: Section) -> tuple[Question, ...]:
        """Return the rows of a part that are asked and not answered. Each row is answered with one tap."""
        return tuple(
            question
            for question in questions((section,))
            if question.kind in ROWS and question.field not in self.shown and is_asked(question, self.answers)
        )

    def is_done(self, section: Section) -> bool:
        return self.answered(section) > 0 and not self.open_rows(section)

    def asked(self, section: Section) -> int:
        return sum(1 for _ in questions((section,)))

    def marks(self, section: Section) -> str:
        """Return the marks of a part, for its form: see core/merging.py."""
        asked = {question.field for question in questions((section,))}
        return merging.marks({name: text for name, text in self.shown.items() if name in asked})

    @property
    def furthest(self) -> int:
        """Return the index of the first part without an answer, or of the last part."""
        blank = (place for place, section in enumerate(self.sections) if not self.answered(section))
        return next(blank, len(self.sections) - 1)

    def place_of(self, section_id: str) -> int:
        """Find a part. Raises LinkUnknown if the survey does not have it."""
        for place, section in enumerate(self.sections):
            if section.id == section_id:
                return place
        raise LinkUnknown

    def section_of(self, field: str) -> str:
        """Return the id of the part that asks a question; empty for the survey as a whole."""
        asked = (s.id for s in self.sections if any(question.field == field for question in questions((s,))))
        return next(asked, "")


def open_form(token: str, now: datetime) -> Form:
    """Open a survey in one call. Raises LinkUnknown, LinkRevoked, SurveyClosed or SurveySealed."""
    link = IMPACT.open(token)
    delegate_id, role, version = link.parts
    delegate_key = delegates.key(delegate_id)
    survey_keys = {role: impact_surveys.key(delegate_id, role) for role in Role}
    rows = get_many([delegate_key, *survey_keys.values()])
    if not {delegate_key, survey_keys[Role(role)]} <= rows.keys():
        raise LinkUnknown
    surveys = {role: read(ImpactSurvey, rows[key]) for role, key in survey_keys.items() if key in rows}
    delegate, survey = read(Delegate, rows[delegate_key]), surveys[Role(role)]
    if str(survey.link_version) != version:
        raise LinkRevoked
    if not survey.is_open or now >= survey.closes_at:
        raise SurveyClosed(survey.sent)
    if survey.sealed:
        raise SurveySealed
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    own = surveys.get(Role.DELEGATE)
    sent = own.answers if own and own.sent else {}
    asked = sections_of(programme, survey, delegate.person.name, sent)
    return Form(link.token, delegate, programme, survey, asked, surveys.get(Role.MANAGER))


def save_part(form: Form, section: Section, fields: Mapping[str, str], now: datetime) -> tuple[Form, list[FieldError]]:
    """Save one part and leave the others unchanged. Return the form, and the faults of the part.

    Answers that were sent keep counting until the whole change is valid. Then the changed answers count at once.
    If SurveyClosed is raised, nothing was changed.
    """
    answers, unreadable = read_fields((section,), fields)
    for _ in range(MAX_RETRIES):
        survey = _changed(form, *_merged(form, section, answers, fields))
        if _keep(form, survey, now):
            form = replace(form, survey=survey)
            unreadable_fields = {fault.field for fault in unreadable}
            return form, unreadable + [
                fault for fault in form.faults_in(section) if fault.field not in unreadable_fields
            ]
        form = open_form(form.token, now)
    raise SurveyBusy


def _merged(
    form: Form, section: Section, answers: Mapping[str, str], fields: Mapping[str, str]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return all answers after a part was posted, and input that cannot be read.

    A blank never removes an answer that the page did not show: see core/merging.py. An answer to a question that is no
    longer asked is kept, such as a line manager's share of a sum that the delegate has changed.
    """
    kinds = {question.field: question.kind for question in questions(form.sections)}
    stored = form.shown
    typed = {**answers, **typed_in_vain(section, fields)}
    names = [question.field for question in questions((section,))]
    choices = {name for name, kind in kinds.items() if kind in (Kind.CHOICE, Kind.POINTS)}
    merged = merging.merge(stored, typed, merging.read_marks(fields), names, choices)
    merged = drop_hidden(form.sections, merged)
    vain = {**form.survey.unread, **{name: text for name, text in typed.items() if name not in answers}}
    unread = {name: text for name, text in merged.items() if vain.get(name) == text and answers.get(name) != text}
    return {name: text for name, text in merged.items() if name not in unread}, unread


def marks_of_page(section: Section, fields: Mapping[str, str]) -> str:
    """Return the marks of the answers that the sender's page shows.

    The stored answers may differ, because another device may have saved since.
    """
    return merging.marks({**read_fields((section,), fields)[0], **typed_in_vain(section, fields)})


def send(form: Form, now: datetime) -> list[FieldError]:
    """Send the answers, or return why they cannot be sent. Sending again succeeds. Raises SurveyClosed."""
    for _ in range(MAX_RETRIES):
        if faults := form.faults:
            return faults
        if form.survey.sent and not form.is_changed:
            return []
        if _keep(form, _changed(form, form.answers, form.survey.unread, send=True), now):
            return []
        form = open_form(form.token, now)
    raise SurveyBusy


def _keep(form: Form, survey: ImpactSurvey, now: datetime) -> bool:
    """Store a changed survey. Return False if the answers changed since they were read."""
    first = survey.sent and not form.survey.sent
    cancelled = cancel_by(CancelledBy.ANSWER, survey.delegate_id, survey.role.value) if first else []
    saved = [impact_surveys.save(survey, now), *cancelled]
    try:
        _commit(saved, _asked(form, survey, now), now)
    except SurveyChanged:
        return False
    return True


def _commit(saved: list[Write], asked: list[Write], now: datetime) -> None:
    """Save the survey and ask the line manager about its sums.

    If they have the email about these sums already, only save.
    """
    try:
        commit([*saved, *asked], now)
    except EmailExists:
        commit(saved, now)


def _asked(form: Form, survey: ImpactSurvey, now: datetime) -> list[Write]:
    """Ask the line manager for their share of sums that the delegate has just sent."""
    if not form.is_delegates_own or not survey.sent:
        return []
    before = form.survey.answers if form.survey.sent else {}
    return ask_for_shares(form.programme, form.delegate, form.manager, before, survey.answers, now)


def _act(form: Form, answers: Mapping[str, str], unread: Mapping[str, str], *, send: bool) -> str:
    if not form.survey.sent:
        return SEND if send else TYPE
    return CHANGE if faults_of(form.sections, answers, unread) else CORRECT


def _changed(form: Form, answers: Mapping[str, str], unread: Mapping[str, str], *, send: bool = False) -> ImpactSurvey:
    """Return the survey with these answers: as sent answers, or as a draft next to the sent ones."""
    survey = form.survey
    state = answer(survey, _act(form, answers, unread, send=send))
    if state is AnswerState.AMENDED:
        return replace(survey, draft=answers, unread=unread)
    return replace(survey, answers=answers, draft=None, unread=unread, sent=state is AnswerState.SENT)
