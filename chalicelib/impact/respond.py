"""Answer an impact survey: one read opens it, one transaction keeps it, and it may be amended until the close."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.errors import Refusal
from chalicelib.impact.fields import Section, SurveyFault
from chalicelib.impact.survey import read_survey, sections
from chalicelib.model import Delegate, Programme
from chalicelib.store import delegates, impacts, mails, programmes
from chalicelib.store.impacts import ImpactSurvey, Role
from chalicelib.store.marshal import read
from chalicelib.store.table import ConditionFailed, get_many, transact
from chalicelib.web import links
from chalicelib.web.links import LinkRevoked, LinkUnknown

LINK_PARTS = 3  # delegate, role, link version


class SurveyClosed(Refusal):
    """The deadline has passed."""

    status = 410
    title = "This survey has closed"

    def __init__(self, sent: bool) -> None:
        what = "What you sent counts. Thank you." if sent else "No answer was sent, so it counts as none."
        super().__init__(f"The time for answers is over, and nothing can be added or changed. {what}")


@dataclass(frozen=True)
class Form:
    """An impact survey as its reader sees it."""

    token: str
    delegate: Delegate
    programme: Programme
    survey: ImpactSurvey
    sections: tuple[Section, ...]

    @property
    def own(self) -> bool:
        return self.survey.role is Role.DELEGATE


def open_form(token: str, now: datetime) -> Form:
    """One call. Raises LinkUnknown, LinkRevoked or SurveyClosed."""
    delegate_id, role, version = links.read("impact", token, LINK_PARTS)
    delegate_key, survey_key = delegates.key(delegate_id), impacts.key(delegate_id, Role(role))
    rows = get_many([delegate_key, survey_key])
    if not {delegate_key, survey_key} <= rows.keys():
        raise LinkUnknown
    delegate, survey = read(Delegate, rows[delegate_key]), read(ImpactSurvey, rows[survey_key])
    if str(survey.link_version) != version:
        raise LinkRevoked
    if not survey.is_open or now >= survey.closes_at:
        raise SurveyClosed(survey.sent)
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    return Form(token, delegate, programme, survey, sections(programme, survey.areas, survey.role))


def answer(form: Form, fields: Mapping[str, str], *, send: bool, now: datetime) -> list[SurveyFault]:
    """Keep what is sound, and send it if all is; returns what is not. Repeating it is success.

    Raises SurveyClosed; then nothing was changed.
    """
    answers, faults = read_survey(form.sections, fields)
    sends = send and not faults
    first = sends and not form.survey.sent
    cancelled = [mails.cancel(mail_id) for mail_id in form.survey.reminders] if first else []
    try:
        transact([impacts.save(form.survey, answers, sent=sends, now=now), *cancelled])
    except ConditionFailed:
        raise SurveyClosed(form.survey.sent) from None
    return faults if send else [fault for fault in faults if fault.field]
