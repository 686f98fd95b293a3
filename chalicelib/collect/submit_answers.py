"""Submit: the saved answers become the answers that count, in one transaction with everything that follows."""

from __future__ import annotations

from datetime import datetime

from chalicelib.collect import encryption, pages
from chalicelib.collect.close_early import schedule_early_close
from chalicelib.collect.questionnaire import AnswerLink, Questionnaire, open_questionnaire
from chalicelib.core.errors import Refusal
from chalicelib.core.model import InvitationState
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.jobs.commit import commit
from chalicelib.store import cohorts, delegates, invitations
from chalicelib.store.delegates import WaveChanged
from chalicelib.store.invitations import Boxes, InvitationChanged
from chalicelib.store.table import Write
from chalicelib.web.save_moments import milliseconds

PASSED_OVER = 1  # a moment, in milliseconds, before anyone can have saved
MAX_RETRIES = 3  # another window may save or send between our read and our write


class NothingAnswered(Refusal):
    """A questionnaire without a single answer."""

    title = "There is no answer to send yet"

    def __init__(self) -> None:
        super().__init__(
            "Please rate at least one behaviour. If you cannot comment on anything, you can decline instead: "
            "open your link again and choose “I cannot take part”."
        )


class ChangedMeanwhile(Refusal):
    """Another window or device kept saving."""

    status = 409
    title = "Your answers changed in another window"

    def __init__(self) -> None:
        super().__init__(
            "Everything is saved. Please open your link again, check your answers and send them once more."
        )


def submit(link: AnswerLink, now: datetime) -> Questionnaire:
    """Submit the answers and return the questionnaire as sent; submitting again succeeds.

    Raises NothingAnswered, ChangedMeanwhile, or what opening the questionnaire raises; then nothing was changed.
    """
    for _ in range(MAX_RETRIES):
        opened = open_questionnaire(link, now)
        if opened.is_sent_as_saved:
            return opened
        answers = pages.answers(opened.saved, opened.pages)
        if not any(rating is not None for rating in answers.ratings.values()):
            raise NothingAnswered
        try:
            commit(_writes(opened, now), now)
        except (WaveChanged, InvitationChanged):
            continue  # check again: closed, sent by another window, or changed
        return opened
    raise ChangedMeanwhile


def _writes(opened: Questionnaire, now: datetime) -> list[Write]:
    invitation, delegate = opened.invitation, opened.delegate
    writes = [delegates.still_open(opened.wave), _send(opened, now)]
    if invitation.state is InvitationState.ANSWERED:
        return writes
    if opened.is_counted:
        declined = invitation.state is InvitationState.DECLINED
        writes.append(cohorts.count_answered(delegate, opened.wave.wave, invitation.group, declined_before=declined))
    writes += cancel_by(CancelledBy.ANSWER, delegate.id, invitation=invitation.id)
    return [*writes, *schedule_early_close(opened, now)]


def _send(opened: Questionnaire, now: datetime) -> Write:
    """Add an empty encrypted page for each page that was never saved: all raters' rows are alike once submitted."""
    before, key = opened.invitation, opened.key.seal
    boxes, saved_at, sent_moments = dict(before.draft), {}, {}
    for page in opened.pages:
        bound_to = (key, before.id, page.id)
        saved_at[page.id] = encryption.hide_moment(*bound_to, before.saved_at.get(page.id, PASSED_OVER))
        sent_moments[page.id] = encryption.hide_moment(*bound_to, milliseconds(now))
        if page.id not in boxes:
            boxes[page.id] = encryption.encrypt_page(*bound_to, {}, pages.room(page))
    return invitations.send(before, Boxes(boxes, saved_at, sent_moments))
