"""Emails about a questionnaire that has closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.core.ids import derive
from chalicelib.core.model import SELF_GROUP, Delegate, DelegateWave, Invitation, InvitationState, Person, Programme
from chalicelib.core.working_days import working_days
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import CancelledBy, To, declare_email
from chalicelib.links.kinds import CONSOLE, HUB, name_links
from chalicelib.store.emails import Email

TOO_FEW = declare_email(
    "report/too_few",
    "Notice of too few answers",
    to=To.ADMINISTRATOR,
    words="name delegate cohort invited minimum",
    links=[CONSOLE],
    cancelled_by=CancelledBy.OUTCOME,
    in_digest=True,
)
CLOSED = declare_email(
    "collect/closed", "The 360 has closed", to=To.DELEGATE, words="name coach", links=[HUB], in_digest=True
)


def too_few_email(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    asked: Sequence[Invitation],
    to: str,
    now: datetime,
) -> Email:
    """Write to an administrator that too few have answered.

    to  the administrator's address. The email arrives on a working day: nothing closes before they decide
    """
    raters = [
        invitation
        for invitation in asked
        if invitation.group != SELF_GROUP and invitation.state is not InvitationState.REVOKED
    ]
    days = working_days(programme.organisation, wave.closed)
    return create_email(
        TOO_FEW,
        delegate.id,
        wave.wave.value,
        str(wave.extensions),
        derive(8, to),
        to=Person("Administrator", to),
        due_at=days.soon(now),
        words=common_words(programme)
        | {
            "name": "Administrator",
            "delegate": delegate.person.name,
            "cohort": delegate.cohort_title,
            "invited": str(len(raters)),
            "minimum": str(programme.minimum_responses),
        },
        links=name_links(CONSOLE.link("cohort", delegate.cohort_id, "delegate", delegate.id)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def closed_email(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> Email:
    """Write to the delegate on the next working day what happens now. It says nothing about who answered."""
    return create_email(
        CLOSED,
        delegate.id,
        wave.wave.value,
        to=delegate.person,
        due_at=working_days(programme.organisation, wave.closed).next_morning(now),
        words=common_words(programme) | {"name": delegate.person.name, "coach": delegate.coach.name},
        links=name_links(HUB.link(delegate)),
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
