"""Chase: one more reminder for whoever has not answered, at most one mail a day, and never to who answered or declined.

The act is a job for each delegate and day; the job mails each rater in a transaction of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.model import SELF_GROUP, Delegate, DelegateWave, Invitation, InvitationState, Programme, WaveState
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, emails, invitations, jobs, programmes
from chalicelib.store.cohorts import DelegateLine, DelegateStatus
from chalicelib.store.delegates import Approval
from chalicelib.store.emails import Email, EmailExists
from chalicelib.store.invitations import InvitationChanged
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write, batched, get_many
from chalicelib.waves.emails import about_lists, to_raters


class ChaseRefused(Refusal):
    """Nobody can answer at present, so nobody is asked to."""

    title = "Nobody was reminded"


class Chaser(Struct, frozen=True):
    """One mail to be, and the invitation whose answer cancels it; none for a delegate who has yet to choose raters."""

    mail: Email
    invitation: Invitation | None


# --- the act ------------------------------------------------------------------------------------------


def remind_delegate(delegate_id: str, now: datetime, by: str) -> None:
    """Have everyone reminded who has not answered about this delegate. Pressing twice is success.

    Raises ChaseRefused while the questionnaire is not open.
    """
    delegate, wave = _find(delegate_id)
    if not _accepts(wave, now):
        raise ChaseRefused("The questionnaire is not open. Extend it first; who has not answered is mailed then.")
    day = _local_day(delegate, now)
    entry = audit_events.add(delegate.cohort_id, "reminded who has not answered", by, delegate.id, now)
    _commit_once([*_chase_writes(delegate, wave, day, now), entry], now)


def remind_cohort(cohort_id: str, day: date, now: datetime, by: str) -> None:
    """The same for every delegate of the cohort whose questionnaire is open. Pressing twice is success."""
    job = JobKind.CHASE_ALL.job(cohort_id, f"{day}", due_at=now, cohort=cohort_id, day=f"{day}")
    entry = audit_events.add(cohort_id, "reminded who has not answered", by, cohort_id, now)
    _commit_once([jobs.add(job), entry], now)


def _chase_writes(delegate: Delegate, wave: DelegateWave, day: date, now: datetime) -> list[Write]:
    subject = (delegate.id, wave.wave.value, f"{day}")
    job = JobKind.CHASE.job(*subject, due_at=now, delegate=delegate.id, at=stamp(now))
    return [jobs.add(job), cohorts.change_line(delegate, put={"reminded_on": f"{day}"}, wave=wave.wave)]


def _commit_once(writes: Sequence[Write], now: datetime) -> None:
    """The job's id holds the day: whoever comes second finds it there."""
    try:
        commit(writes, now)
    except JobExists:
        return


# --- the jobs -----------------------------------------------------------------------------------------


def chase_cohort(job: Job, now: datetime) -> Sequence[Write]:
    """A job for each delegate; who was chased today already is passed over."""
    chosen = [line.delegate_id for line in cohorts.list_lines(job.about["cohort"]) if can_remind(line)]
    each_or_fail(chosen, lambda delegate_id: _chase_by_job(delegate_id, job.about.get("day", ""), now), "chase_all")
    return []


def _chase_by_job(delegate_id: str, wanted: str, now: datetime) -> None:
    """wanted   the day that was asked for: a repeat on a later day reminds no one again. Old jobs do not say it."""
    delegate, wave = _find(delegate_id)
    if _accepts(wave, now):
        day = date.fromisoformat(wanted) if wanted else _local_day(delegate, now)
        _commit_once(_chase_writes(delegate, wave, day, now), now)


def chase_raters(job: Job, now: datetime) -> Sequence[Write]:
    """Each rater in one transaction; who answers in the meantime is passed over.

    So is who was mailed today, or on the day it was asked for: a repeat on a later day reaches only those whom the
    earlier attempts did not.
    """
    delegate, wave = _find(job.about["delegate"])
    for chaser in plan_reminders(delegate, wave, now, since=_asked_at(job, now)):
        noted = [invitations.remind_also(chaser.invitation, chaser.mail.id)] if chaser.invitation else []
        try:
            commit([*noted, emails.add(chaser.mail)], now)
        except (InvitationChanged, EmailExists):
            continue
    return []


def _asked_at(job: Job, now: datetime) -> datetime:
    """When the administrator asked; jobs that wait since before they said so are taken as asked for now."""
    return datetime.fromisoformat(job.about["at"]) if "at" in job.about else now


# --- who would be mailed ------------------------------------------------------------------------------


def can_remind(line: DelegateLine) -> bool:
    return line.stage is DelegateStatus.COLLECTING and not line.withdrawn


def plan_reminders(
    delegate: Delegate, wave: DelegateWave, now: datetime, since: datetime | None = None
) -> list[Chaser]:
    """Everyone who has not answered, whose address works, and who gets no other email about it today.

    since   when it was asked for: nor who was mailed on that day
    """
    if not _accepts(wave, now):
        return []
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    chosen = nomination.sent_raters > 0 or nomination.approval is Approval.ASKED
    lost = [bounce for bounce in cohorts.bounces(delegate.cohort_id) if bounce.is_lost]
    bounced = {bounce.invitation for bounce in lost if bounce.delegate == delegate.id}
    waiting = [
        one
        for one in invitations.of_delegate(delegate.id, wave.wave)
        if one.state is InvitationState.INVITED and one.id not in bounced and (chosen or one.group != SELF_GROUP)
    ]
    mailed = {mailed for day in {now, since or now} for mailed in _emailed_on(programme, wave, waiting, day)}
    found = [
        Chaser(to_raters.manual_reminder(programme, delegate, wave, one, now), one)
        for one in waiting
        if one.id not in mailed
    ]
    return found if chosen else [*found, *_to_choose(programme, delegate, wave, now, since or now)]


def _to_choose(
    programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime, since: datetime
) -> list[Chaser]:
    """A delegate who has chosen nobody is asked for that; the mail leads to their own questionnaire as well."""
    mail = about_lists.choose_chaser(programme, delegate, wave, now)
    planned = about_lists.choose_reminder(programme, delegate, wave)
    zone = ZoneInfo(programme.organisation.timezone)
    anyway = planned.due_at.astimezone(zone).date() == now.astimezone(zone).date()
    then = about_lists.choose_chaser(programme, delegate, wave, since)
    return [] if anyway or _existing([mail.id, then.id]) else [Chaser(mail, None)]


def _emailed_on(
    programme: Programme, wave: DelegateWave, waiting: Sequence[Invitation], day: datetime
) -> Collection[str]:
    """Ids of the invitations by which somebody was mailed on this local day, or will be."""
    by_mail = {mail_id: one.id for one in waiting for mail_id in to_raters.email_ids_of_day(programme, wave, one, day)}
    return {by_mail[mail_id] for mail_id in _existing(list(by_mail))}


def _existing(mail_ids: Sequence[str]) -> set[str]:
    keys = [emails.key(mail_id) for mail_id in mail_ids]
    return {str(row["id"]) for batch in batched(keys) for row in get_many(batch).values()}


def _find(delegate_id: str) -> tuple[Delegate, DelegateWave]:
    try:
        return delegates.find_with_latest_wave(delegate_id)
    except LookupError:
        raise ChaseRefused("There is no such delegate any more.") from None


def _accepts(wave: DelegateWave, now: datetime) -> bool:
    return wave.state is WaveState.OPEN and now < wave.closes_at


def _local_day(delegate: Delegate, now: datetime) -> date:
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    return now.astimezone(ZoneInfo(programme.organisation.timezone)).date()
