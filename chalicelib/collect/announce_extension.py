"""Announce a new deadline to everyone who has not answered or not chosen raters, and reschedule reminders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.formatting import last_day
from chalicelib.core.model import (
    SELF_GROUP,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Programme,
    Wave,
    WaveState,
)
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import list_cancelled_by
from chalicelib.jobs.commit import commit
from chalicelib.store import delegates, emails, invitations, jobs, programmes
from chalicelib.store.delegates import Approval
from chalicelib.store.emails import Email
from chalicelib.store.invitations import InvitationChanged
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.waves import first_email, lifecycle
from chalicelib.waves.emails import about_lists, to_raters
from chalicelib.waves.suppression import list_suppressed_for_reminders


class ExtensionEmails(Struct, frozen=True):
    """The changes for one rater. Computed from the moment of the extension, so that a repeat finds them done."""

    new: tuple[Email, ...]  # emails to create
    outdated: tuple[str, ...]  # ids of emails with an earlier last day, which must not be sent
    first: Email | None  # the rater's first email, if it still waits with an earlier last day

    @property
    def is_done(self) -> bool:
        return not self.new and not self.outdated and not self.first


def announce_extension(job: Job, now: datetime) -> Sequence[Write]:
    """Email each rater in one transaction; skip raters who were emailed or have answered in the meantime.

    If more time was given before this ran, the later job announces both extensions.
    """
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    extension = int(job.about.get("extension", wave.extensions))  # absent in jobs of earlier versions
    if wave.state is not WaveState.OPEN or wave.extensions > extension:
        return []
    extended_at = datetime.fromisoformat(job.about["at"]) if "at" in job.about else now
    lost = list_suppressed_for_reminders(delegate.cohort_id)
    asked = [
        invitation
        for invitation in invitations.of_delegate(delegate.id, wave.wave)
        if invitation.state is InvitationState.INVITED
    ]
    planned = list_cancelled_by(CancelledBy.ANSWER, delegate.id, wave.wave.value)  # read after the invitations
    first_emails = first_email.find_all(delegate.id, wave.wave)
    for invitation in asked:
        own = [email_id for email_id in planned if invitation.id in email_id.split("#")]
        first = first_emails.get(invitation.id)
        changes = _extension_emails(programme, delegate, wave, invitation, own, first, extended_at, now)
        _send_to(programme, wave, invitation, changes, lost, now)
    return _still_to_choose(programme, delegate, wave, extended_at, now)


def _extension_emails(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    invitation: Invitation,
    planned: Sequence[str],
    first: Email | None,
    extended_at: datetime,
    now: datetime,
) -> ExtensionEmails:
    """Return the emails to create. `planned` are ids of emails to this rater that an answer cancels.

    If the rater's first email still waits, it names the new last day, and nothing is announced. A late repeat makes no
    reminder whose morning has passed: the announcement replaces it.
    """
    waits = first is not None and first_email.is_waiting(first)
    told_by_first = first is not None and (waits or _is_last_word(first, wave, planned))
    begins = max(extended_at, first.due_at) if first and told_by_first else extended_at
    needed = to_raters.reminder_emails(programme, delegate, wave, invitation, begins)
    still_to_come = [email for email in needed if extended_at == now or email.due_at > now]
    if invitation.group != SELF_GROUP and not told_by_first:
        announcement = to_raters.extension_email(programme, delegate, wave, invitation, extended_at)
        needed, still_to_come = [announcement, *needed], [announcement, *still_to_come]
    ids = {email.id for email in needed}
    return ExtensionEmails(
        new=tuple(email for email in still_to_come if email.id not in planned),
        outdated=tuple(email_id for email_id in planned if email_id not in ids),
        first=first if waits and first and first.good_until != wave.closes_at else None,
    )


def _is_last_word(first: Email, wave: DelegateWave, planned: Sequence[str]) -> bool:
    """Return whether the first email named the present last day, and no later email another."""
    return first.good_until == wave.closes_at and not any(map(to_raters.is_extension, planned))


def _send_to(
    programme: Programme,
    wave: DelegateWave,
    invitation: Invitation,
    changes: ExtensionEmails,
    lost: Collection[str],
    now: datetime,
) -> None:
    """Email one rater. Raises InvitationChanged, for a repeat, if something changed and they have not answered."""
    if changes.is_done:
        return
    closes = last_day(wave.closes_at, programme.organisation.timezone)
    writes = [
        invitations.plan_emails(invitation),
        *(emails.change_last_day(first, closes, wave.closes_at) for first in [changes.first] if first),
        *(emails.cancel(email_id) for email_id in changes.outdated),
        *emails.add_all(changes.new, stopped=invitation.rater.email in lost),
    ]
    try:
        commit(writes, now)
    except InvitationChanged:
        newer = invitations.find(invitation.delegate_id, invitation.wave, invitation.id)
        if newer is not None and newer.state is InvitationState.INVITED:
            raise


def _still_to_choose(
    programme: Programme, delegate: Delegate, wave: DelegateWave, extended_at: datetime, now: datetime
) -> list[Write]:
    """Remind who holds a list up, the delegate or its approver: until it is sent no one can answer."""
    if wave.wave.is_pulse:
        return []
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    if nomination.approval is Approval.ASKED:
        job = lifecycle.ask_approver_job(nomination, now, extension=str(wave.extensions))
        return [] if jobs.find(job.id) else [jobs.add(job)]
    if nomination.sent_raters:
        return []
    email = replace(about_lists.choose_chaser(programme, delegate, wave, extended_at), due_at=now)
    return [] if emails.find(email.id) else emails.add(email)
