"""Run this stage's jobs: invite everyone on a sent list, and send a list to its approver again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.model import DelegateWave, Invitation, InvitationState, Wave, WaveState
from chalicelib.jobs.commit import commit
from chalicelib.nominate import emails
from chalicelib.nominate.rater_list import load
from chalicelib.store import cohorts, delegates, invitations, programmes
from chalicelib.store import emails as mails
from chalicelib.store.invitations import InvitationExists
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle
from chalicelib.waves.suppression import list_suppressed


def invite(job: Job, now: datetime) -> Sequence[Write]:
    """Invite every rater on the list, each in one transaction.

    Skip everyone who was asked before, also under another address: their invitation keeps the id of the first.
    """
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    if wave.state is not WaveState.OPEN:
        return []  # the list came as the wave closed: no one could still answer
    lost, declined = list_suppressed(delegate.cohort_id), _declined_before(wave)
    asked_before = {invitation.rater.email for invitation in invitations.of_delegate(delegate.id, wave.wave)}
    for rater in nomination.raters[: nomination.sent_raters]:
        if rater.person.is_erased or rater.person.email in asked_before:
            continue
        count = cohorts.count_invited(delegate, wave.wave, rater.group, put={"nominated": True})
        if earlier := declined.get(rater.person.email):
            writes = lifecycle.list_declined(delegate, wave, replace(earlier, group=rater.group))
        else:
            stopped = rater.person.email in lost
            writes = lifecycle.invite_rater(programme, delegate, wave, rater, now, stopped=stopped)
        with suppress(InvitationExists):
            commit([*writes, count], now)
    return []


def _declined_before(wave: DelegateWave) -> dict[str, Invitation]:
    """Return by address who declined the first questionnaire.

    They are not asked again, and no list or count shows it.
    """
    if wave.wave is not Wave.FOLLOWUP:
        return {}
    before = invitations.of_delegate(wave.delegate_id, Wave.BASELINE)
    return {invitation.rater.email: invitation for invitation in before if invitation.state is InvitationState.DECLINED}


def ask_approver(job: Job, now: datetime) -> Sequence[Write]:
    """Send a list that still waits for approval to its present approver."""
    delegate = delegates.find(job.about["delegate"])
    if delegate is None:
        raise LookupError(f"no delegate {job.about['delegate']}")
    choice = load("", delegate.id, str(delegate.link_version), now)
    if not choice.is_asked or not choice.is_open or choice.approver is None:
        return []
    mail = emails.ask(choice, now)
    stopped = mail.to.email in list_suppressed(choice.delegate.cohort_id)
    return [] if mails.find(mail.id) else mails.add(mail, stopped=stopped)
