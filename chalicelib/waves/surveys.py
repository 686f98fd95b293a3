"""What opens with an impact survey: two rows, their mails and reminders, and the job that closes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from chalicelib.core import formatting
from chalicelib.core.calendar import local_moment, reminder_times
from chalicelib.core.model import Delegate, Programme, PulseArea
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.forms.survey import minutes, sections
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import IMPACT, name_links
from chalicelib.store import cohorts, emails, impact_surveys, jobs
from chalicelib.store.cohorts import SurveyStage
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.table import Write


def new_survey(programme: Programme, delegate: Delegate, areas: Sequence[PulseArea], now: datetime) -> ImpactSurvey:
    """The delegate's survey. The days it stays open count from now, however late now is."""
    zone = programme.organisation.timezone
    last = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=programme.impact.open_days)
    return ImpactSurvey(
        delegate_id=delegate.id,
        role=Role.DELEGATE,
        state=SurveyState.OPEN,
        opened_at=now,
        closes_at=local_moment(last + timedelta(days=1), 0, zone),
        areas=tuple(areas),
        reminders=(),
    )


def opening_writes(
    programme: Programme, delegate: Delegate, survey: ImpactSurvey, lost: Collection[str] = ()
) -> list[Write]:
    """Everything that happens when a survey opens; one transaction, so that nothing happens twice.

    lost   addresses that take no mail
    """
    closing = JobKind.IMPACT_CLOSE.job(delegate.id, due_at=survey.closes_at, delegate=delegate.id)
    writes = [jobs.add(closing), cohorts.change_line(delegate, put={"survey": SurveyStage.OPEN})]
    for role in Role:
        asked = replace(survey, role=role)
        later = _reminders(programme, delegate, asked)
        writes.append(impact_surveys.add(replace(asked, reminders=tuple(mail.id for mail in later))))
        first = survey_email(programme, delegate, asked, f"impact/{role.value}", survey.opened_at)
        writes += [emails.add(mail, stopped=mail.to.email in lost) for mail in (first, *later)]
    return writes


def _reminders(programme: Programme, delegate: Delegate, survey: ImpactSurvey) -> list[Email]:
    zone = programme.organisation.timezone
    moments = reminder_times(_last_date(programme, survey), programme.reminders, zone, survey.opened_at)
    return [
        replace(survey_email(programme, delegate, survey, "impact/reminder", moment), good_until=until)
        for moment, until in pairwise((*moments, survey.closes_at))
    ]


def survey_email(
    programme: Programme, delegate: Delegate, survey: ImpactSurvey, template: str, due_at: datetime
) -> Email:
    zone = programme.organisation.timezone
    to = delegate.person if survey.role is Role.DELEGATE else delegate.manager
    day = due_at.astimezone(ZoneInfo(zone)).date()
    asked = sections(programme, survey.areas, survey.role)
    return create_email(
        template,
        delegate.id,
        survey.role.value,
        f"{day}",
        to=to,
        due_at=due_at,
        words=common_words(programme, delegate)
        | {
            "name": to.name,
            "delegate": delegate.person.name,
            "own": "yes" if survey.role is Role.DELEGATE else "",
            "closes": formatting.last_day(survey.closes_at, zone),
            "minutes": str(minutes(asked)),
        },
        links=name_links(IMPACT.link(survey)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=survey.closes_at,
    )


def _last_date(programme: Programme, survey: ImpactSurvey) -> date:
    """The last local day on which answers are accepted."""
    return (survey.closes_at - timedelta(seconds=1)).astimezone(ZoneInfo(programme.organisation.timezone)).date()
