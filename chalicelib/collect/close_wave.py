"""Close a wave: accept no more answers, decrypt them, store them without identity, delete the key.

Every step may be repeated. The key goes last, and only after every submitted answer was counted in its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.collect import encryption, pages
from chalicelib.collect.emails import closed_email, too_few_email
from chalicelib.core import log
from chalicelib.core.answers import Response
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
from chalicelib.emails.waiting import list_cancelled_by, list_overtaken
from chalicelib.forms.pulse import stored_group, wave_programme
from chalicelib.jobs.kinds import JobKind
from chalicelib.results.answer_counts import has_enough_counted
from chalicelib.results.layout import cells_heard
from chalicelib.store import (
    administrator_rights,
    cohorts,
    delegates,
    emails,
    invitations,
    jobs,
    programmes,
    responses,
    waiting_emails,
    wave_keys,
)
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write, transact, update_one
from chalicelib.store.wave_keys import WaveKey
from chalicelib.waves.without_key import hold_without_key


class KeyLost(Exception):
    """The key was destroyed and the answers are not stored: the table was restored to before the close."""


def close_wave(job: Job, now: datetime) -> Sequence[Write]:
    """Close at the deadline, or at the administrator's request (`publish`: even with too few answers)."""
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    if wave.state in (WaveState.CLOSED, WaveState.WITHDRAWN) or (wave.state is WaveState.OPEN and wave.closes_at > now):
        return []  # closed by another job, or the deadline was extended and has a job of its own
    if wave.without_key:
        return []  # an administrator settles it
    programme = wave_programme(programmes.load(delegate.programme_id, delegate.programme_version), wave)
    if wave.state is not WaveState.CLOSING:
        forced = "publish" in job.about or wave.wave.is_pulse
        if wave.state is WaveState.HELD and not forced:
            return []
        invited = list(invitations.of_delegate(delegate.id, wave.wave))
        if not forced and _needs_decision(programme, delegate, wave, invited):
            _stop_reminders(delegate, wave)
            return _hold(programme, delegate, wave, invited, now)
        transact([delegates.end_wave(wave, WaveState.CLOSING)])
    try:
        _cut_from_identity(programme, delegate, wave)
    except KeyLost as lost:
        log.error("answers_lost", lost, delegate=delegate.id, wave=wave.wave.value)
        if not wave.wave.is_pulse:
            return hold_without_key(programme, delegate, wave, now)
        _empty(list(invitations.of_delegate(delegate.id, wave.wave)))  # a round ends as one without answers
    return [
        delegates.move_wave(delegate.id, wave.wave, WaveState.CLOSED, WaveState.CLOSING),
        *_what_follows(programme, delegate, wave, at_once="publish" in job.about, now=now),
    ]


def _what_follows(
    programme: Programme, delegate: Delegate, wave: DelegateWave, *, at_once: bool, now: datetime
) -> list[Write]:
    """Return the next job: a pulse is published by itself; a report waits for the snapshot of its cohort's figures."""
    about = {"delegate": delegate.id, "wave": wave.wave.value}
    if wave.wave.is_midway:
        return [jobs.add(JobKind.ROUND_RESULTS.job(delegate.id, wave.wave, due_at=now, **about))]
    if wave.wave.is_pulse:
        return [jobs.add(JobKind.PULSE_RESULTS.job(delegate.id, wave.wave, due_at=now, **about))]
    about |= {"cohort": delegate.cohort_id} | ({"at_once": "yes"} if at_once else {})
    return [
        jobs.add(JobKind.COHORT_FIGURES.job(delegate.cohort_id, wave.wave, delegate.id, due_at=now, **about)),
        cohorts.change_line(delegate, put=cohorts.set_feedback(FeedbackState.SCORING), wave=wave.wave),
        *emails.add(closed_email(programme, delegate, wave, now)),
    ]


def _needs_decision(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invited: Iterable[Invitation]
) -> bool:
    """Return whether an administrator decides if there is a report.

    Once a group's answers are not counted on any page, because some may have been taken out, the answers themselves
    must not decide: compared with the count of the morning before, that would reveal whether there were any to take
    out. The counts on the pages decide instead.
    """
    if not wave.counts_hidden:
        return has_too_few_answers(programme, invited)
    _, line = cohorts.find_with_line(delegate.cohort_id, delegate.id, wave.wave)
    return line is None or not has_enough_counted(programme, line.visible_counts)


def has_too_few_answers(programme: Programme, invited: Iterable[Invitation]) -> bool:
    """Return whether a report would hold too little: fewer raters than the programme needs, or none in a safe group."""
    counts = Counter(
        invitation.group
        for invitation in invited
        if invitation.state is InvitationState.ANSWERED and invitation.group != SELF_GROUP
    )
    cells = cells_heard(programme, counts)
    return counts.total() < programme.minimum_responses or not cells


def _stop_reminders(delegate: Delegate, wave: DelegateWave) -> None:
    """Cancel what waits of a wave that ends: reminders to answer, to choose raters, to check the list; more time."""
    waiting_emails.cancel_all(list_overtaken(delegate.id, wave.wave.value))


def _cut_from_identity(programme: Programme, delegate: Delegate, wave: DelegateWave) -> None:
    invited = list(invitations.of_delegate(delegate.id, wave.wave))
    _stop_reminders(delegate, wave)
    key = wave_keys.find(delegate.id, wave.wave)
    if key:  # otherwise an earlier attempt finished this step
        sent = [invitation for invitation in invited if invitation.sent is not None]
        responses.store(
            delegate.id,
            wave.wave,
            {
                encryption.response_id(key.shuffle, invitation.id): _response(programme, invitation, key.seal)
                for invitation in sent
            },
        )
    _verify(delegate, wave, invited, key)
    waiting_emails.forget(list_cancelled_by(CancelledBy.ANSWER, delegate.id, wave.wave.value))
    _empty(invited)
    wave_keys.destroy(delegate.id, wave.wave)


def _empty(invited: Iterable[Invitation]) -> None:
    """Remove sealed answers, also of raters who did not answer: all rows look alike, and an open page saves no more."""
    for invitation in invited:
        update_one(invitations.empty(invitation))


def empty_unreadable(job: Job, now: datetime) -> Sequence[Write]:
    """Remove the sealed answers of a wave whose key is gone, once it is settled."""
    _empty(list(invitations.of_delegate(job.about["delegate"], Wave(job.about["wave"]))))
    return []


def _response(programme: Programme, invitation: Invitation, key: bytes) -> Response:
    saved = encryption.unseal_pages(key, invitation, invitation.sent or {})
    answers = pages.answers(saved, pages.pages(programme, invitation.group))
    person = invitation.rater if programme.group(invitation.group).has_named_people else None
    return Response(stored_group(invitation.wave, invitation.group), answers, person)


def _verify(delegate: Delegate, wave: DelegateWave, invited: Iterable[Invitation], key: WaveKey | None) -> None:
    """Check that every rater who submitted answers has a stored response.

    Raises KeyLost or RuntimeError before anything is deleted.
    """
    answered = Counter(
        stored_group(wave.wave, invitation.group)
        for invitation in invited
        if invitation.state is InvitationState.ANSWERED
    )
    stored = Counter(response.group for response in responses.of_wave(delegate.id, wave.wave))
    if answered != stored:
        fault = RuntimeError if key else KeyLost
        raise fault(f"{answered.total()} raters answered, {stored.total()} responses are stored")


def _hold(
    programme: Programme, delegate: Delegate, wave: DelegateWave, invited: Sequence[Invitation], now: datetime
) -> list[Write]:
    """Hold a wave with too few answers: accept no more, and let the administrator decide."""
    return [
        delegates.end_wave(wave, WaveState.HELD),
        cohorts.change_line(delegate, put=cohorts.set_feedback(FeedbackState.HELD), wave=wave.wave),
        *emails.add_all(
            too_few_email(programme, delegate, wave, invited, to, now)
            for to in administrator_rights.list_administrators(programme.id)
        ),
    ]
