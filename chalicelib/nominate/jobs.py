"""Run this stage's jobs: invite everyone on a sent list, and send a list to its approver again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.formatting import last_day
from chalicelib.core.model import DelegateWave, Invitation, InvitationState, Wave, WaveState
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import list_cancelled_by
from chalicelib.jobs.commit import commit
from chalicelib.nominate import emails
from chalicelib.nominate.rater_list import RaterList, load
from chalicelib.store import cohorts, delegates, invitations, programmes, waiting_emails
from chalicelib.store import emails as stored_emails
from chalicelib.store.emails import EmailState
from chalicelib.store.invitations import InvitationChanged, InvitationExists
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle
from chalicelib.waves.suppression import list_suppressed


def invite(job: Job, now: datetime) -> Sequence[Write]:
    """Invite every rater on the list, each in one transaction.

    Skip everyone who was asked before, also under another address: their invitation keeps the id of the first. Who was
    removed and is on the list again is asked again, with another link.
    """
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    if wave.state is not WaveState.OPEN:
        return []  # the list came as the wave closed: no one could still answer
    due_at = lifecycle.asked_at(programme, wave, now)
    lost, declined = list_suppressed(delegate.cohort_id), _declined_before(wave)
    asked_before = _asked_before(wave)
    for rater in nomination.raters[: nomination.sent_raters]:
        before = asked_before.get(rater.person.email)
        if rater.person.is_erased or (before and before.state is not InvitationState.REVOKED):
            continue
        count = cohorts.count_invited(delegate, wave.wave, rater.group, put={"nominated": True})
        if earlier := declined.get(rater.person.email):
            writes = lifecycle.list_declined(delegate, wave, replace(earlier, group=rater.group), removed=before)
        else:
            stopped = rater.person.email in lost
            writes = lifecycle.invite_rater(
                programme, delegate, wave, rater, now, due_at=due_at, removed=before, stopped=stopped
            )
        with suppress(InvitationExists, InvitationChanged):
            commit([*writes, count], now)
    return []


def _asked_before(wave: DelegateWave) -> dict[str, Invitation]:
    """Return invitations by address. A live one counts before one that was removed and had the same address."""
    earlier = invitations.of_delegate(wave.delegate_id, wave.wave)
    removed_first = sorted(earlier, key=lambda invitation: invitation.state is not InvitationState.REVOKED)
    return {invitation.rater.email: invitation for invitation in removed_first}


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
    extension = job.about.get("extension", "")
    email = emails.more_time(choice, now) if extension else emails.ask(choice, now)
    if stored_emails.find(email.id) or (extension and extension != str(choice.wave.extensions)):
        return []
    stopped = email.to.email in list_suppressed(choice.delegate.cohort_id)
    return [*stored_emails.add(email, stopped=stopped), *_with_new_last_day(choice)]


def _with_new_last_day(choice: RaterList) -> list[Write]:
    """Have a reminder of the approver that waits name the last day of now."""
    ids = list_cancelled_by(CancelledBy.DECISION, choice.delegate.id, choice.wave.wave.value)
    closes_at = choice.wave.closes_at
    return [
        stored_emails.change_last_day(email, last_day(closes_at, choice.programme.organisation.timezone), closes_at)
        for email in waiting_emails.find_unsettled(ids)
        if email.good_until != closes_at and email.state is EmailState.QUEUED and not email.cancelled
    ]
