"""Open an impact survey: two rows, their emails and reminders, and the job that closes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from msgspec.structs import replace

from chalicelib.core.calendar import local_moment
from chalicelib.core.formatting import last_date, local_date
from chalicelib.core.impact_background import Background
from chalicelib.core.model import Delegate, Programme, PulseArea
from chalicelib.core.working_days import WorkingDays, survey_reminder_times, working_days
from chalicelib.emails.create import name_the_last
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, emails, impact_surveys, jobs
from chalicelib.store.cohorts import SurveyStage
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.table import Write
from chalicelib.waves.emails import about_surveys

NOTHING_KNOWN = Background()


def new_survey(
    programme: Programme,
    delegate: Delegate,
    areas: Sequence[PulseArea],
    now: datetime,
    background: Background = NOTHING_KNOWN,
) -> ImpactSurvey:
    """Make the delegate's survey. Its days start now, even if it opens late."""
    zone = programme.organisation.timezone
    last = local_date(now, zone) + timedelta(days=programme.impact.open_days)
    return ImpactSurvey(
        delegate_id=delegate.id,
        role=Role.DELEGATE,
        state=SurveyState.OPEN,
        opened_at=now,
        closes_at=local_moment(last + timedelta(days=1), 0, zone),
        areas=tuple(areas),
        edition=impact_surveys.EDITION,
        background=background,
    )


def opening_writes(
    programme: Programme,
    delegate: Delegate,
    survey: ImpactSurvey,
    lost: Collection[str] = (),
    closed: Sequence[date] = (),
) -> list[Write]:
    """Write everything that happens when a survey opens, in one transaction, so that nothing happens twice.

    lost    suppressed addresses
    closed  the cohort's days off
    """
    days = working_days(programme.organisation, closed)
    closing = JobKind.IMPACT_CLOSE.job(delegate.id, due_at=survey.closes_at, delegate=delegate.id)
    writes = [jobs.add(closing), cohorts.change_line(delegate, put={"survey": SurveyStage.OPEN})]
    for role in Role:
        asked = replace(survey, role=role, background=survey.background if role is survey.role else NOTHING_KNOWN)
        writes.append(impact_surveys.add(asked))
        first = about_surveys.first_email(programme, delegate, asked)
        later = reminders(programme, delegate, asked, days, asked.opened_at)
        writes += emails.add_all([first, *later], stopped=first.to.email in lost)
    return writes


def reminders(
    programme: Programme, delegate: Delegate, survey: ImpactSurvey, days: WorkingDays, since: datetime
) -> list[Email]:
    """Write the reminders of the programme that are still to come after a moment."""
    last = last_date(survey.closes_at, days.zone)
    moments = survey_reminder_times(last, programme.reminders, days, since)
    planned = [
        replace(about_surveys.reminder_email(programme, delegate, survey, moment), good_until=until)
        for moment, until in pairwise((*moments, survey.closes_at))
    ]
    return name_the_last(planned)
