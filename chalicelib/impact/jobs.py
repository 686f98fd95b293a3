"""Run this stage's jobs: open the survey after six months, close it, and publish the raters' view."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime

from chalicelib.areas.openings import areas_wave
from chalicelib.assignments.coach_view import book_of
from chalicelib.core.formatting import local_date
from chalicelib.core.impact_background import Background
from chalicelib.core.model import (
    MANAGER_GROUP,
    SELF_GROUP,
    Delegate,
    DelegateWave,
    Programme,
    PulseArea,
    RaterEntry,
    Wave,
    WaveState,
)
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.forms.pulse import wave_programme
from chalicelib.impact.background import collect_background
from chalicelib.impact.pulse_result import pulse_result
from chalicelib.impact.result.jobs import plan_result
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each
from chalicelib.meetings.effects import start_review
from chalicelib.pulse.asked import asked_from, list_in_words, list_left_alone, list_live
from chalicelib.results.publish import publish
from chalicelib.store import (
    areas,
    cohorts,
    delegates,
    impact_surveys,
    jobs,
    programmes,
    pulse_rounds,
    responses,
    wave_keys,
    workshops,
)
from chalicelib.store.areas import SURVEYED
from chalicelib.store.cohorts import SurveyStage
from chalicelib.store.delegate_record import DelegateRecord, load_record
from chalicelib.store.impact_surveys import ImpactSurvey, Role, surveys_from
from chalicelib.store.invitations import InvitationExists
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.table import Write
from chalicelib.store.wave_keys import WaveKey
from chalicelib.waves import lifecycle
from chalicelib.waves.suppression import list_suppressed
from chalicelib.waves.survey_thread import OPEN, SURVEY, state_of
from chalicelib.waves.surveys import new_survey, opening_writes

NOT_IN_PULSE = (SELF_GROUP, MANAGER_GROUP)  # they answer surveys of their own, by name


def start_impact(job: Job, now: datetime) -> Sequence[Write]:
    """Ask the delegate, the line manager and the raters. A repeat continues where the last attempt stopped."""
    record = load_record(job.about["delegate"])
    rows, delegate = record.rows, record.delegate
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    survey = next(iter(surveys_from(rows)), None)
    if SURVEY.allows(state_of(survey, has_left=delegate.withdrawn), OPEN, By.SYSTEM):
        survey = _open(programme, record, now)
    if survey and survey.areas and now < survey.closes_at and not delegate.withdrawn:
        _ask_raters(programme, delegate, _pulse(record, survey, now), now)
        lifecycle.count_tomorrow(delegate.cohort_id, programme.organisation.timezone, now)
    return []


def _opening(programme: Programme, record: DelegateRecord, now: datetime) -> datetime:
    """Return when the survey opens: this morning's hour for emails, or now if the job runs later than that."""
    days = working_days(programme.organisation, record.wave(Wave.BASELINE).closed)
    return max(now, days.morning(local_date(now, days.zone)))


def _open(programme: Programme, record: DelegateRecord, now: datetime) -> ImpactSurvey:
    """Open the surveys of the delegate and the line manager; return the delegate's."""
    rows, delegate = record.rows, record.delegate
    current = areas.from_rows(rows, areas_wave(rows))
    surveyed = [PulseArea(area.id, area.words_for_others) for area in current if area.state in SURVEYED]
    opens_at = _opening(programme, record, now)
    survey = new_survey(programme, delegate, surveyed, opens_at, _background(delegate, programme, rows))
    closed = record.wave(Wave.BASELINE).closed
    commit(opening_writes(programme, delegate, survey, list_suppressed(delegate.cohort_id), closed), now)
    return survey


def _background(delegate: Delegate, programme: Programme, rows: Sequence[Row]) -> Background:
    book = book_of(delegate, programme, rows)
    return collect_background(book, workshops.list_sessions(delegate.cohort_id), rows)


def _pulse(record: DelegateRecord, survey: ImpactSurvey, now: datetime) -> DelegateWave:
    """Return the raters' wave, or open it now. Create its key first, because answers cannot be stored without it."""
    if stored := record.find_wave(Wave.PULSE):
        return stored
    delegate, first = record.delegate, record.wave(Wave.BASELINE)
    wave = DelegateWave(
        delegate_id=delegate.id,
        wave=Wave.PULSE,
        state=WaveState.OPEN,
        opens_at=survey.opened_at,
        closes_at=survey.closes_at,
        areas=survey.areas,
        compared_with=first.opens_at,
        closed=first.closed,
    )
    wave_keys.create(delegate.id, wave.wave, WaveKey(seal=os.urandom(32), shuffle=os.urandom(32)))
    commit([delegates.add_wave(wave), jobs.add(lifecycle.close_job(wave))], now)
    return wave


def _ask_raters(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> None:
    """Ask everyone who was asked before the programme, each in one transaction. Skip people who have been asked.

    Do not ask raters who declined a mid-way round, or were asked in one lately.
    """
    if wave.state is not WaveState.OPEN:
        return
    asked = asked_from(delegates.load_rows(delegate.id))
    left_alone = list_left_alone(asked, wave)
    lost, emailed_at = list_suppressed(delegate.cohort_id), max(now, wave.opens_at)
    for invitation in list_live(asked.of(Wave.BASELINE)):
        if invitation.rater.is_erased or invitation.group in NOT_IN_PULSE or invitation.rater.email in left_alone:
            continue
        rater = RaterEntry(invitation.group, invitation.rater)
        try:
            stopped = rater.person.email in lost
            commit(
                lifecycle.invite_rater(
                    wave_programme(programme, wave), delegate, wave, rater, emailed_at, stopped=stopped
                ),
                now,
            )
        except InvitationExists:
            continue


def close_impact(job: Job, now: datetime) -> Sequence[Write]:
    """Close the surveys: no more answers are accepted. If the deadline was extended, a later job closes them."""
    delegate = delegates.find(job.about["delegate"])
    if delegate is None:
        raise LookupError(f"no delegate {job.about['delegate']}")
    rows = list(impact_surveys.of_delegate(delegate.id))
    closing = impact_surveys.closing_times(rows)
    if any(closes_at > now for closes_at in closing):
        return []
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    readable, _ = each([delegate.id], lambda _: surveys_from(rows), "impact_close")
    return [
        *(impact_surveys.close(delegate.id, role) for role in Role),
        cohorts.change_line(delegate, put={"survey": SurveyStage.CLOSED}),
        *(plan_result(programme, delegate, max(closing), now) for _ in readable),
        *start_review(delegate, now),
    ]


def publish_pulse(job: Job, now: datetime) -> Sequence[Write]:
    """Publish the raters' view by the rules of the report: no figure below the threshold."""
    rows = list(delegates.load_rows(job.about["delegate"]))
    delegate = DelegateRecord(rows).delegate
    asked = asked_from(rows)
    wave = asked.waves[Wave.PULSE]
    programme = wave_programme(programmes.load(delegate.programme_id, delegate.programme_version), wave)
    answered = responses.from_rows(rows, wave.wave)
    published = publish(programme, answered, comment_key=b"")  # a pulse has no comments to shuffle
    in_words = list_in_words(asked, pulse_rounds.results_from(rows), wave, programme.threshold)
    return [impact_surveys.add_pulse(pulse_result(wave, published, in_words))]
