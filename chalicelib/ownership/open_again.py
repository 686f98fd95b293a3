"""Open a questionnaire again whose key is gone: its answers cannot be read any more, so everyone is asked once more."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.admin.void_answers import EVERYONE
from chalicelib.core.calendar import local_moment
from chalicelib.core.clock import stamp
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, DelegateWave, Invitation, InvitationState, Programme, WaveState
from chalicelib.core.working_days import working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, invitations, jobs, programmes, responses, wave_keys
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import FeedbackState, KeyLoss
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write, delete_all
from chalicelib.store.wave_keys import WaveKey
from chalicelib.waves import lifecycle

BY = "restore"
AT_LEAST, AT_MOST_MISSING = 10, 5  # working days to answer, if fewer than the second are left


def open_again(delegate: Delegate, wave: DelegateWave, now: datetime) -> None:
    """Destroy what cannot be read, and ask everyone again. The key goes last: a repeat does what is left to do."""
    if wave.state is WaveState.CLOSING:
        _remove_responses(delegate.id, wave)
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    later = replace(wave, closes_at=_closes_at(programme, wave, now), extensions=wave.extensions + 1)
    asked = list(invitations.of_delegate(delegate.id, wave.wave))
    commit([*_wave_writes(delegate, wave, later), *_asking(delegate, later, asked, now)], now)
    wave_keys.create(delegate.id, wave.wave, WaveKey(seal=os.urandom(32), shuffle=os.urandom(32)))


def _remove_responses(delegate_id: str, wave: DelegateWave) -> None:
    """Remove what an interrupted close had stored: the same people are asked again."""
    delete_all(responses.list_keys(delegate_id, wave.wave))


def _closes_at(programme: Programme, wave: DelegateWave, now: datetime) -> datetime:
    """Keep the deadline if enough working days are left."""
    zone, days = programme.organisation.timezone, working_days(programme.organisation, wave.closed)
    today = local_date(now, zone)
    if days.add(today, AT_MOST_MISSING) < local_date(wave.closes_at, zone):
        return wave.closes_at
    return local_moment(days.add(today, AT_LEAST) + timedelta(days=1), 0, zone)


def _wave_writes(delegate: Delegate, wave: DelegateWave, later: DelegateWave) -> Iterator[Write]:
    opened = {"state": WaveState.OPEN, "closes_at": later.closes_at, "extensions": later.extensions}
    opened |= {"without_key": False}
    yield delegates.change_as_read(wave, opened)
    yield jobs.add(lifecycle.close_job(later))
    if not wave.wave.is_pulse:
        line = {**cohorts.set_feedback(FeedbackState.COLLECTING), "closes_at": stamp(later.closes_at)}
        line |= {"without_key": KeyLoss.NONE}
        yield cohorts.change_line(delegate, put=line, wave=wave.wave)


def _asking(delegate: Delegate, wave: DelegateWave, asked: Sequence[Invitation], now: datetime) -> Iterator[Write]:
    """Void every answer, saved or sent, in the job that voids one person's: it emails a new link."""
    links = [_link(invitation) for invitation in asked if invitation.state is not InvitationState.REVOKED]
    if links:
        yield jobs.add(_void_job(delegate, wave, links, now))
    yield audit_events.add(delegate.cohort_id, AuditEvent.ASKED_AGAIN, BY, delegate.id, now)


def _void_job(delegate: Delegate, wave: DelegateWave, links: Sequence[str], now: datetime) -> Job:
    subject = (delegate.cohort_id, BY, delegate.id, wave.wave.value, str(wave.extensions))
    about = {"cohort": delegate.cohort_id, "links": ",".join(links), EVERYONE: "yes"}
    return JobKind.VOID.job(*subject, due_at=now, **about)


def _link(invitation: Invitation) -> str:
    return f"{invitation.delegate_id}:{invitation.wave.value}:{invitation.id}:{invitation.link_version}"
