"""Close a wave: no more answers, unseal them, store them cut from identity, destroy the key.

Every step may be repeated. The key goes last, and only after every answer that was sent has been counted in its row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.collect import encryption, pages
from chalicelib.collect.emails import too_few_email
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
from chalicelib.core.settings import settings
from chalicelib.forms.pulse import wave_programme
from chalicelib.jobs.kinds import JobKind
from chalicelib.results.answer_counts import has_enough_counted
from chalicelib.results.partition import cells_of
from chalicelib.store import cohorts, delegates, emails, invitations, jobs, programmes, responses, wave_keys
from chalicelib.store.cohorts import DelegateStatus
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write, transact, update_one
from chalicelib.waves.emails import about_lists


def close_wave(job: Job, now: datetime) -> Sequence[Write]:
    """At the deadline, or because the administrator says so (`publish`: even with too few answers)."""
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    if wave.state in (WaveState.CLOSED, WaveState.WITHDRAWN) or (wave.state is WaveState.OPEN and wave.closes_at > now):
        return []  # done by another job, or the deadline was extended and has a job of its own
    programme = wave_programme(programmes.load(delegate.programme_id, delegate.programme_version), wave)
    if wave.state is not WaveState.CLOSING:
        forced = "publish" in job.about or wave.wave is Wave.PULSE
        if wave.state is WaveState.HELD and not forced:
            return []
        asked = list(invitations.of_delegate(delegate.id, wave.wave))
        if not forced and _needs_decision(programme, delegate, wave, asked):
            _stop_reminders(programme, delegate, wave, asked)
            return _hold(programme, delegate, wave, asked, now)
        transact([delegates.end_wave(wave, WaveState.CLOSING)])
    _cut_from_identity(programme, delegate, wave)
    return [
        delegates.move_wave(delegate.id, wave.wave, WaveState.CLOSED, WaveState.CLOSING),
        *_what_follows(delegate, wave, at_once="publish" in job.about, now=now),
    ]


def _what_follows(delegate: Delegate, wave: DelegateWave, *, at_once: bool, now: datetime) -> list[Write]:
    """A pulse is published by itself; a report is printed when the figures of its cohort are frozen."""
    about = {"delegate": delegate.id, "wave": wave.wave.value}
    if wave.wave is Wave.PULSE:
        return [jobs.add(JobKind.PULSE_RESULTS.job(delegate.id, wave.wave, due_at=now, **about))]
    about |= {"cohort": delegate.cohort_id} | ({"at_once": "yes"} if at_once else {})
    return [
        jobs.add(JobKind.COHORT_FIGURES.job(delegate.cohort_id, wave.wave, delegate.id, due_at=now, **about)),
        cohorts.change_line(delegate, put={"stage": DelegateStatus.SCORING}, wave=wave.wave),
    ]


def _needs_decision(programme: Programme, delegate: Delegate, wave: DelegateWave, asked: Iterable[Invitation]) -> bool:
    """Whether an administrator decides if there is a report.

    Once a group's answers are counted for no one, because some may have been taken out, the answers themselves must not
    decide: beside the count of the morning before, that would tell whether there were any to take out. What pages show
    already decides then.
    """
    if not wave.counts_hidden:
        return has_too_few_answers(programme, asked)
    _, line = cohorts.find_with_line(delegate.cohort_id, delegate.id, wave.wave)
    return line is None or not has_enough_counted(programme, line.visible_counts)


def has_too_few_answers(programme: Programme, asked: Iterable[Invitation]) -> bool:
    """Whether a report would hold too little: fewer raters than the programme wants, or none in a safe group."""
    counts = Counter(one.group for one in asked if one.state is InvitationState.ANSWERED and one.group != SELF_GROUP)
    cells = cells_of(counts, programme.anonymous_groups, programme.threshold)
    return counts.total() < programme.minimum_responses or not cells


def _stop_reminders(programme: Programme, delegate: Delegate, wave: DelegateWave, asked: Iterable[Invitation]) -> None:
    """A wave that ends early has reminders to come: to raters, to choose raters, to look at the list."""
    ids = [mail_id for one in asked if one.state is InvitationState.INVITED for mail_id in one.reminders]
    if wave.wave is not Wave.PULSE:
        ids += about_lists.list_reminders(programme, delegate, wave)
    emails.cancel_all(ids)


def _cut_from_identity(programme: Programme, delegate: Delegate, wave: DelegateWave) -> None:
    asked = list(invitations.of_delegate(delegate.id, wave.wave))
    _stop_reminders(programme, delegate, wave, asked)
    key = wave_keys.find(delegate.id, wave.wave)
    if key:  # else an earlier attempt came as far as the end
        sent = [one for one in asked if one.sent is not None]
        responses.store(
            delegate.id,
            wave.wave,
            {encryption.response_id(key.shuffle, one.id): _response(programme, one, key.seal) for one in sent},
        )
    _verify(delegate, wave, asked)
    emails.forget(mail_id for one in asked for mail_id in one.reminders)
    for one in asked:  # who did not answer too: every row is left alike, and an open page cannot save any more
        update_one(invitations.empty(one))
    wave_keys.destroy(delegate.id, wave.wave)


def _response(programme: Programme, invitation: Invitation, key: bytes) -> Response:
    saved = encryption.unseal_pages(key, invitation, invitation.sent or {})
    answers = pages.answers(saved, pages.pages(programme, invitation.group))
    person = invitation.rater if programme.group(invitation.group).has_named_people else None
    return Response(invitation.group, answers, person)


def _verify(delegate: Delegate, wave: DelegateWave, asked: Iterable[Invitation]) -> None:
    """Raises RuntimeError unless every rater who sent answers has a stored response; then nothing is destroyed."""
    answered = Counter(one.group for one in asked if one.state is InvitationState.ANSWERED)
    stored = Counter(response.group for response in responses.of_wave(delegate.id, wave.wave))
    if answered != stored:
        raise RuntimeError(f"{answered.total()} raters answered, {stored.total()} responses are stored")


def _hold(
    programme: Programme, delegate: Delegate, wave: DelegateWave, asked: Sequence[Invitation], now: datetime
) -> list[Write]:
    """Too few answers: nothing more is accepted, and the administrator decides."""
    return [
        delegates.end_wave(wave, WaveState.HELD),
        cohorts.change_line(delegate, put={"stage": DelegateStatus.HELD}, wave=wave.wave),
        *(emails.add(too_few_email(programme, delegate, wave, asked, to, now)) for to in settings().administrators),
    ]
