"""Emails to a delegate about their list of raters."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.core import formatting
from chalicelib.core.model import Delegate, DelegateWave, Programme
from chalicelib.core.working_days import reminder_times, working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import CancelledBy, To, declare_email
from chalicelib.links.kinds import HUB, NOMINATE, name_links
from chalicelib.store.emails import Email

CHOOSE_RATERS_WITHIN_DAYS = 4  # of the opening; then the delegate is reminded

CHOOSE_RATERS = declare_email(
    "nominate/reminder",
    "Reminder to choose raters",
    to=To.DELEGATE,
    words="name closes",
    links=[NOMINATE, HUB],
    cancelled_by=CancelledBy.CHOICE,
    in_digest=True,
)
FOLLOWUP_PLANNED = declare_email(
    "programme/followup_planned",
    "Notice that a follow-up is planned",
    to=To.DELEGATE,
    words="name opens closes",
    links=[NOMINATE, HUB],
)


def choose_reminder(
    programme: Programme, delegate: Delegate, wave: DelegateWave, opened_at: datetime | None = None
) -> Email:
    """Write the reminder for a delegate who has chosen no raters some days after the opening; choosing cancels it.

    opened_at   when it was opened, if that may have been late
    """
    zone = programme.organisation.timezone
    opened_at = opened_at or wave.opens_at
    wanted_by = formatting.local_date(opened_at, zone) + timedelta(days=CHOOSE_RATERS_WITHIN_DAYS)
    (morning,) = reminder_times(wanted_by, (0,), working_days(programme.organisation, wave.closed), opened_at)
    return _choose_email(programme, delegate, wave, morning)


def choose_chaser(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> Email:
    """Write the same at the administrator's request: at most one a day."""
    today = formatting.local_date(now, programme.organisation.timezone)
    return _choose_email(programme, delegate, wave, now, f"{today}")


def _choose_email(programme: Programme, delegate: Delegate, wave: DelegateWave, due_at: datetime, *more: str) -> Email:
    return create_email(
        CHOOSE_RATERS,
        delegate.id,
        wave.wave.value,
        *more,
        to=delegate.person,
        due_at=due_at,
        words=common_words(programme)
        | {
            "name": delegate.person.name,
            "delegate": delegate.person.name,
            "closes": formatting.last_day(wave.closes_at, programme.organisation.timezone),
        },
        links=name_links(NOMINATE.link(delegate), HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=wave.closes_at,
    )


def followup_email(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> Email:
    """Announce to a delegate that their raters will be asked again, in time to change the list."""
    zone = programme.organisation.timezone
    return create_email(
        FOLLOWUP_PLANNED,
        delegate.id,
        wave.wave.value,
        to=delegate.person,
        due_at=now,
        words=common_words(programme)
        | {
            "name": delegate.person.name,
            "delegate": delegate.person.name,
            "opens": formatting.local_day(wave.opens_at, zone),
            "closes": formatting.last_day(wave.closes_at, zone),
        },
        links=name_links(NOMINATE.link(delegate), HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
