"""Run this stage's jobs: open the survey after six months, close it, and publish the raters' view."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.core.model import (
    MANAGER_GROUP,
    SELF_GROUP,
    Delegate,
    DelegateWave,
    InvitationState,
    Programme,
    PulseArea,
    RaterEntry,
    Wave,
    WaveState,
)
from chalicelib.forms.pulse import wave_programme
from chalicelib.impact.pulse_result import pulse_result
from chalicelib.jobs.commit import commit
from chalicelib.results.publish import publish
from chalicelib.store import cohorts, delegates, impact_surveys, invitations, jobs, programmes, responses, wave_keys
from chalicelib.store.areas import SURVEYED
from chalicelib.store.cohorts import SurveyStage
from chalicelib.store.debriefs import areas_from
from chalicelib.store.impact_surveys import ImpactSurvey, Role, surveys_from
from chalicelib.store.invitations import InvitationExists
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row, read
from chalicelib.store.table import Write
from chalicelib.store.wave_keys import WaveKey
from chalicelib.waves import lifecycle
from chalicelib.waves.suppression import list_suppressed
from chalicelib.waves.surveys import new_survey, opening_writes

NOT_IN_PULSE = (SELF_GROUP, MANAGER_GROUP)  # they have surveys of their own, and sign them

NOT_ASKED_AGAIN = (InvitationState.REVOKED, InvitationState.DECLINED)


def start_impact(job: Job, now: datetime) -> Sequence[Write]:
    """Ask the delegate, the line manager and the raters. A repeat continues where the last attempt ended."""
    rows = list(delegates.load_rows(job.about["delegate"]))
    by_sort_key = {row["sk"]: row for row in rows}
    delegate = read(Delegate, by_sort_key["META"])
    if delegate.withdrawn:
        return []
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    surveys = surveys_from(rows)
    if surveys:
        survey = surveys[0]
    else:
        areas = [PulseArea(area.id, area.words_for_others) for area in areas_from(rows) if area.state in SURVEYED]
        survey = new_survey(programme, delegate, areas, now)
        commit(opening_writes(programme, delegate, survey, list_suppressed(delegate.cohort_id)), now)
    if survey.areas and now < survey.closes_at:
        _ask_raters(programme, delegate, _pulse(delegate, survey, by_sort_key, now), now)
    return []


def _pulse(delegate: Delegate, survey: ImpactSurvey, rows: Mapping[str, Row], now: datetime) -> DelegateWave:
    """Return the raters' wave, or open it now: key first, because no answer could be stored without it."""
    if stored := rows.get(f"WAVE#{Wave.PULSE.value}"):
        return read(DelegateWave, stored)
    wave = DelegateWave(
        delegate_id=delegate.id,
        wave=Wave.PULSE,
        state=WaveState.OPEN,
        opens_at=survey.opened_at,
        closes_at=survey.closes_at,
        areas=survey.areas,
        compared_with=read(DelegateWave, rows[f"WAVE#{Wave.BASELINE.value}"]).opens_at,
    )
    wave_keys.create(delegate.id, wave.wave, WaveKey(seal=os.urandom(32), shuffle=os.urandom(32)))
    commit([delegates.add_wave(wave), jobs.add(lifecycle.close_job(wave))], now)
    return wave


def _ask_raters(programme: Programme, delegate: Delegate, wave: DelegateWave, now: datetime) -> None:
    """Ask everyone who was asked before the programme, each in one transaction; skip who was asked already."""
    if wave.state is not WaveState.OPEN:
        return
    asked_before = list(invitations.of_delegate(delegate.id, Wave.BASELINE))
    lost = list_suppressed(delegate.cohort_id)
    for invitation in asked_before:
        if invitation.state in NOT_ASKED_AGAIN or invitation.group in NOT_IN_PULSE or invitation.rater.is_erased:
            continue
        rater = RaterEntry(invitation.group, invitation.rater)
        try:
            stopped = rater.person.email in lost
            commit(
                lifecycle.invite_rater(wave_programme(programme, wave), delegate, wave, rater, now, stopped=stopped),
                now,
            )
        except InvitationExists:
            continue


def close_impact(job: Job, now: datetime) -> Sequence[Write]:
    """Close the surveys, the last step for a delegate: no more answers are accepted."""
    delegate = delegates.find(job.about["delegate"])
    if delegate is None:
        raise LookupError(f"no delegate {job.about['delegate']}")
    return [
        *(impact_surveys.close(delegate.id, role) for role in Role),
        cohorts.change_line(delegate, put={"survey": SurveyStage.CLOSED}),
    ]


def publish_pulse(job: Job, now: datetime) -> Sequence[Write]:
    """Publish the raters' view by the rules of the report: nothing below the threshold."""
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave.PULSE)
    programme = wave_programme(programmes.load(delegate.programme_id, delegate.programme_version), wave)
    answered = responses.of_wave(delegate.id, wave.wave)
    published = publish(programme, answered, comment_key=b"")  # a pulse has no comments to shuffle
    return [impact_surveys.add_pulse(pulse_result(wave, published))]
