"""Open, invite, remind and close: what baseline, follow-up and pulse have in common."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from chalicelib.core.calendar import Duration, local_moment
from chalicelib.core.clock import stamp
from chalicelib.core.formatting import last_date, local_date
from chalicelib.core.ids import invitation_id
from chalicelib.core.model import (
    SELF_GROUP,
    Approver,
    Cohort,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Organisation,
    Person,
    Programme,
    RaterEntry,
    Wave,
    WaveState,
)
from chalicelib.core.working_days import BEFORE_EMAILS, name_calendar, survey_opens_at, working_days
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, delegates, emails, invitations, jobs
from chalicelib.store.delegates import Approval, Nomination
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.waves.emails import to_raters

FIGURES_AFTER = timedelta(hours=1)  # after the deadline: by then its closes are done, or have failed
RETENTION_AT = 3  # local hour
COUNTED_AT = 5  # local hour of each day: before anyone reads a page, after the night's work


def close_job(wave: DelegateWave) -> Job:
    """Make the job for this deadline; an extension makes another."""
    subject = (wave.delegate_id, wave.wave.value, str(wave.extensions))
    return JobKind.CLOSE.job(*subject, due_at=wave.closes_at, delegate=wave.delegate_id, wave=wave.wave.value)


def publish_job(wave: DelegateWave, now: datetime) -> Job:
    """Make the job that closes even with too few answers. After an extension a new request makes another."""
    subject = (wave.delegate_id, wave.wave.value, "publish", str(wave.extensions))
    return JobKind.CLOSE.job(*subject, due_at=now, delegate=wave.delegate_id, wave=wave.wave.value, publish="yes")


def figures_job(cohort_id: str, wave: Wave, deadline: datetime) -> Job:
    """Make the job that takes the snapshot of a cohort's figures after the deadline, if it does not exist by then."""
    due_at = deadline + FIGURES_AFTER
    subject = (cohort_id, wave.value, f"{due_at:%Y-%m-%d}")
    return JobKind.COHORT_FIGURES.job(*subject, due_at=due_at, cohort=cohort_id, wave=wave.value)


def summary_job(cohort: Cohort, programme: Programme) -> Job:
    """Make the job for the sponsor's summary, on the morning after the last impact survey closes."""
    opens = survey_opens_at(programme, cohort.dates)
    open_for = Duration(0, timedelta(days=programme.impact.open_days + 1))
    morning_after = open_for.after(opens, programme.organisation.timezone)
    return JobKind.SUMMARY.job(cohort.id, due_at=morning_after, cohort=cohort.id)


def first_retention_job(cohort: Cohort, programme: Programme) -> Job:
    """Make the job that deletes what has been kept long enough, in the night on which the first answers may be due."""
    return retention_job(
        cohort.id, cohort.dates.closes + timedelta(days=programme.retention.answers.days + 1), programme
    )


def retention_job(cohort_id: str, night: date, programme: Programme) -> Job:
    """Make the job of a local night. night: also kept in the job, because a retry moves its `due_at`."""
    due_at = local_moment(night, RETENTION_AT, programme.organisation.timezone)
    return JobKind.RETENTION.job(cohort_id, f"{night}", due_at=due_at, cohort=cohort_id, night=stamp(due_at))


def needs_job(organisation: Organisation, now: datetime) -> Job:
    """Make the job that emails administrators what needs them on the next morning: one for each calendar.

    It runs a little earlier, so that its email goes out together with what else is due that morning.
    """
    days = working_days(organisation)
    morning = days.next_morning(now + BEFORE_EMAILS)
    day, calendar = local_date(morning, days.zone).isoformat(), name_calendar(organisation)
    return JobKind.NEEDS.job(calendar, day, due_at=morning - BEFORE_EMAILS, day=day, calendar=calendar)


def count_tomorrow(cohort_id: str, zone: str, now: datetime) -> None:
    """Schedule the count of a cohort's answers for the next morning; scheduling again succeeds."""
    tomorrow = local_date(now, zone) + timedelta(days=1)
    due_at = local_moment(tomorrow, COUNTED_AT, zone)
    with suppress(jobs.JobExists):
        commit([jobs.add(JobKind.COUNTS.job(cohort_id, f"{tomorrow}", due_at=due_at, cohort=cohort_id))], now)


def asked_at(programme: Programme, wave: DelegateWave, now: datetime) -> datetime:
    """Return when raters of an open wave who are sent now are emailed: at the next full hour of a working day.

    Everyone who asks the same rater by then does so in one email.
    """
    hour = working_days(programme.organisation, wave.closed).next_hour(now)
    return hour if hour < wave.closes_at else now


def invite_job(nomination: Nomination, due_at: datetime) -> Job:
    """Make the job that asks everyone on the present list; a longer list makes another."""
    subject = (nomination.delegate_id, nomination.wave.value, str(nomination.revision))
    return JobKind.INVITE.job(*subject, due_at=due_at, delegate=nomination.delegate_id, wave=nomination.wave.value)


def approver_of(programme: Programme, delegate: Delegate) -> Person | None:
    """Return who approves a delegate's list before anyone on it is emailed, if the programme wants that."""
    people = {Approver.COACH: delegate.coach, Approver.MANAGER: delegate.manager}
    return people[programme.raters_approved_by] if programme.raters_approved_by else None


def ask_approver_job(nomination: Nomination, now: datetime, *, extension: str = "") -> Job:
    """Make the job that sends a waiting list to its approver again.

    extension   number of the later deadline that they are notified of; empty: their address or link has changed
    """
    named = (extension,) if extension else ()
    subject = (nomination.delegate_id, nomination.wave.value, str(nomination.revision), *named)
    about = {"delegate": nomination.delegate_id, "wave": nomination.wave.value}
    about |= {"extension": extension} if extension else {}
    return JobKind.ASK_APPROVER.job(*subject, due_at=now, **about)


def add_named(before: Nomination, raters: Sequence[RaterEntry], manager: RaterEntry) -> Nomination:
    """Return a list with raters that an administrator names: they are sent, and with them the line manager.

    Raters added only by the delegate remain unsent. Listed raters keep name and group. If no one remains, nothing
    waits for approval.
    """
    listed = {rater.person.email for rater in before.raters}
    named = {rater.person.email for rater in raters}
    new = [rater for rater in raters if rater.person.email not in listed]
    if not new and not any(rater.person.email in named for rater in before.unsent):
        return before
    listed_now = [rater for rater in before.unsent if rater.person.email in named or rater == manager]
    later = [rater for rater in before.unsent if rater not in listed_now]
    sent = (*before.raters[: before.sent_raters], *listed_now, *new)
    after = replace(before, raters=(*sent, *later), sent_raters=len(sent), revision=before.revision + 1)
    if later:
        return after
    in_place = before.in_place or before.approval is Approval.ASKED
    return replace(after, approval=Approval.NOT_ASKED, remark="", in_place=in_place)


def send_nomination(
    programme: Programme, delegate: Delegate, wave: DelegateWave, before: Nomination, sent: Nomination, now: datetime
) -> list[Write]:
    """Record a list as sent. An open wave invites at once; a planned one does when it opens."""
    writes = [
        delegates.save_nomination(sent, before.revision),
        cohorts.change_line(delegate, put={"nominated": True}, wave=wave.wave),
        delegates.still_in_state(wave),
        *cancel_choose_reminder(delegate, wave, before),
    ]
    if before.approval is Approval.ASKED and sent.approval is not Approval.ASKED:
        writes += cancel_by(CancelledBy.DECISION, delegate.id, wave.wave.value)
    return [*writes, jobs.add(invite_job(sent, now))] if wave.state is WaveState.OPEN else writes


def cancel_choose_reminder(delegate: Delegate, wave: DelegateWave, before: Nomination) -> list[Write]:
    """Cancel reminders to choose raters."""
    waits = wave.state is WaveState.OPEN and not before.sent_raters
    return cancel_by(CancelledBy.CHOICE, delegate.id, wave.wave.value) if waits else []


def invite_rater(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    rater: RaterEntry,
    now: datetime,
    *,
    due_at: datetime | None = None,
    removed: Invitation | None = None,
    stopped: bool = False,
    raters_named: bool = False,
) -> list[Write]:
    """Invite one rater: permission, inbox, email and reminders. All or nothing; refused if the rater is already
    invited.

    due_at         of the first email, if that is later
    removed        the invitation of a rater who was removed and is on the list again: their new link follows the old
    stopped        the address is suppressed: everything is stored, and nothing is sent until it is replaced
    raters_named   for the delegate: a file names who gives feedback, so there is no one to choose
    """
    invitation = Invitation(
        id=invitation_id(delegate.id, wave.wave.value, rater.person.email),
        delegate_id=delegate.id,
        wave=wave.wave,
        group=rater.group,
        rater=rater.person,
        state=InvitationState.INVITED,
        link_version=removed.link_version if removed else 1,
        emails_planned=removed.emails_planned if removed else 0,
    )
    due_at = due_at or now
    later = to_raters.reminder_emails(programme, delegate, wave, invitation, due_at)
    first = to_raters.first_email(programme, delegate, wave, invitation, due_at)
    if raters_named:
        first = replace(first, words={**first.words, "raters_named": "yes"})
    return [
        invitations.ask_again(removed, invitation) if removed else invitations.add(invitation),
        invitations.add_to_inbox(invitation, delegate),
        *([] if removed else _counted(programme, wave, invitation)),
        *emails.add_all([first, *later], stopped=stopped),
    ]


def list_declined(
    delegate: Delegate, wave: DelegateWave, declined: Invitation, removed: Invitation | None = None
) -> list[Write]:
    """List a rater who declined in an earlier wave, and send them nothing.

    removed   their invitation of this wave, if they were removed and are on the list again: as for `invite_rater`
    """
    rater = declined.rater
    invitation = Invitation(
        id=invitation_id(delegate.id, wave.wave.value, rater.email),
        delegate_id=delegate.id,
        wave=wave.wave,
        group=declined.group,
        rater=rater,
        state=InvitationState.DECLINED,
        reason=declined.reason,
    )
    listed = invitations.ask_again(removed, invitation) if removed else invitations.add(invitation)
    return [listed, invitations.add_to_inbox(invitation, delegate)]


def _counted(programme: Programme, wave: DelegateWave, invitation: Invitation) -> list[Write]:
    """Count a questionnaire about another person into the rater's load. A pulse takes a minute and does not count."""
    if invitation.group == SELF_GROUP or wave.wave.is_pulse:
        return []
    return [invitations.count_request(invitation, month_of(programme, wave))]


def month_of(programme: Programme, wave: DelegateWave) -> str:
    """Return the month in which the wave closes: `2026-10`."""
    return f"{last_date(wave.closes_at, programme.organisation.timezone):%Y-%m}"
