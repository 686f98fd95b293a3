"""Run the mid-way rounds of a cohort: ask delegates to check the wordings, open, publish.

Each cohort has one job, which plans its own next run. Each run reads the sessions as they are then, so a round moves
with its workshop. It checks states before it acts, so a repeat changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.areas.openings import released_wave
from chalicelib.core.clock import stamp
from chalicelib.core.midway_rounds import RoundDates, plan_rounds
from chalicelib.core.model import Cohort, Delegate, DelegateWave, Programme, PulseArea, Standing, Wave, WaveState
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.forms.pulse import fewest_raters, wave_programme
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.jobs.kinds import JobKind, morning_of
from chalicelib.pulse import emails as letters
from chalicelib.pulse.asked import Asked, asked_from, list_in_words, list_raters
from chalicelib.pulse.machine import CLOSE, DROP, LACK_ANSWERS, LACK_RATERS, LEAVE, OPEN, PUBLISH, ROUND
from chalicelib.pulse.result import cohort_mean, round_result
from chalicelib.results.publish import publish
from chalicelib.store import (
    areas,
    audit_events,
    cohorts,
    delegates,
    emails,
    jobs,
    programmes,
    pulse_rounds,
    responses,
    wave_keys,
    workshops,
)
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import load_record
from chalicelib.store.invitations import InvitationExists
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.marshal import Row
from chalicelib.store.pulse_rounds import MeanExists, Round, RoundChanged, RoundResult, RoundState, Why
from chalicelib.store.table import Write
from chalicelib.store.unreadable import list_unreadable
from chalicelib.store.wave_keys import WaveKey
from chalicelib.waves import lifecycle
from chalicelib.waves.suppression import list_suppressed

SYSTEM = "system"
A_DAY, MAX_WAIT = timedelta(days=1), timedelta(days=14)  # how often and how long to wait for a late round


class Running(Struct, frozen=True):
    """One run of a cohort's job.

    morning   when its emails go out
    left_out  by delegate, why a step could not be done; the other steps, and the next run, are not kept waiting
    """

    cohort: Cohort
    programme: Programme
    days: WorkingDays
    now: datetime
    morning: datetime
    left_out: dict[str, str] = field(default_factory=dict)

    def do_for_each(self, ids: Sequence[str], work: Callable[[str], object], label: str) -> None:
        _, left_out = each(ids, work, label)
        self.left_out.update(left_out)


class Case(Struct, frozen=True):
    """One delegate, as read."""

    delegate: Delegate
    programme: Programme
    days: WorkingDays
    rows: tuple[Row, ...]

    @property
    def asked(self) -> Asked:
        return asked_from(self.rows)

    @property
    def live_areas(self) -> list[areas.Area]:
        """Return the areas that the delegate sees: none before a report is released."""
        wave = released_wave(self.rows)
        return [area for area in areas.from_rows(self.rows, wave) if area.is_live] if wave else []

    def find(self, wave: Wave) -> Round | None:
        return pulse_rounds.find_in(self.rows, wave)


def load_case(delegate_id: str) -> Case:
    """Load what a job reads of a delegate. Raises LookupError if there is no such delegate."""
    record = load_record(delegate_id)
    delegate = record.delegate
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    cohort = cohorts.find(delegate.cohort_id)
    days = working_days(programme.organisation, cohort.dates.closed if cohort else ())
    return Case(delegate, programme, days, tuple(record.rows))


# --- a cohort ---------------------------------------------------------------------------------------------------


def prepare_rounds(job: Job, now: datetime) -> Sequence[Write]:
    """Do what is due for each round of a cohort, and plan the next run."""
    cohort = cohorts.find(job.about["cohort"])
    if cohort is None:
        return []
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    days = working_days(programme.organisation, cohort.dates.closed)
    running = Running(cohort, programme, days, now, morning_of(job, now))
    rounds = list(plan_rounds(programme, cohort, workshops.list_sessions(cohort.id)))
    lines = list(cohorts.list_lines(cohort.id))
    waits = [_prepare(running, dates, [line.delegate_id for line in lines if not line.withdrawn]) for dates in rounds]
    if rounds:
        gone = [line.delegate_id for line in lines if line.withdrawn]
        running.do_for_each(gone, partial(_end, now), "end of rounds")
    moments = [at for dates in rounds for at in (dates.asked_at, dates.prepared_at, dates.mean_at) if at > now]
    moments += [now + A_DAY] if any(waits) else []
    if moments:
        with suppress(JobExists):  # an earlier act has planned a job for that moment
            commit([jobs.add(rounds_job(cohort.id, stamp(min(moments)), min(moments)))], now)
    fail_for(running.left_out)
    return []


def rounds_job(cohort_id: str, cause: str, due_at: datetime) -> Job:
    return JobKind.ROUNDS.job(cohort_id, cause, due_at=due_at, cohort=cohort_id)


def _prepare(running: Running, dates: RoundDates, ids: Sequence[str]) -> bool:
    """Do what is due for one round. Return whether the cohort's mean waits for a round that is not published yet."""
    now = running.now
    if now < dates.closes_at:
        running.do_for_each(ids, partial(_follow_workshop, dates, now), "new dates of a mid-way round")
    if dates.asked_at <= now < dates.opens_at:
        ask = partial(_ask_to_check, dates, now, max(running.morning, dates.check_at))
        running.do_for_each(ids, ask, "mid-way round")
    if dates.prepared_at <= now < dates.closes_at:
        _start_opening(dates, ids, now)
    return dates.mean_at <= now and _publish_mean(running, dates, ids)


def _ask_to_check(dates: RoundDates, now: datetime, morning: datetime, delegate_id: str) -> None:
    """Plan the round of one delegate, and ask them to check the wordings."""
    case = load_case(delegate_id)
    writes = list(_planning(case, dates, morning)) if case.find(dates.wave) is None else []
    if writes:
        with suppress(RoundChanged):  # another run was here
            commit(writes, now)


def _follow_workshop(dates: RoundDates, now: datetime, delegate_id: str) -> None:
    """Move the planned round of one delegate to new dates."""
    planned = pulse_rounds.find_in(delegates.load_rows(delegate_id), dates.wave)
    if planned is None or planned.state not in ROUND.before(DROP):
        return
    moved = replace(planned, opens_at=dates.opens_at, closes_at=dates.closes_at)
    if moved != planned:
        with suppress(RoundChanged):  # the delegate has just saved it; the next run moves it
            commit([pulse_rounds.change(planned, moved)], now)


def _planning(case: Case, dates: RoundDates, morning: datetime) -> Iterator[Write]:
    baseline = case.asked.waves.get(Wave.BASELINE)
    is_ready = baseline is not None and baseline.state is WaveState.CLOSED and case.live_areas
    if not is_ready or case.delegate.standing is not Standing.ACTIVE:
        return
    new = Round(case.delegate.id, dates.wave, RoundState.PLANNED, dates.opens_at, dates.closes_at)
    if _has_enough(case, dates.opens_at):
        yield pulse_rounds.add(new)
        yield from emails.add(letters.check_email(case.programme, case.delegate, new, morning))
    else:
        yield pulse_rounds.add(replace(new, state=ROUND.move(new.state, LACK_RATERS, By.SYSTEM), why=Why.FEW_RATERS))


def _has_enough(case: Case, opens_at: datetime) -> bool:
    return len(list_raters(case.programme, case.asked, opens_at)) >= fewest_raters(case.programme)


def _start_opening(dates: RoundDates, ids: Sequence[str], now: datetime) -> None:
    """Add a job for each delegate, because asking all raters takes longer than one run may last."""
    for delegate_id in ids:
        about = {"delegate": delegate_id, "wave": dates.wave.value}
        with suppress(JobExists):
            commit([jobs.add(JobKind.OPEN_ROUND.job(delegate_id, dates.wave, due_at=now, **about))], now)


def _end(now: datetime, delegate_id: str) -> None:
    """End the rounds of a delegate who has left."""
    for pulse_round in pulse_rounds.from_rows(delegates.load_rows(delegate_id)):
        if ROUND.allows(pulse_round.state, LEAVE, By.SYSTEM):
            commit([_moved(pulse_round, LEAVE, Why.LEFT)], now)


def _read_round(wave: Wave, delegate_id: str) -> tuple[Round | None, list[RoundResult]]:
    own = tuple(delegates.load_rows(delegate_id))
    return pulse_rounds.find_in(own, wave), [result for result in pulse_rounds.results_from(own) if result.wave is wave]


def _publish_mean(running: Running, dates: RoundDates, ids: Sequence[str]) -> bool:
    """Publish the cohort's mean once. Return whether it still waits for rounds that have not ended."""
    if pulse_rounds.find_mean(running.cohort.id, dates.wave):
        return False
    read, broken = each(ids, partial(_read_round, dates.wave), "mean of a mid-way round")
    held = [pulse_round for pulse_round, _ in read.values() if pulse_round]
    is_waiting = bool(broken or list_unreadable()) or any(pulse_round.state not in ROUND.ends for pulse_round in held)
    if is_waiting and running.now < dates.mean_at + MAX_WAIT:
        return True
    results = [result for _, results in read.values() for result in results]
    if mean := cohort_mean(running.cohort.id, results) if results else None:
        with suppress(MeanExists):
            commit([pulse_rounds.add_mean(mean)], running.now)
    return False


# --- one delegate: open ---------------------------------------------------------------------------------------------


def open_round(job: Job, now: datetime) -> Sequence[Write]:
    """Open one delegate's round and ask the raters. A repeat continues where the last attempt stopped."""
    case, wave = load_case(job.about["delegate"]), Wave(job.about["wave"])
    planned = case.find(wave)
    if planned is None or now >= planned.closes_at:
        return []
    if planned.state is RoundState.OPEN:
        _ask_raters(case, wave, now)
        return []
    if planned.state not in ROUND.before(DROP):
        return []
    return _opening(case, planned, now)


def _opening(case: Case, planned: Round, now: datetime) -> Sequence[Write]:
    wordings = approved(planned, case.live_areas)
    if case.delegate.standing is not Standing.ACTIVE:
        return [_moved(planned, LEAVE, Why.PAUSED if case.delegate.pause else Why.LEFT)]
    if not _has_enough(case, planned.opens_at):
        return [_moved(planned, LACK_RATERS, Why.FEW_RATERS)]
    if not wordings:
        return _dropping(case, planned, now)
    _open(case, planned, wordings, now)
    _ask_raters(load_case(case.delegate.id), planned.wave, now)
    return []


def approved(planned: Round, live: Sequence[areas.Area]) -> tuple[PulseArea, ...]:
    """Return the areas whose present words the delegate has approved."""
    return tuple(
        PulseArea(area.id, area.words_for_others)
        for area in live
        if planned.checked.get(area.id) == area.words_for_others
    )


def _dropping(case: Case, planned: Round, now: datetime) -> list[Write]:
    delegate = case.delegate
    letter = letters.not_held_email(case.programme, delegate, planned, max(now, planned.opens_at))
    about = {"round": planned.wave.round_words}
    return [
        _moved(planned, DROP, Why.NONE_CHECKED),
        audit_events.add(delegate.cohort_id, AuditEvent.DROPPED_ROUND, SYSTEM, delegate.id, now, **about),
        *emails.add(letter),
    ]


def _moved(before: Round, act: str, why: Why | None = None) -> Write:
    return pulse_rounds.change(before, replace(before, state=ROUND.move(before.state, act, By.SYSTEM), why=why))


def _open(case: Case, planned: Round, wordings: tuple[PulseArea, ...], now: datetime) -> None:
    """Open the wave. Make its key first, because no answer can be stored without it."""
    delegate = case.delegate
    wave = DelegateWave(
        delegate_id=delegate.id,
        wave=planned.wave,
        state=WaveState.OPEN,
        opens_at=planned.opens_at,
        closes_at=planned.closes_at,
        areas=wordings,
        compared_with=case.asked.waves[Wave.BASELINE].opens_at,
        closed=case.asked.waves[Wave.BASELINE].closed,
    )
    wave_keys.create(delegate.id, wave.wave, WaveKey(seal=os.urandom(32), shuffle=os.urandom(32)))
    about = {"round": wave.wave.round_words, "areas": str(len(wordings))}
    writes = [
        _moved(planned, OPEN),
        delegates.add_wave(wave),
        jobs.add(lifecycle.close_job(wave)),
        audit_events.add(delegate.cohort_id, AuditEvent.OPENED_ROUND, SYSTEM, delegate.id, now, **about),
    ]
    commit(writes, now)


def _ask_raters(case: Case, wave_id: Wave, now: datetime) -> None:
    """Ask each rater in one transaction. Skip those who have been asked. A rater's emails are due at the same time."""
    wave = case.asked.waves[wave_id]
    if wave.state is not WaveState.OPEN:
        return
    programme, lost = wave_programme(case.programme, wave), list_suppressed(case.delegate.cohort_id)
    before = Asked({k: v for k, v in case.asked.waves.items() if k is not wave_id}, case.asked.invitations)
    for rater in list_raters(case.programme, before, wave.opens_at):
        stopped = rater.person.email in lost
        moment = max(now, wave.opens_at)
        with suppress(InvitationExists):
            commit(lifecycle.invite_rater(programme, case.delegate, wave, rater, moment, stopped=stopped), now)


# --- one delegate: publish --------------------------------------------------------------------------------------------


def publish_round(job: Job, now: datetime) -> Sequence[Write]:
    """Publish what raters see so far, by the rules of the report."""
    case, wave_id = load_case(job.about["delegate"]), Wave(job.about["wave"])
    opened = case.find(wave_id)
    if opened is not None and opened.state is RoundState.OPEN:
        commit([_moved(opened, CLOSE)], now)
        opened = load_case(case.delegate.id).find(wave_id)
    if opened is None or opened.state is not RoundState.CLOSED:
        return []
    return _publishing(case, opened, now)


def _publishing(case: Case, closed: Round, now: datetime) -> list[Write]:
    wave = case.asked.waves[closed.wave]
    programme = wave_programme(case.programme, wave)
    answered = responses.from_rows(case.rows, closed.wave)
    published = publish(programme, answered, comment_key=responses.comment_key(case.rows, closed.wave))
    earlier = pulse_rounds.results_from(case.rows)
    hidden = list_in_words(case.asked, earlier, wave, case.programme.threshold)
    result = round_result(programme, wave, published, hidden)
    new = letters.published_emails(case.programme, case.delegate, closed, case.days, now, has_too_few=result.too_few)
    return [
        pulse_rounds.add_result(result),
        _moved(closed, LACK_ANSWERS, Why.FEW_ANSWERS) if result.too_few else _moved(closed, PUBLISH),
        *emails.add_all(new),
    ]
