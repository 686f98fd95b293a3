"""Ask again for survey answers that were sent and cannot be counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import last_date, local_date
from chalicelib.core.model import Delegate, Programme
from chalicelib.core.state_machine import By
from chalicelib.forms.survey import sections_of, unfit
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, emails, impact_surveys, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import SurveyStage
from chalicelib.store.impact_surveys import ImpactSurvey, SurveyChanged, SurveyState
from chalicelib.store.table import Write
from chalicelib.waves.emails import about_surveys
from chalicelib.waves.survey_thread import ASK_AGAIN, START_AGAIN, SURVEY, state_of

DAYS_TO_MEND = 14


def ask_again(delegate_id: str, now: datetime, by: str) -> None:
    """Reopen what cannot be counted for some days, and send its link. Pressing twice succeeds."""
    delegate = delegates.find(delegate_id)
    if delegate is None:
        raise LookupError(f"no delegate {delegate_id}")
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    closes_at = _end_of_day(programme, now)
    closing = JobKind.IMPACT_CLOSE.job(delegate.id, f"{closes_at:%Y-%m-%d}", due_at=closes_at, delegate=delegate.id)
    opened = [
        write
        for survey in _list_surveys_to_correct(programme, delegate)
        for write in _open(programme, delegate, survey, now)
    ]
    if not opened:
        return
    changes = {"left_out": "", "survey": SurveyStage.OPEN}
    until = last_date(closes_at, programme.organisation.timezone).isoformat()
    entry = audit_events.add(delegate.cohort_id, AuditEvent.REOPENED_SURVEY, by, delegate.id, now, until=until)
    try:
        commit([*opened, jobs.add(closing), cohorts.change_line(delegate, put=changes), entry], now)
    except SurveyChanged:
        return


def _list_surveys_to_correct(programme: Programme, delegate: Delegate) -> list[ImpactSurvey]:
    surveys = impact_surveys.surveys_from(impact_surveys.of_delegate(delegate.id))
    return [survey for survey in surveys if _may_ask(survey) and unfit(sections_of(programme, survey), survey.answers)]


def _may_ask(survey: ImpactSurvey) -> bool:
    """Return whether it was sent and has closed. Who cannot open what was sent starts again."""
    act = START_AGAIN if survey.sealed else ASK_AGAIN
    return survey.sent and SURVEY.allows(state_of(survey), act, By.ADMINISTRATOR)


def _open(programme: Programme, delegate: Delegate, survey: ImpactSurvey, now: datetime) -> list[Write]:
    again = replace(survey, state=SurveyState.OPEN, closes_at=_end_of_day(programme, now))
    letter = about_surveys.reminder_email(programme, delegate, again, now)
    return [impact_surveys.reopen(survey, again.closes_at), *emails.add(letter)]


def _end_of_day(programme: Programme, now: datetime) -> datetime:
    zone = programme.organisation.timezone
    last = local_date(now, zone) + timedelta(days=DAYS_TO_MEND)
    return local_moment(last + timedelta(days=1), 0, zone)
