"""The email about a report that was released."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.model import Delegate, Programme, Wave
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import To, declare_email
from chalicelib.links.kinds import HUB, name_links
from chalicelib.store.emails import Email

RELEASED = declare_email(
    "debrief/released",
    "Report released to the delegate",
    to=To.DELEGATE,
    words="name coach",
    links=[HUB],
    sent_after_withdrawal=True,
)


def released_email(programme: Programme, delegate: Delegate, wave: Wave, now: datetime) -> Email:
    return create_email(
        RELEASED,
        delegate.id,
        wave.value,
        to=delegate.person,
        due_at=now,
        words=common_words(programme)
        | {"name": delegate.person.name, "delegate": delegate.person.name, "coach": delegate.coach.name},
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
