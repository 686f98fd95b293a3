"""The emails about stories."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.model import Cohort, Delegate, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import To, declare_email
from chalicelib.links.kinds import HUB, SPONSOR, name_links
from chalicelib.store.emails import Email
from chalicelib.store.stories import Story

OFFERED = declare_email(
    "sponsor/story",
    "Question whether a story may be used",
    to=To.DELEGATE,
    words="name cohort",
    links=[HUB],
    in_digest=True,
)
NAMED = declare_email(
    "sponsor/named_story",
    "Notice to a line manager that a story names a delegate",
    to=To.MANAGER,
    words="name delegate",
)
WITHDRAWN = declare_email(
    "sponsor/withdrawn",
    "Request to stop using a story",
    to=To.SPONSOR,
    words="name cohort",
    links=[SPONSOR],
)


def offered_email(programme: Programme, delegate: Delegate, story: Story, due_at: datetime) -> Email:
    return create_email(
        OFFERED,
        delegate.id,
        str(story.revision),
        to=delegate.person,
        due_at=due_at,
        words=common_words(programme) | {"name": delegate.person.name, "cohort": delegate.cohort_title},
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def named_email(programme: Programme, delegate: Delegate, story: Story, due_at: datetime) -> Email:
    return create_email(
        NAMED,
        delegate.id,
        str(story.revision),
        to=delegate.manager,
        due_at=due_at,
        words=common_words(programme) | {"name": delegate.manager.name, "delegate": delegate.person.name},
        links={},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def withdrawn_email(programme: Programme, cohort: Cohort, story: Story, now: datetime) -> Email:
    """Write that a story was withdrawn. Raises ValueError if the cohort has no sponsor."""
    if cohort.sponsor is None:
        raise ValueError(f"cohort {cohort.id} has no sponsor")
    return create_email(
        WITHDRAWN,
        cohort.id,
        story.id,
        str(story.revision),
        to=cohort.sponsor,
        due_at=now,
        words=common_words(programme) | {"name": cohort.sponsor.name, "cohort": cohort.title},
        links=name_links(SPONSOR.link(cohort)),
        about={"cohort": cohort.id},
    )
