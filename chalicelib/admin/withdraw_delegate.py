"""Withdraw a delegate from the programme: no one is asked about them any more; open answers are destroyed.

A finished report stays theirs; published figures of the cohort do not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.assignments.facilitator import leave_part_writes
from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.model import Delegate, DelegateWave, WaveState
from chalicelib.emails.waiting import list_unwanted
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.meetings.effects import end
from chalicelib.store import (
    audit_events,
    cohorts,
    delegates,
    impact_surveys,
    invitations,
    jobs,
    meetings,
    programmes,
    waiting_emails,
    wave_keys,
)
from chalicelib.store.assignments import parts_from
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegates import DelegateChanged, WaveChanged
from chalicelib.store.impact_surveys import surveys_from
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row, read
from chalicelib.store.meetings import MeetingKind
from chalicelib.store.table import Missing, Write, transact
from chalicelib.waves.thread import WAVE, WITHDRAW
from chalicelib.workshops.change_sessions import notify_of_dates

NOT_CLOSED = WAVE.before(WITHDRAW)


class WithdrawRefused(Refusal):
    """Someone else is changing this delegate."""

    title = "Nothing was changed"


def withdraw(delegate_id: str, now: datetime, by: str) -> None:
    """Withdraw a delegate; withdrawing twice succeeds. Raises WithdrawRefused while answers are being decrypted."""
    delegate, wave = _find(delegate_id)
    if delegate.withdrawn:
        return
    if wave.state is WaveState.CLOSING:
        raise WithdrawRefused("The questionnaire is being closed. Please try again in a few minutes.")
    writes = [
        delegates.withdraw(delegate, revoke_links=wave.state in NOT_CLOSED),
        cohorts.change_line(delegate, put={"withdrawn": True}),
        jobs.add(JobKind.WITHDRAW.job(delegate.id, stamp(now), due_at=now, delegate=delegate.id)),
        audit_events.add(delegate.cohort_id, AuditEvent.WITHDREW, by, delegate.id, now),
    ]
    if wave.state in NOT_CLOSED:
        writes.append(delegates.move_wave(delegate.id, wave.wave, WaveState.WITHDRAWN, wave.state))
    else:
        writes.append(delegates.still_in_state(wave))
    try:
        commit(writes, now)
    except (DelegateChanged, WaveChanged):
        if not _find(delegate_id)[0].withdrawn:
            raise WithdrawRefused("Something else changed just now. Check the page, then try again.") from None


def finish_withdrawal(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job: revoke links, cancel emails, destroy encrypted answers.

    Every step may be repeated; the keys go last.
    """
    rows = list(delegates.load_rows(job.about["delegate"]))
    delegate = next(read(Delegate, row) for row in rows if row["sk"] == "META")
    for wave in _waves(rows):
        _stop(delegate, wave)
    for survey in surveys_from(rows):
        _each([impact_surveys.close(delegate.id, survey.role)])
    _each(leave_part_writes(delegate, parts_from(rows)))
    waiting_emails.cancel_all(list_unwanted(delegate.id))
    _cancel_meetings(delegate, rows, now)
    return _cancel_calendar(delegate, now)


def _cancel_meetings(delegate: Delegate, rows: Sequence[Row], now: datetime) -> None:
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    for kind in MeetingKind:
        if writes := end(programme, delegate, meetings.from_rows(rows, kind), now, start_again=False):
            commit(writes, now)


def _cancel_calendar(delegate: Delegate, now: datetime) -> list[Write]:
    """Take the sessions ahead out of the delegate's calendar."""
    cohort = cohorts.find(delegate.cohort_id)
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    return notify_of_dates(cohort, programme, f"left.{delegate.id}", now, soon=True) if cohort else []


def _waves(rows: Iterable[Row]) -> list[DelegateWave]:
    return [read(DelegateWave, row) for row in rows if row["sk"].startswith("WAVE#")]


def _stop(delegate: Delegate, wave: DelegateWave) -> None:
    if wave.state in NOT_CLOSED:
        transact([delegates.move_wave(delegate.id, wave.wave, WaveState.WITHDRAWN, *NOT_CLOSED)])
    elif wave.state is not WaveState.WITHDRAWN:
        return  # its answers are being stored without identity, or are so already: no link opens it any more
    for invitation in invitations.of_delegate(delegate.id, wave.wave):
        _each([invitations.revoke(invitation)])
    wave_keys.destroy(delegate.id, wave.wave)


def _each(writes: Iterable[Write]) -> None:
    """Write one by one; ignore rows that do not exist."""
    for write in writes:
        try:
            transact([write])
        except Missing:
            continue


def _find(delegate_id: str) -> tuple[Delegate, DelegateWave]:
    try:
        return delegates.find_with_latest_wave(delegate_id)
    except LookupError:
        raise WithdrawRefused("There is no such delegate any more.") from None
