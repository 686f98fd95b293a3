"""Emails about an impact survey, to the delegate and the line manager."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core import formatting
from chalicelib.core.model import Delegate, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import CancelledBy, EmailKind, OnNewAddress, To, declare_email
from chalicelib.forms.readers import Form, Names, sentences
from chalicelib.forms.survey import form_about, minutes, sections_of
from chalicelib.links.kinds import IMPACT, name_links
from chalicelib.store.emails import Email
from chalicelib.store.impact_surveys import ImpactSurvey, Role

FIRST = {
    Role.DELEGATE: declare_email(
        "impact/delegate",
        "Impact survey of the delegate",
        to=To.DELEGATE,
        words="name closes minutes who_sees",
        links=[IMPACT],
        on_new_address=OnNewAddress.REPLACE,
        form=Form.IMPACT_DELEGATE,
        in_digest=True,
        is_timely=True,
    ),
    Role.MANAGER: declare_email(
        "impact/manager",
        "Impact survey of the line manager",
        to=To.MANAGER,
        words="name delegate closes minutes who_sees",
        links=[IMPACT],
        on_new_address=OnNewAddress.REPLACE,
        form=Form.IMPACT_MANAGER,
        together="Six months on: what has changed for {delegate} and {others}? Please answer by {closes}",
    ),
}
REMINDER = declare_email(
    "impact/reminder",
    "Reminder of the impact survey",
    to=To.SURVEYED,
    words="name delegate own closes is_last",
    links=[IMPACT],
    variants={"to the delegate": {"own": "yes", "name": "Dr Amara Osei"}, "the last": {"is_last": "yes"}},
    cancelled_by=CancelledBy.ANSWER,
    in_digest=True,
)


def first_email(programme: Programme, delegate: Delegate, survey: ImpactSurvey) -> Email:
    return _email(programme, delegate, survey, FIRST[survey.role], survey.opened_at)


def reminder_email(programme: Programme, delegate: Delegate, survey: ImpactSurvey, due_at: datetime) -> Email:
    return _email(programme, delegate, survey, REMINDER, due_at)


def _email(programme: Programme, delegate: Delegate, survey: ImpactSurvey, kind: EmailKind, due_at: datetime) -> Email:
    zone = programme.organisation.timezone
    to = delegate.person if survey.role is Role.DELEGATE else delegate.manager
    asked = sections_of(programme, survey, delegate.person.name)
    return create_email(
        kind,
        delegate.id,
        survey.role.value,
        f"{formatting.local_date(due_at, zone)}{_extension(survey)}",
        to=to,
        due_at=due_at,
        words=common_words(programme)
        | {
            "name": to.name,
            "delegate": delegate.person.name,
            "own": "yes" if survey.role is Role.DELEGATE else "",
            "closes": formatting.last_day(survey.closes_at, zone),
            "is_last": "",
            "minutes": str(minutes(asked)),
            "who_sees": " ".join(sentences(form_about(survey), Names(delegate.person.name))),
        },
        links=name_links(IMPACT.link(survey)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
        good_until=survey.closes_at,
    )


def _extension(survey: ImpactSurvey) -> str:
    """Return the part of an email's id that depends on the last day: more time makes other emails."""
    return f".{survey.extensions}" if survey.extensions else ""
