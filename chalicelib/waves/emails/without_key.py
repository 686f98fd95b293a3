"""The email to administrators about a wave whose key is gone, and about the outcome."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from chalicelib.core.ids import derive
from chalicelib.core.model import Delegate, DelegateWave, Person, Programme
from chalicelib.core.working_days import working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import CancelledBy, To, declare_email
from chalicelib.links.kinds import CONSOLE, name_links
from chalicelib.store.emails import Email


class Outcome(StrEnum):
    """The outcome of a wave whose key is gone."""

    UNSETTLED = "unsettled"
    PUBLISHED = "published"  # from the report that was stored before the restore
    LOST = "lost"


WITHOUT_KEY = declare_email(
    "report/without_key",
    "Answers that a restore has lost",
    to=To.ADMINISTRATOR,
    words="name delegate cohort outcome",
    links=[CONSOLE],
    sample={"outcome": Outcome.UNSETTLED},
    variants={
        "settled with the stored report": {"outcome": Outcome.PUBLISHED},
        "recorded as lost": {"outcome": Outcome.LOST},
    },
    cancelled_by=CancelledBy.OUTCOME,
    in_digest=True,
)


def without_key_email(
    programme: Programme, delegate: Delegate, wave: DelegateWave, outcome: Outcome, to: str, now: datetime
) -> Email:
    """Write to an administrator about answers that a restore has lost.

    to  the administrator's address; they read it on a working day
    """
    return create_email(
        WITHOUT_KEY,
        delegate.id,
        wave.wave.value,
        str(wave.extensions),
        outcome.value,
        derive(8, to),
        to=Person("Administrator", to),
        due_at=working_days(programme.organisation, wave.closed).soon(now),
        words=common_words(programme)
        | {
            "name": "Administrator",
            "delegate": delegate.person.name,
            "cohort": delegate.cohort_title,
            "outcome": outcome.value,
        },
        links=name_links(CONSOLE.link("cohort", delegate.cohort_id, "person", delegate.id)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
