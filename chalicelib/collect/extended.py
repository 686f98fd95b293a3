"""The job that tells everyone who has not answered, or not chosen raters, of the new deadline, and reminds them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib import waves
from chalicelib.jobs.commit import commit
from chalicelib.model import SELF_GROUP, Delegate, DelegateWave, InvitationState, Programme, Wave, WaveState
from chalicelib.store import delegates, invitations, mails, programmes
from chalicelib.store.delegates import Approval
from chalicelib.store.jobs import Job
from chalicelib.store.table import ConditionFailed, Write
from chalicelib.undeliverable import addresses


def tell_extended(job: Job, now: datetime) -> Sequence[Write]:
    """Each rater in one transaction; who was told, or has answered in the meantime, is passed over."""
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    if wave.state is not WaveState.OPEN:
        return []
    lost = addresses(delegate.cohort_id)
    for invitation in invitations.of_delegate(delegate.id, wave.wave):
        if invitation.state is not InvitationState.INVITED:
            continue
        more = waves.reminder_mails(programme, delegate, wave, invitation, now)
        if invitation.group != SELF_GROUP:
            more.insert(0, waves.extended_mail(programme, delegate, wave, invitation, now))
        outdated = [mails.cancel(mail_id) for mail_id in invitation.reminders]
        change = invitations.change_reminders(invitation, tuple(mail.id for mail in more))
        try:
            commit([change, *outdated, *(mails.add(mail, stopped=mail.to.email in lost) for mail in more)], now)
        except ConditionFailed:
            continue
    return _still_to_choose(programme, delegate, wave, now)


def _still_to_choose(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> list[Write]:
    """Nobody can answer about a delegate who has not chosen raters, however much time there is."""
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    if nomination.sent_raters or nomination.approval is Approval.ASKED:
        return []
    mail = waves.choose_chaser(programme, delegate, wave, now)
    return [] if mails.find(mail.id) else [mails.add(mail)]
