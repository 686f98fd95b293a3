"""Decline: record that a rater cannot take part, and do not ask them again."""

from __future__ import annotations

from datetime import datetime

from chalicelib.collect.close_early import schedule_early_close
from chalicelib.collect.questionnaire import AnswerLink, Questionnaire, open_questionnaire
from chalicelib.core.errors import Refusal
from chalicelib.core.model import WRONG_PERSON, InvitationState
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import list_cancelled_by
from chalicelib.jobs.commit import commit
from chalicelib.store import cohorts, emails, invitations
from chalicelib.store.invitations import InvitationChanged
from chalicelib.store.table import Write

REASONS = {
    "not_enough_contact": "I do not work with them closely enough",
    "no_time": "I do not have the time",
    "not_comfortable": "I would rather not",
    WRONG_PERSON: "This was meant for someone else",
    "other": "Another reason",
}


class CannotDecline(Refusal):
    """Answers were sent already, or the form was incomplete."""

    title = "We could not record this"


def decline(link: AnswerLink, reason: str, now: datetime) -> Questionnaire:
    """Record that a rater declines; declining twice succeeds.

    Raises CannotDecline, or what opening the questionnaire raises.
    """
    if reason not in REASONS:
        raise CannotDecline("Go back and choose one of the reasons.")
    opened = open_questionnaire(link, now)
    if opened.invitation.state is InvitationState.DECLINED:
        return opened
    writes = [invitations.decline(opened.invitation, reason)]
    if opened.is_counted:
        writes.append(cohorts.change_line(opened.delegate, add={"declined": 1}, wave=opened.wave.wave))
    writes += _stop_emails(opened, reason)
    try:
        commit([*writes, *schedule_early_close(opened, now)], now)
    except InvitationChanged:
        state = open_questionnaire(link, now).invitation.state
        if state is InvitationState.ANSWERED:
            raise CannotDecline("You have already sent your answers. Thank you: they count.") from None
        if state is not InvitationState.DECLINED:
            raise CannotDecline("Something else changed just now. Please open your link and try again.") from None
    return opened


def _stop_emails(opened: Questionnaire, reason: str) -> list[Write]:
    """Stop reminders. If the email reached someone else, a new address brings them back."""
    stop = emails.suppress if reason == WRONG_PERSON else emails.cancel
    invitation = opened.invitation
    return [*map(stop, list_cancelled_by(CancelledBy.ANSWER, invitation.delegate_id, invitation=invitation.id))]
