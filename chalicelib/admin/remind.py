"""Send one more reminder to raters who have not answered: at most one email a day, never after an answer or a refusal.

The act is a job for each delegate and day; the job emails each rater in a transaction of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from msgspec import Struct

from chalicelib.core.clock import stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.model import SELF_GROUP, Delegate, DelegateWave, Invitation, InvitationState, Programme, WaveState
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, emails, invitations, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import DelegateLine, FeedbackState
from chalicelib.store.delegates import Approval
from chalicelib.store.emails import Email, EmailExists
from chalicelib.store.invitations import InvitationChanged
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Write, batched, get_many
from chalicelib.waves import first_email
from chalicelib.waves.emails import about_lists, to_raters
from chalicelib.waves.first_email import is_unsent


class ChaseRefused(Refusal):
    """No one can answer at present, so no one is asked."""

    title = "No one was reminded"


class Chaser(Struct, frozen=True):
    """One email to send, and the invitation whose answer cancels it; none for a delegate without raters."""

    email: Email
    invitation: Invitation | None


# --- the act ------------------------------------------------------------------------------------------


def remind_delegate(delegate_id: str, now: datetime, by: str) -> bool:
    """Remind everyone who has not answered about this delegate. Pressing twice succeeds.

    Returns whether reminders go out now: False if they did today. Raises ChaseRefused while the questionnaire is not
    open.
    """
    delegate, wave = _find(delegate_id)
    if not _accepts_answers(wave, now):
        raise ChaseRefused(
            "The questionnaire is not open. Extend it first. Raters who have not answered then get an email."
        )
    day = _local_day(delegate, now)
    entry = audit_events.add(delegate.cohort_id, AuditEvent.REMINDED, by, delegate.id, now)
    return _commit_once([*_chase_writes(delegate, wave, day, now), entry], now)


def remind_cohort(cohort_id: str, day: date, now: datetime, by: str) -> None:
    """Remind for every delegate of the cohort whose questionnaire is open. Pressing twice succeeds."""
    job = JobKind.CHASE_ALL.job(cohort_id, f"{day}", due_at=now, cohort=cohort_id, day=f"{day}")
    entry = audit_events.add(cohort_id, AuditEvent.REMINDED, by, cohort_id, now)
    _commit_once([jobs.add(job), entry], now)


def _chase_writes(delegate: Delegate, wave: DelegateWave, day: date, now: datetime) -> list[Write]:
    subject = (delegate.id, wave.wave.value, f"{day}")
    job = JobKind.CHASE.job(*subject, due_at=now, delegate=delegate.id, at=stamp(now))
    return [jobs.add(job), cohorts.change_line(delegate, put={"reminded_on": f"{day}"}, wave=wave.wave)]


def _commit_once(writes: Sequence[Write], now: datetime) -> bool:
    """Commit the job once, and return whether this was the first time. Its id contains the day."""
    try:
        commit(writes, now)
    except JobExists:
        return False
    return True


# --- the jobs -----------------------------------------------------------------------------------------


def chase_cohort(job: Job, now: datetime) -> Sequence[Write]:
    """Make a job for each delegate; skip who was reminded today already."""
    chosen = [line.delegate_id for line in cohorts.list_lines(job.about["cohort"]) if can_remind(line)]
    each_or_fail(chosen, lambda delegate_id: _chase_by_job(delegate_id, job.about.get("day", ""), now), "chase_all")
    return []


def _chase_by_job(delegate_id: str, wanted: str, now: datetime) -> None:
    """Make the job. wanted: the day of the request; a repeat on a later day reminds no one again. Old jobs lack it."""
    delegate, wave = _find(delegate_id)
    if _accepts_answers(wave, now):
        day = date.fromisoformat(wanted) if wanted else _local_day(delegate, now)
        _commit_once(_chase_writes(delegate, wave, day, now), now)


def chase_raters(job: Job, now: datetime) -> Sequence[Write]:
    """Remind each rater in one transaction; skip who answers in the meantime.

    Skip also who was emailed today, or on the day of the request: a repeat on a later day reaches only those that the
    earlier attempts missed.
    """
    delegate, wave = _find(job.about["delegate"])
    send_reminders(delegate, wave, now, since=_asked_at(job, now))
    return []


def send_reminders(delegate: Delegate, wave: DelegateWave, now: datetime, since: datetime) -> None:
    """Email each rater of a wave who has not answered. since: when it was requested."""
    for chaser in plan_reminders(delegate, wave, now, since=since):
        noted = [invitations.plan_emails(chaser.invitation)] if chaser.invitation else []
        try:
            commit([*noted, *emails.add(chaser.email)], now)
        except (InvitationChanged, EmailExists):
            continue


def _asked_at(job: Job, now: datetime) -> datetime:
    """Return when the administrator asked; for jobs of earlier versions, now."""
    return datetime.fromisoformat(job.about["at"]) if "at" in job.about else now


# --- who would be emailed -----------------------------------------------------------------------------


def can_remind(line: DelegateLine) -> bool:
    return line.feedback is FeedbackState.COLLECTING and not line.withdrawn


def plan_reminders(
    delegate: Delegate, wave: DelegateWave, now: datetime, since: datetime | None = None
) -> list[Chaser]:
    """List raters who have not answered, whose address works, and who get no other email about it today.

    Skip also who has yet to get the first email.

    since   when it was requested: skip also who was emailed on that day
    """
    if not _accepts_answers(wave, now):
        return []
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    chosen = wave.wave.is_pulse or _has_chosen(delegate, wave)
    waiting = [invitation for invitation in _unanswered(delegate, wave) if chosen or invitation.group != SELF_GROUP]
    emailed = {id for day in {now, since or now} for id in _emailed_on(programme, wave, waiting, day)}
    emailed |= {
        email_id for email_id, first in first_email.find_all(delegate.id, wave.wave).items() if is_unsent(first)
    }
    chasers = [
        Chaser(to_raters.manual_reminder(programme, delegate, wave, invitation, now), invitation)
        for invitation in waiting
        if invitation.id not in emailed
    ]
    return chasers if chosen else [*chasers, *_to_choose(programme, delegate, wave, now, since or now)]


def _unanswered(delegate: Delegate, wave: DelegateWave) -> list[Invitation]:
    """Return the invitations without an answer whose address works."""
    lost = [bounce for bounce in cohorts.list_bounces(delegate.cohort_id) if bounce.is_lost]
    bounced = {bounce.invitation for bounce in lost if bounce.delegate == delegate.id}
    return [
        invitation
        for invitation in invitations.of_delegate(delegate.id, wave.wave)
        if invitation.state is InvitationState.INVITED and invitation.id not in bounced
    ]


def _has_chosen(delegate: Delegate, wave: DelegateWave) -> bool:
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    return nomination.sent_raters > 0 or nomination.approval is Approval.ASKED


def _to_choose(
    programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime, since: datetime
) -> list[Chaser]:
    """Ask a delegate who has no raters to choose some; the email also links to their own questionnaire."""
    email = about_lists.choose_chaser(programme, delegate, wave, now)
    planned = about_lists.choose_reminder(programme, delegate, wave)
    zone = programme.organisation.timezone
    anyway = local_date(planned.due_at, zone) == local_date(now, zone)
    then = about_lists.choose_chaser(programme, delegate, wave, since)
    return [] if anyway or _existing([email.id, then.id]) else [Chaser(email, None)]


def _emailed_on(
    programme: Programme, wave: DelegateWave, waiting: Sequence[Invitation], day: datetime
) -> Collection[str]:
    """Return ids of the invitations with an email on this local day, sent or waiting."""
    asked = {
        id: invitation.id
        for invitation in waiting
        for id in to_raters.email_ids_of_day(programme, wave, invitation, day)
    }
    return {asked[email_id] for email_id in _existing(list(asked))}


def _existing(email_ids: Sequence[str]) -> set[str]:
    keys = [emails.key(email_id) for email_id in email_ids]
    return {str(row["id"]) for batch in batched(keys) for row in get_many(batch).values()}


def _find(delegate_id: str) -> tuple[Delegate, DelegateWave]:
    try:
        return delegates.find_with_latest_wave(delegate_id)
    except LookupError:
        raise ChaseRefused("This delegate is no longer in the cohort.") from None


def _accepts_answers(wave: DelegateWave, now: datetime) -> bool:
    return wave.state is WaveState.OPEN and now < wave.closes_at


def _local_day(delegate: Delegate, now: datetime) -> date:
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    return local_date(now, programme.organisation.timezone)
