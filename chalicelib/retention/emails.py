"""The notice before a delegate's data is deleted."""

from __future__ import annotations

from datetime import date, datetime

from chalicelib.core.formatting import day as day_words
from chalicelib.core.model import Delegate, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import To, declare_email
from chalicelib.links.kinds import DELETION, name_links
from chalicelib.store.emails import Email

NOTICE = declare_email(
    "retention/notice",
    "Notice that data will be deleted",
    to=To.DELEGATE,
    words="name day",
    links=[DELETION],
    sent_after_withdrawal=True,
    sample={"day": "Monday 23 October 2028"},
)


def notice_email(programme: Programme, delegate: Delegate, day: date, due_at: datetime) -> Email:
    return create_email(
        NOTICE,
        delegate.id,
        day.isoformat(),
        to=delegate.person,
        due_at=due_at,
        words={**common_words(programme), "name": delegate.person.name, "day": day_words(day)},
        links=name_links(DELETION.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
