"""The job that tells everyone who has not answered, or not chosen raters, of the new deadline, and reminds them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

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
from chalicelib.jobs.commit import commit
from chalicelib.store import delegates, emails, invitations, programmes
from chalicelib.store.delegates import Approval
from chalicelib.store.emails import Email
from chalicelib.store.invitations import InvitationChanged
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write
from chalicelib.waves.emails import about_lists, to_raters
from chalicelib.waves.suppression import list_suppressed


class Told(Struct, frozen=True):
    """What changes for one rater. Computed from the moment of the extension, so that a repeat finds it done."""

    new: tuple[Email, ...]  # emails to be made
    kept: tuple[str, ...]  # ids of emails of this extension that are there already
    outdated: tuple[str, ...]  # ids of emails with an earlier last day, which must not go out

    @property
    def is_done(self) -> bool:
        return not self.new and not self.outdated


def announce_extension(job: Job, now: datetime) -> Sequence[Write]:
    """Each rater in one transaction; who was told, or has answered in the meantime, is passed over.

    If time was given once more before this ran, the later job tells of both.
    """
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    extension = int(job.about.get("extension", wave.extensions))  # not in jobs that were made before they said so
    if wave.state is not WaveState.OPEN or wave.extensions > extension:
        return []
    extended_at = datetime.fromisoformat(job.about["at"]) if "at" in job.about else now
    lost = list_suppressed(delegate.cohort_id)
    for invitation in invitations.of_delegate(delegate.id, wave.wave):
        if invitation.state is InvitationState.INVITED:
            told = _told(programme, delegate, wave, invitation, extended_at, now)
            _tell(invitation, told, lost, now)
    return _still_to_choose(programme, delegate, wave, extended_at, now)


def _told(
    programme: Programme,
    delegate: Delegate,
    wave: DelegateWave,
    invitation: Invitation,
    extended_at: datetime,
    now: datetime,
) -> Told:
    """A repeat days later makes no reminder whose morning has passed: the rater hears of the new day instead."""
    wanted = to_raters.reminder_emails(programme, delegate, wave, invitation, extended_at)
    still_to_come = [mail for mail in wanted if extended_at == now or mail.due_at > now]
    if invitation.group != SELF_GROUP:
        first = to_raters.extension_email(programme, delegate, wave, invitation, extended_at)
        wanted, still_to_come = [first, *wanted], [first, *still_to_come]
    ids = {mail.id for mail in wanted}
    return Told(
        new=tuple(mail for mail in still_to_come if mail.id not in invitation.reminders),
        kept=tuple(mail_id for mail_id in invitation.reminders if mail_id in ids),
        outdated=tuple(mail_id for mail_id in invitation.reminders if mail_id not in ids),
    )


def _tell(invitation: Invitation, told: Told, lost: Collection[str], now: datetime) -> None:
    """Raises InvitationChanged, for a repeat, if the rater still has not answered but something else changed.

    The invitation goes on naming outdated emails, because the close deletes those that it names.
    """
    if told.is_done:
        return
    writes = [
        invitations.change_reminders(invitation, (*(mail.id for mail in told.new), *told.kept, *told.outdated)),
        *(emails.cancel(mail_id) for mail_id in told.outdated),
        *(emails.add(mail, stopped=mail.to.email in lost) for mail in told.new),
    ]
    try:
        commit(writes, now)
    except InvitationChanged:
        found = invitations.find(invitation.delegate_id, invitation.wave, invitation.id)
        if found is not None and found.state is InvitationState.INVITED:
            raise


def _still_to_choose(
    programme: Programme, delegate: Delegate, wave: DelegateWave, extended_at: datetime, now: datetime
) -> list[Write]:
    """No one can answer about a delegate who has not chosen raters, however much time there is."""
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    if nomination.sent_raters or nomination.approval is Approval.ASKED:
        return []
    mail = replace(about_lists.choose_chaser(programme, delegate, wave, extended_at), due_at=now)
    return [] if emails.find(mail.id) else [emails.add(mail)]
