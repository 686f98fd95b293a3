"""Answer an impact survey part by part: each is kept as it is left, and all may be amended until the close."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core import merging
from chalicelib.core.errors import Refusal
from chalicelib.core.model import Delegate, Programme
from chalicelib.forms.fields import Kind, Section, SurveyFault, questions, read_fields
from chalicelib.forms.survey import faults_of, sections, typed_in_vain
from chalicelib.links.kinds import IMPACT
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import delegates, emails, impact_surveys, programmes
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyChanged
from chalicelib.store.marshal import read
from chalicelib.store.table import get_many, transact

MAX_RETRIES = 3


class SurveyClosed(Refusal):
    """The deadline has passed."""

    status = 410
    title = "This survey has closed"

    def __init__(self, sent: bool) -> None:
        what = "What you sent counts. Thank you." if sent else "No answer was sent, so it counts as none."
        super().__init__(f"The time for answers is over, and nothing can be added or changed. {what}")


class SurveySealed(Refusal):
    """Answers were sent through an earlier link, perhaps by somebody else: this link neither opens nor changes them."""

    status = 409
    title = "Answers were sent for you"
    next_step = "Answers were sent for you, and count. There is nothing left for you to do."

    def __init__(self) -> None:
        super().__init__(
            "Answers to this survey were sent before this link was made, when emails to you went to another address. "
            "They count. For safety no one can read or change them through this link. If you did not send them, "
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

    @property
    def own(self) -> bool:
        return self.survey.role is Role.DELEGATE

    @property
    def answers(self) -> Mapping[str, str]:
        """What is kept and can be read: of a change that cannot count yet, the change."""
        return self.survey.answers if self.survey.draft is None else self.survey.draft

    @property
    def shown(self) -> Mapping[str, str]:
        """What the form shows: as it was typed where it could not be read."""
        return {**self.answers, **self.survey.unread}

    @property
    def is_changed(self) -> bool:
        """Something was sent, and a change of it waits to be completed."""
        return self.survey.draft is not None

    @property
    def faults(self) -> list[SurveyFault]:
        """Why the answers, as they are, cannot be sent."""
        return faults_of(self.sections, self.answers, self.survey.unread)

    def faults_in(self, section: Section) -> list[SurveyFault]:
        asked = {question.field for question in questions((section,))}
        return [fault for fault in self.faults if fault.field in asked]

    def answered(self, section: Section) -> int:
        """How many questions of a part have an answer."""
        return sum(question.field in self.shown for question in questions((section,)))

    def asked(self, section: Section) -> int:
        return sum(1 for _ in questions((section,)))

    def marks(self, section: Section) -> str:
        """What a page shows of a part, for its form: see core/merging.py."""
        asked = {question.field for question in questions((section,))}
        return merging.marks({name: text for name, text in self.shown.items() if name in asked})

    @property
    def furthest(self) -> int:
        """The place of the first part without an answer; of the last one if all have some."""
        blank = (place for place, section in enumerate(self.sections) if not self.answered(section))
        return next(blank, len(self.sections) - 1)

    def place_of(self, section_id: str) -> int:
        """Raises LinkUnknown for a part the survey does not have."""
        for place, section in enumerate(self.sections):
            if section.id == section_id:
                return place
        raise LinkUnknown

    def section_of(self, field: str) -> str:
        """The id of the part that asks a question; empty for the survey as a whole."""
        asked = (s.id for s in self.sections if any(question.field == field for question in questions((s,))))
        return next(asked, "")


def open_form(token: str, now: datetime) -> Form:
    """One call. Raises LinkUnknown, LinkRevoked, SurveyClosed or SurveySealed."""
    link = IMPACT.open(token)
    delegate_id, role, version = link.parts
    delegate_key, survey_key = delegates.key(delegate_id), impact_surveys.key(delegate_id, Role(role))
    rows = get_many([delegate_key, survey_key])
    if not {delegate_key, survey_key} <= rows.keys():
        raise LinkUnknown
    delegate, survey = read(Delegate, rows[delegate_key]), read(ImpactSurvey, rows[survey_key])
    if str(survey.link_version) != version:
        raise LinkRevoked
    if not survey.is_open or now >= survey.closes_at:
        raise SurveyClosed(survey.sent)
    if survey.sealed:
        raise SurveySealed
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    return Form(link.token, delegate, programme, survey, sections(programme, survey.areas, survey.role))


def save_part(form: Form, section: Section, fields: Mapping[str, str], now: datetime) -> tuple[Form, list[SurveyFault]]:
    """Keep one part, and leave the others alone; returns the form as it is now, and what is not valid of the part.

    What was sent stays as it is until all of a change is valid: then the change counts at once. Raises SurveyClosed;
    then nothing was changed.
    """
    answers, unreadable = read_fields((section,), fields)
    for _ in range(MAX_RETRIES):
        survey = _changed(form, *_merged(form, section, answers, fields))
        if _keep(form, survey, now):
            form = replace(form, survey=survey)
            told = {fault.field for fault in unreadable}
            return form, unreadable + [fault for fault in form.faults_in(section) if fault.field not in told]
        form = open_form(form.token, now)
    raise SurveyBusy


def _merged(
    form: Form, section: Section, answers: Mapping[str, str], fields: Mapping[str, str]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """All answers after a part was posted, and what was typed and cannot be read.

    A blank takes nothing back that the page did not show. See core/merging.py.
    """
    asked = {question.field: question.kind for question in questions(form.sections)}
    stored = {name: text for name, text in form.shown.items() if name in asked}
    typed = {**answers, **typed_in_vain(section, fields)}
    here = [question.field for question in questions((section,))]
    choices = {name for name, kind in asked.items() if kind is Kind.CHOICE}
    merged = merging.merge(stored, typed, merging.read_marks(fields), here, choices)
    vain = {**form.survey.unread, **{name: text for name, text in typed.items() if name not in answers}}
    unread = {name: text for name, text in merged.items() if vain.get(name) == text and answers.get(name) != text}
    return {name: text for name, text in merged.items() if name not in unread}, unread


def send(form: Form, now: datetime) -> list[SurveyFault]:
    """Have the answers count, or say why they cannot. Sending once more is success. Raises SurveyClosed."""
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
    """False if the answers changed since they were read."""
    first = survey.sent and not form.survey.sent
    cancelled = [emails.cancel(mail_id) for mail_id in survey.reminders] if first else []
    try:
        transact([impact_surveys.save(survey, now), *cancelled])
    except SurveyChanged:
        return False
    return True


def _changed(form: Form, answers: Mapping[str, str], unread: Mapping[str, str], *, send: bool = False) -> ImpactSurvey:
    """The survey with these answers: counted, or beside those that count."""
    survey = form.survey
    if survey.sent and faults_of(form.sections, answers, unread):
        return replace(survey, draft=answers, unread=unread)
    return replace(survey, answers=answers, draft=None, unread=unread, sent=survey.sent or send)
