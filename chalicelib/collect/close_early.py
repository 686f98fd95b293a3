"""Close early when everyone has answered, if the programme allows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from chalicelib.collect import encryption
from chalicelib.collect.questionnaire import Questionnaire
from chalicelib.core.model import SELF_GROUP, DelegateWave, Invitation, InvitationState, Wave, WaveState
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import delegates, invitations, jobs
from chalicelib.store.delegates import Nomination
from chalicelib.store.expressions import equals
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle

LOOK_AFTER = timedelta(minutes=1)  # the sweep finds it, so that submitting answers needs no call for a hint


def schedule_early_close(opened: Questionnaire, now: datetime) -> list[Write]:
    """Make the job that checks whether all are done, together with an answer or a refusal that may be the last.

    Its id depends on what the rater had done before: they may decline, and then submit what they had saved, and a
    person who answers under a replaced address makes a job of their own. The id is keyed, so that no one can match the
    job's times to a rater once the wave's key is deleted.
    """
    if not opened.programme.close_when_complete:
        return []
    delegate_id, wave, before = opened.delegate.id, opened.wave.wave.value, opened.invitation
    did = (before.id, f"{before.revision}", before.state.value, f"{before.link_version}")
    cause = encryption.event_id(opened.key.shuffle, *did)
    due_at = now + LOOK_AFTER
    return [jobs.add(JobKind.COMPLETE.job(delegate_id, wave, cause, due_at=due_at, delegate=delegate_id, wave=wave))]


def close_if_complete(job: Job, now: datetime) -> Sequence[Write]:
    """Move the deadline to now if raters were chosen, all were asked, and all have answered or declined."""
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    nomination = delegates.find_nomination(delegate.id, Wave.BASELINE if wave.wave.is_pulse else wave.wave)
    invited = list(invitations.of_delegate(delegate.id, wave.wave))
    waiting = [invitation for invitation in invited if invitation.state is InvitationState.INVITED]
    if waiting or not _is_everyone_asked(nomination, invited, wave):
        return []
    if wave.state is not WaveState.OPEN or wave.closes_at <= now:
        return []
    still = [equals("state", WaveState.OPEN), equals("closes_at", wave.closes_at)]
    return [
        delegates.change_wave(delegate.id, wave.wave, {"closes_at": now}, still),
        jobs.move(lifecycle.close_job(wave).id, now),
    ]


def _is_everyone_asked(nomination: Nomination, invited: Iterable[Invitation], wave: DelegateWave) -> bool:
    """Return whether raters were chosen, and each on the list was asked. Who was removed or erased is on neither."""
    if wave.wave.is_pulse:
        return True
    listed = [entry for entry in nomination.raters if not entry.person.is_erased]
    asked = [
        invitation
        for invitation in invited
        if invitation.group != SELF_GROUP and invitation.state is not InvitationState.REVOKED
    ]
    return 0 < len(listed) <= len(asked)
