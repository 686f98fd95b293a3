"""Plan a cohort's second wave after six months, with the raters of the first."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import partial

from chalicelib.core.calendar import closes_at, opens_at
from chalicelib.core.model import (
    MANAGER_GROUP,
    SELF_GROUP,
    Delegate,
    DelegateWave,
    InvitationState,
    Programme,
    RaterEntry,
    Wave,
    WaveState,
)
from chalicelib.core.working_days import working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, delegates, emails, invitations, jobs, programmes
from chalicelib.store.cohorts import FollowupDates
from chalicelib.store.delegates import Nomination, WaveExists
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.waves.emails import about_lists

# Raters who declined stay listed, but are asked nothing: a shorter list would show the delegate who they are.
LISTED_AGAIN = (InvitationState.INVITED, InvitationState.ANSWERED, InvitationState.DECLINED)


def plan_followups(job: Job, now: datetime) -> Sequence[Write]:
    """Plan the follow-up of every delegate, each in one transaction; skip those who have one."""
    cohort_id = job.about["cohort"]
    dates = cohorts.find_followup(cohort_id)
    if dates is None:
        raise LookupError(f"cohort {cohort_id} has no dates for a follow-up")
    cohort = cohorts.find(cohort_id)
    closed = cohort.dates.closed if cohort else ()
    lines = [line for line in cohorts.list_lines(cohort_id, Wave.BASELINE) if line.is_asked_about_again]
    plan = partial(_plan_for, dates, closed, now)
    each_or_fail([line.delegate_id for line in lines], plan, "followup")
    return []


def _plan_for(dates: FollowupDates, closed: tuple[date, ...], now: datetime, delegate_id: str) -> None:
    delegate = delegates.find(delegate_id)
    if delegate is None:
        return
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    zone = programme.organisation.timezone
    opens, closes = opens_at(dates, zone), closes_at(dates, zone)
    wave = DelegateWave(delegate.id, Wave.FOLLOWUP, WaveState.PLANNED, opens, closes, closed=closed)
    with suppress(WaveExists):
        commit(_plan(programme, delegate, wave, now), now)


def _plan(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> list[Write]:
    """Keep the list, which is sent when the wave opens: until then the delegate may change it."""
    about = {"delegate": delegate.id, "wave": wave.wave.value}
    soon = working_days(programme.organisation, wave.closed).soon(now)
    notices = emails.add(about_lists.followup_email(programme, delegate, wave, soon)) if wave.opens_at > soon else []
    return [
        delegates.add_wave(wave),
        delegates.add_nomination(Nomination(delegate.id, wave.wave, asked_before(programme, delegate))),
        cohorts.add_line(delegate, wave.wave, wave.closes_at),
        jobs.add(JobKind.OPEN.job(delegate.id, wave.wave, due_at=max(now, wave.opens_at), **about)),
        *notices,
    ]


def asked_before(programme: Programme, delegate: Delegate) -> tuple[RaterEntry, ...]:
    """List names and groups only: nothing leads from an earlier answer to a new one.

    Leave out everyone who was erased, even if they had answered: a line on the list would reveal it.
    """
    is_manager_asked = any(group.id == MANAGER_GROUP for group in programme.groups) and not delegate.manager.is_erased
    manager = (RaterEntry(MANAGER_GROUP, delegate.manager),) if is_manager_asked else ()
    others = (
        RaterEntry(invitation.group, invitation.rater)
        for invitation in invitations.of_delegate(delegate.id, Wave.BASELINE)
        if invitation.state in LISTED_AGAIN
        and invitation.group not in (SELF_GROUP, MANAGER_GROUP)
        and not invitation.rater.is_erased
    )
    listed = {delegate.manager.email} if is_manager_asked else set()
    return (*manager, *(rater for rater in others if rater.person.email not in listed))
