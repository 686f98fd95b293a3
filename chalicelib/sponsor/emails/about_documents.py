"""The emails about the sponsor's documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.core.ids import facilitator_id
from chalicelib.core.model import Cohort, Programme
from chalicelib.core.working_days import working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import To, declare_email
from chalicelib.links.kinds import FACILITATOR, SPONSOR, name_links
from chalicelib.store import summaries
from chalicelib.store.emails import Email

SUMMARY = declare_email(
    "sponsor/summary",
    "What the cohort achieved",
    to=To.SPONSOR,
    words="name cohort",
    links=[SPONSOR],
)
EDITION = declare_email(
    "sponsor/edition",
    "Another edition of what the cohort achieved",
    to=To.SPONSOR,
    words="name cohort edition",
    links=[SPONSOR],
    sample={"edition": "2"},
)
START = declare_email(
    "sponsor/start",
    "The cohort at the start, for the sponsor",
    to=To.SPONSOR,
    words="name cohort",
    links=[SPONSOR],
    in_digest=True,
)
START_FACILITATOR = declare_email(
    "sponsor/start_facilitator",
    "The cohort at the start, for a facilitator",
    to=To.FACILITATOR,
    words="name cohort",
    links=[FACILITATOR],
    in_digest=True,
)

INTERIM = declare_email(
    "sponsor/interim",
    "How a workshop went, for the sponsor",
    to=To.SPONSOR,
    words="name cohort workshop",
    links=[SPONSOR],
    sample={"workshop": "Leading Self"},
    in_digest=True,
)


def edition_email(programme: Programme, cohort: Cohort, edition: int, now: datetime) -> Email:
    """Write to the sponsor about an edition, within working hours: a survey also ends on a day off.

    Raises ValueError if the cohort has no sponsor.
    """
    if cohort.sponsor is None:
        raise ValueError(f"cohort {cohort.id} has no sponsor")
    more = {} if edition == 1 else {"edition": str(edition)}
    return create_email(
        SUMMARY if edition == 1 else EDITION,
        cohort.id,
        summaries.name_of(edition),
        to=cohort.sponsor,
        due_at=working_days(programme.organisation, cohort.dates.closed).soon(now),
        words=common_words(programme) | {"name": cohort.sponsor.name, "cohort": cohort.title} | more,
        links=name_links(SPONSOR.link(cohort)),
        about={"cohort": cohort.id},
    )


def start_emails(programme: Programme, cohort: Cohort, due_at: datetime) -> Iterator[Email]:
    """Write to the sponsor and to each facilitator about the cohort at the start."""
    words = common_words(programme) | {"cohort": cohort.title}
    about = {"cohort": cohort.id}
    if cohort.sponsor:
        links, own = name_links(SPONSOR.link(cohort)), words | {"name": cohort.sponsor.name}
        yield create_email(START, cohort.id, to=cohort.sponsor, due_at=due_at, words=own, links=links, about=about)
    for facilitator in cohort.facilitators:
        who = facilitator_id(cohort.id, facilitator.person.email)
        links, own = name_links(FACILITATOR.link(cohort, facilitator.person)), words | {"name": facilitator.person.name}
        yield create_email(
            START_FACILITATOR, cohort.id, who, to=facilitator.person, due_at=due_at, words=own, links=links, about=about
        )


def interim_email(programme: Programme, cohort: Cohort, workshop_id: str, workshop: str, now: datetime) -> Email:
    """Write to the sponsor after a workshop. Raises ValueError if the cohort has no sponsor."""
    if cohort.sponsor is None:
        raise ValueError(f"cohort {cohort.id} has no sponsor")
    return create_email(
        INTERIM,
        cohort.id,
        workshop_id,
        to=cohort.sponsor,
        due_at=now,
        words=common_words(programme) | {"name": cohort.sponsor.name, "cohort": cohort.title, "workshop": workshop},
        links=name_links(SPONSOR.link(cohort)),
        about={"cohort": cohort.id},
    )
