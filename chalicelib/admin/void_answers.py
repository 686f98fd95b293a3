"""Void: destroy what one person saved or sent about a delegate while the questionnaire is open, and ask them again.

For when the wrong person answered. The new link replaces the old one. Nothing here depends on whether anything was
sent, so the administrator does not learn it: the same emails go out, and the counts of the group are hidden until the
close.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.core.addresses import clean_address
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.ids import derive
from chalicelib.core.model import (
    SELF_GROUP,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Wave,
    WaveState,
)
from chalicelib.core.reasons import NO_REASON, fault_of, one_line
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import cancel_by
from chalicelib.forms.pulse import wave_programme
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import audit_events, cohorts, delegates, emails, invitations, jobs, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.table import Changed, Write, get_many
from chalicelib.store.unreadable import read_all
from chalicelib.store.withdrawals import What, outlive
from chalicelib.waves.emails import to_raters
from chalicelib.waves.suppression import list_suppressed

BY = "command line"
MAX_RETRIES = 5  # a rater may save or send between our read and our write
EVERYONE = "everyone"  # the key in a job that voids the answers of all: none of them can be read any more
SEALED = (WaveState.OPEN, WaveState.HELD)  # a void that was asked for just before the deadline may run after it


class VoidRefused(FormInvalid):
    """No one at this address can answer now."""

    title = "Nothing was changed"


def void(cohort_id: str, address: str, now: datetime, by: str = BY, *, delegate: str = "", why: str = "") -> bool:
    """Destroy a person's answers, about one delegate or about all who are asked about now.

    delegate   the address of the delegate; empty for all

    Return False if it was done earlier on the same day: a person is asked again once a day at most. This depends on the
    day and on who is asked, never on what a rater did, so it can be said to the administrator. Damaged rows are left
    out, see `list_unreadable`.

    Raises CohortUnknown, AddressNotFound or VoidRefused.
    """
    open_now = find_open(cohort_id, address, now, delegate=delegate, why=why)
    job = _void_job(cohort_id, clean_address(address), open_now, now)
    about = sorted({invitation.delegate_id for invitation in open_now})
    logged = outlive(jobs.add(job), What.ANSWERS, now, cohort=cohort_id, links=job.about["links"])
    reason = one_line(why) or NO_REASON
    entries = [audit_events.add(cohort_id, AuditEvent.VOIDED, by, subject, now, why=reason) for subject in about]
    try:
        commit([logged, *entries], now)
    except JobExists:
        return False
    return True


def find_open(cohort_id: str, address: str, now: datetime, *, delegate: str = "", why: str = "") -> list[Invitation]:
    """Return what `void` would void. Raises what it raises."""
    if cohorts.find(cohort_id) is None:
        raise CohortUnknown(cohort_id)
    if too_long := fault_of(why):
        raise VoidRefused(FieldError("why", too_long))
    asked = _asked(cohort_id, clean_address(address))
    if not asked:
        raise AddressNotFound(clean_address(address))
    return _open_among(_chosen(cohort_id, clean_address(delegate), asked), now)


def _open_among(chosen: Iterable[Invitation], now: datetime) -> list[Invitation]:
    """Return the invitations whose questionnaires are open, without damaged ones. Raises VoidRefused if none is."""
    open_now = [
        invitation
        for invitation in chosen
        if (asked_in := delegates.find_readable_with_wave(invitation.delegate_id, invitation.wave))
        and _is_open(*asked_in, now)
    ]
    if not open_now:
        raise VoidRefused(FieldError("address", CLOSED, "none-open"))
    return open_now


def _void_job(cohort_id: str, address: str, open_now: Sequence[Invitation], now: datetime) -> Job:
    links = ",".join(
        f"{invitation.delegate_id}:{invitation.wave.value}:{invitation.id}:{invitation.link_version}"
        for invitation in open_now
    )
    person = derive(16, address, *(invitation.id for invitation in open_now))
    return JobKind.VOID.job(cohort_id, person, f"{now:%Y-%m-%d}", due_at=now, cohort=cohort_id, links=links)


CLOSED = (
    "No questionnaire of this person is open. After the close answers are stored without identity, "
    "so no one can find them."
)


def _asked(cohort_id: str, address: str) -> list[Invitation]:
    entries = [entry for entry in invitations.inbox_of(address) if entry.cohort_id == cohort_id]
    keys = [invitations.key(entry.delegate_id, entry.wave, entry.id) for entry in entries]
    asked = read_all(Invitation, get_many(keys).values() if keys else ())
    return sorted(
        (invitation for invitation in asked if invitation.state is not InvitationState.REVOKED),
        key=lambda invitation: (invitation.delegate_id, invitation.wave),
    )


def _chosen(cohort_id: str, delegate: str, asked: list[Invitation]) -> list[Invitation]:
    if not delegate:
        return asked
    wanted = {line.delegate_id for line in cohorts.list_lines(cohort_id) if line.email == delegate}
    chosen = [invitation for invitation in asked if invitation.delegate_id in wanted]
    if not chosen:
        raise VoidRefused(
            FieldError("delegate", f"This person is not asked about a delegate with the address {delegate}.")
        )
    return chosen


def _is_open(delegate: Delegate, wave: DelegateWave, now: datetime) -> bool:
    return wave.state is WaveState.OPEN and now < wave.closes_at and not delegate.withdrawn


# --- the job ------------------------------------------------------------------------------------------


def void_answers(job: Job, now: datetime) -> Sequence[Write]:
    """Void each invitation in one transaction and once: one with another link was voided by an earlier attempt.

    Counts are hidden, unless the job says that everyone's answers were lost: then they say nothing about one person.
    """
    lost = list_suppressed(job.about["cohort"])
    each_or_fail(job.about["links"].split(","), lambda link: _void_link(job, link, lost, now), "void")
    return []


def _void_link(job: Job, link: str, lost: frozenset[str], now: datetime) -> None:
    """Void an invitation, and read it again if the rater saved or sent meanwhile."""
    delegate_id, wave, invitation_id, version = link.split(":")
    for left in reversed(range(MAX_RETRIES)):
        try:
            _void(job, delegate_id, Wave(wave), invitation_id, int(version), lost, now)
            return
        except Changed:
            if not left:
                raise


def _void(
    job: Job, delegate_id: str, wave_id: Wave, invitation_id: str, version: int, lost: frozenset[str], now: datetime
) -> None:
    delegate, wave = delegates.find_with_wave(delegate_id, wave_id)
    before = invitations.find(delegate_id, wave_id, invitation_id)
    if before is None or before.link_version != version or before.state is InvitationState.REVOKED:
        return
    if wave.state not in SEALED or delegate.withdrawn:
        return
    has_declined = before.state is InvitationState.DECLINED
    after = _asked_again(before, job.id)
    writes = [*_counts(delegate, wave, before, hides=EVERYONE not in job.about), invitations.void(before, after)]
    if not has_declined:
        writes += cancel_by(CancelledBy.ANSWER, delegate.id, invitation=before.id)
        is_open, stopped = _is_open(delegate, wave, now), before.rater.email in lost
        writes += _asking(delegate, wave, after, now, stopped=stopped) if is_open else []
    commit(writes, now)


def _asked_again(before: Invitation, job_id: str) -> Invitation:
    """Return the invitation with another link, also of who declined: otherwise a lost link sent next would say so."""
    return replace(
        before,
        link_version=before.link_version + 1,
        state=before.state if before.state is InvitationState.DECLINED else InvitationState.INVITED,
        sealed=False,
        links_revoked=True,
        asked_again=derive(8, "void", job_id),
        emails_planned=before.emails_planned + 1,
    )


def _counts(delegate: Delegate, wave: DelegateWave, before: Invitation, *, hides: bool) -> Iterator[Write]:
    """Write the wave first, so that a wave that was closed or extended since it was read refuses the void."""
    counted = not wave.wave.is_pulse and before.group != SELF_GROUP
    unchanged = delegates.still_open(wave) if wave.state is WaveState.OPEN else delegates.still_in_state(wave)
    yield delegates.hide_counts(wave, [before.group]) if counted and hides else unchanged
    if not wave.wave.is_pulse:
        yield from _line_writes(delegate, before, hides=hides)


def _asking(delegate: Delegate, wave: DelegateWave, after: Invitation, now: datetime, *, stopped: bool) -> list[Write]:
    """Ask again while it is of use: after the deadline only the notice of a later one asks."""
    programme = wave_programme(programmes.load(delegate.programme_id, delegate.programme_version), wave)
    later = to_raters.reminder_emails(programme, delegate, wave, after, now)
    again = to_raters.asked_again_email(programme, delegate, wave, after, now)
    return emails.add_all([again, *later], stopped=stopped)


def _line_writes(delegate: Delegate, before: Invitation, *, hides: bool) -> Iterator[Write]:
    hidden = cohorts.hide_counts(before.group) if before.group != SELF_GROUP and hides else {}
    answered = before.state is InvitationState.ANSWERED
    fewer = cohorts.subtract_answered(before.group) if answered else {}
    if hidden or fewer:
        yield cohorts.change_line(delegate, put=hidden, add=fewer, wave=before.wave)
