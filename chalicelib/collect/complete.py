"""Close early, if the programme says so, once nobody is left to answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib import waves
from chalicelib.collect.sheet import Sheet
from chalicelib.model import InvitationState, Wave, WaveState
from chalicelib.store import delegates, invitations, jobs
from chalicelib.store.expressions import equals
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write


def look_if_complete(sheet: Sheet, now: datetime) -> list[Write]:
    """The job that looks, made together with an answer or a refusal that may have been the last."""
    if not sheet.programme.close_when_complete:
        return []
    delegate_id, wave = sheet.delegate.id, sheet.wave.wave.value
    subject = (delegate_id, wave, sheet.invitation.id, str(sheet.invitation.revision))
    return [jobs.add(jobs.job("complete", *subject, due_at=now, delegate=delegate_id, wave=wave))]


def close_if_complete(job: Job, now: datetime) -> Sequence[Write]:
    """Bring the deadline forward to now if the raters were chosen and none of them still waits."""
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    nomination = delegates.find_nomination(delegate.id, Wave.BASELINE if wave.wave is Wave.PULSE else wave.wave)
    asked = list(invitations.of_delegate(delegate.id, wave.wave))
    waiting = [one for one in asked if one.state is InvitationState.INVITED]
    invited_all = wave.wave is Wave.PULSE or 0 < nomination.sent_raters < len(asked)
    if waiting or not invited_all or wave.state is not WaveState.OPEN or wave.closes_at <= now:
        return []
    still = [equals("state", WaveState.OPEN), equals("closes_at", wave.closes_at)]
    return [
        delegates.change_wave(delegate.id, wave.wave, {"closes_at": now}, still),
        jobs.move(waves.close_job(wave).id, now),
    ]
