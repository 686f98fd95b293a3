"""The email about a finished report."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.model import Delegate, Programme, Wave
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import To, declare_email
from chalicelib.links.kinds import COACH, name_links
from chalicelib.store.emails import Email

READY = declare_email(
    "report/ready",
    "Report ready for the coach",
    to=To.COACH,
    words="name delegate cohort",
    links=[COACH],
    sent_after_withdrawal=True,
    together="Reports are ready: {n} people",
    names_several=True,
)


def ready_email(programme: Programme, delegate: Delegate, wave: Wave, due_at: datetime) -> Email:
    return create_email(
        READY,
        delegate.id,
        wave.value,
        to=delegate.coach,
        due_at=due_at,
        words=common_words(programme)
        | {"name": delegate.coach.name, "delegate": delegate.person.name, "cohort": delegate.cohort_title},
        links=name_links(COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
