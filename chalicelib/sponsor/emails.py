"""The email about the sponsor's summary."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.model import Cohort, Person, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import To, declare_email
from chalicelib.links.kinds import SPONSOR, name_links
from chalicelib.store import summaries
from chalicelib.store.emails import Email

SUMMARY = declare_email(
    "sponsor/summary",
    "Summary for the sponsor",
    to=To.SPONSOR,
    words="name cohort",
    links=[SPONSOR],
)


def summary_email(programme: Programme, cohort: Cohort, sponsor: Person, now: datetime) -> Email:
    return create_email(
        SUMMARY,
        cohort.id,
        summaries.IMPACT,
        to=sponsor,
        due_at=now,
        words=common_words(programme) | {"name": sponsor.name, "cohort": cohort.title},
        links=name_links(SPONSOR.link(cohort)),
        about={"cohort": cohort.id},
    )
