"""Run this stage's jobs: enrol the people of a cohort, open a delegate's wave."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec.structs import replace

from chalicelib.core.calendar import closes_at, opens_at
from chalicelib.core.ids import coach_id
from chalicelib.core.model import (
    MANAGER_GROUP,
    SELF_GROUP,
    Cohort,
    Delegate,
    DelegateEntry,
    DelegateWave,
    Programme,
    RaterEntry,
    Wave,
    WaveState,
)
from chalicelib.core.working_days import survey_job_at, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.jobs.kinds import JobKind
from chalicelib.mornings.jobs import first_job
from chalicelib.programme.enrolled import id_among
from chalicelib.programme.joiners import WaveDates, dates_of_joiner
from chalicelib.programme.other_people import Loading, other_people
from chalicelib.programme.plan_followups import asked_before
from chalicelib.store import cohorts, delegates, emails, jobs, programmes, waiting_emails, wave_keys
from chalicelib.store.cohorts import DelegateLine, FeedbackState
from chalicelib.store.delegates import Approval, DelegateExists, DetailsOutdated, Nomination, WaveChanged
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.marshal import fields
from chalicelib.store.table import Write, transact
from chalicelib.store.wave_keys import WaveKey
from chalicelib.waves import lifecycle
from chalicelib.waves.emails import about_lists
from chalicelib.workshops.change_sessions import send_dates_to_new


def enrol(job: Job, now: datetime) -> Sequence[Write]:
    """Enrol every delegate of a load, each in one transaction; update those who are enrolled already.

    Who cannot be enrolled is left out, and the job fails with their names once the rest is done.

    A failed load may be run again after a later one: it adds its people, and changes no one in the later load.
    """
    load = int(job.about.get("load", "0"))  # a waiting job may be older than load numbers
    cohort = cohorts.find(job.about["cohort"])
    people = cohorts.find_people(job.about["cohort"], job.about["people"])
    if cohort is None or people is None:
        raise LookupError(f"cohort {job.about['cohort']} has no load {job.about['people']}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    lines = cohorts.list_lines(cohort.id)
    known = {line.email: line.delegate_id for line in lines} | _ids_of_unreadable(cohort, lines)
    coaches = frozenset(line.coach.email for line in lines)
    days = working_days(programme.organisation, cohort.dates.closed)
    loading = Loading(load, coaches, job.about.get("by", ""), days.a_day_after(now))
    listed = [_delegate(cohort, entry, known) for entry in people.delegates]
    by_id = {delegate.id: delegate for delegate in listed}

    def enrol_one(delegate_id: str) -> None:
        delegate = by_id[delegate_id]
        raters = people.raters.get(delegate.person.email, ())
        try:
            commit(_enrolment(cohort, programme, delegate, raters, load, now), now)
        except DelegateExists:
            _bring_up_to_date(programme, delegate, raters, loading, now)
            _keep_days_off(delegate.id, cohort)

    _, left_out = each(by_id, enrol_one, "enrol")
    with suppress(JobExists):  # an earlier attempt, which left someone out
        commit(
            [
                first_job(cohort.id, f"enrolled-{load}", days, now),
                *send_dates_to_new(cohort, programme, f"enrolled.{load}", now),
            ],
            now,
        )
    fail_for(left_out)
    return []


def _ids_of_unreadable(cohort: Cohort, lines: Sequence[DelegateLine]) -> dict[str, str]:
    """Return the ids of delegates whose dashboard row cannot be read, by address: no one is enrolled twice."""
    missing = set(cohorts.list_ids(cohorts.rows(cohort.id))) - {line.delegate_id for line in lines}
    readable, _ = delegates.find_readable(sorted(missing))
    return {delegate.person.email: delegate.id for delegate in readable.values()}


def _delegate(cohort: Cohort, entry: DelegateEntry, known: Mapping[str, str]) -> Delegate:
    return Delegate(
        id=id_among(cohort.id, entry.person.email, known),
        cohort_id=cohort.id,
        cohort_title=cohort.title,
        programme_id=cohort.programme_id,
        programme_version=cohort.programme_version,
        person=entry.person,
        job_title=entry.job_title,
        service=entry.service,
        manager=entry.manager,
        coach=entry.coach,
        coach_link=cohorts.coach_link(cohort, entry.coach),
    )


def _enrolment(
    cohort: Cohort,
    programme: Programme,
    delegate: Delegate,
    raters: Sequence[RaterEntry],
    load: int,
    now: datetime,
) -> list[Write]:
    dates = _wave_dates(cohort, programme, load, now)
    opens, closes = dates.opens_at, dates.closes_at
    chosen = _with_manager(programme, delegate, raters)
    nomination = Nomination(delegate.id, Wave.BASELINE, chosen, sent_raters=len(chosen) if raters else 0)
    wave = DelegateWave(
        delegate.id, Wave.BASELINE, WaveState.PLANNED, opens, closes, own_dates=dates.own, closed=cohort.dates.closed
    )
    impact_at = survey_job_at(programme, cohort.dates)
    return [
        delegates.add(delegate, load),
        waiting_emails.begin_list(delegate.id),
        delegates.add_wave(wave),
        delegates.add_nomination(nomination),
        cohorts.add_line(delegate, Wave.BASELINE, closes, apart=dates.apart),
        jobs.add(JobKind.OPEN.job(delegate.id, Wave.BASELINE, due_at=opens, delegate=delegate.id, wave=Wave.BASELINE)),
        jobs.add(JobKind.IMPACT.job(delegate.id, due_at=impact_at, delegate=delegate.id)),
    ]


def _wave_dates(cohort: Cohort, programme: Programme, load: int, now: datetime) -> WaveDates:
    """Return the cohort's dates for its first load, and a joiner's after that."""
    if load > 1:
        return dates_of_joiner(cohort.dates, working_days(programme.organisation, cohort.dates.closed), now)
    zone = programme.organisation.timezone
    return WaveDates(opens_at(cohort.dates, zone), closes_at(cohort.dates, zone))


def _with_manager(programme: Programme, delegate: Delegate, raters: Sequence[RaterEntry]) -> tuple[RaterEntry, ...]:
    """Put the line manager on every delegate's list, if the programme asks managers."""
    is_asked = any(group.id == MANAGER_GROUP for group in programme.groups)
    if not is_asked or any(rater.group == MANAGER_GROUP for rater in raters):
        return tuple(raters)
    return (RaterEntry(MANAGER_GROUP, delegate.manager), *raters)


def _bring_up_to_date(
    programme: Programme, delegate: Delegate, raters: Sequence[RaterEntry], loading: Loading, now: datetime
) -> None:
    details = {
        "name": delegate.person.name,
        "service": delegate.service,
        "coach": fields(delegate.coach),
        "coach_id": coach_id(delegate.cohort_id, delegate.coach.email),
    }
    corrected = [delegates.correct(delegate, loading.number), cohorts.change_line(delegate, put=details)]
    try:
        commit([*corrected, *other_people(delegate, loading, now)], now)
    except DetailsOutdated:  # a later load is newer; or the delegate was withdrawn, and a file does not bring them back
        stored = delegates.find(delegate.id)
        if stored is None or stored.withdrawn or stored.cohort_id != delegate.cohort_id:
            return
    if raters:
        _ask_also(programme, delegate, raters, now)


def _keep_days_off(delegate_id: str, cohort: Cohort) -> None:
    """Let a wave that is still planned know the days off of the newest file."""
    _, wave = delegates.find_with_wave(delegate_id, Wave.BASELINE)
    if wave.state is WaveState.PLANNED and wave.closed != cohort.dates.closed:
        with suppress(WaveChanged):
            transact([delegates.change_as_read(wave, delegates.days_off_are(cohort.dates.closed))])


def _ask_also(programme: Programme, delegate: Delegate, raters: Sequence[RaterEntry], now: datetime) -> None:
    """Send the raters that a file names and that were not sent yet, and with them the line manager.

    Raters added only by the delegate remain unsent. Listed raters keep name and group. Once the questionnaire has
    closed, no one is added.
    """
    _, wave = delegates.find_with_wave(delegate.id, Wave.BASELINE)
    before = delegates.find_nomination(delegate.id, wave.wave)
    after = lifecycle.add_named(before, raters, RaterEntry(MANAGER_GROUP, delegate.manager))
    if after != before and wave.state in (WaveState.PLANNED, WaveState.OPEN):
        commit(lifecycle.send_nomination(programme, delegate, wave, before, after, now), now)


def open_wave(job: Job, now: datetime) -> Sequence[Write]:
    """Make the wave's key, then open it: email the delegate, and schedule the deadline as a job."""
    delegate, wave = delegates.find_with_wave(job.about["delegate"], Wave(job.about["wave"]))
    if wave.state is not WaveState.PLANNED:
        return []  # the delegate was withdrawn
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    nomination = delegates.find_nomination(delegate.id, wave.wave)
    wave_keys.create(delegate.id, wave.wave, WaveKey(seal=os.urandom(32), shuffle=os.urandom(32)))
    self_entry = RaterEntry(SELF_GROUP, delegate.person)
    lifecycle.count_tomorrow(delegate.cohort_id, programme.organisation.timezone, now)
    return [
        delegates.move_wave(delegate.id, wave.wave, WaveState.OPEN, WaveState.PLANNED),
        cohorts.count_invited(delegate, wave.wave, SELF_GROUP, put=cohorts.set_feedback(FeedbackState.COLLECTING)),
        jobs.add(lifecycle.close_job(wave)),
        *lifecycle.invite_rater(programme, delegate, wave, self_entry, now, raters_named=nomination.sent_raters > 0),
        *_raters_wanted(programme, delegate, wave, nomination, now),
    ]


def _raters_wanted(
    programme: Programme, delegate: Delegate, wave: DelegateWave, nomination: Nomination, now: datetime
) -> list[Write]:
    """Invite the raters that a file named or that were asked before; otherwise remind the delegate to choose some.

    Saving the list refuses the opening if it changed since it was read. A delegate whose list waits for approval has
    chosen.
    """
    going = _going_out(programme, delegate, nomination)
    saved = delegates.save_nomination(going, nomination.revision)
    if going.sent_raters:
        return [saved, jobs.add(lifecycle.invite_job(going, wave.opens_at))]
    if nomination.approval is Approval.ASKED:
        return [saved]
    return [saved, *emails.add(about_lists.choose_reminder(programme, delegate, wave, now))]


def _going_out(programme: Programme, delegate: Delegate, nomination: Nomination) -> Nomination:
    """Return the list at the opening. A follow-up's list is sent, except for new names that need approval."""
    if nomination.wave is not Wave.FOLLOWUP or nomination.sent_raters:
        return nomination
    approved = asked_before(programme, delegate) if programme.raters_approved_by else nomination.raters
    known = tuple(rater for rater in nomination.raters if rater in approved)
    if not known:
        return nomination
    new = tuple(rater for rater in nomination.raters if rater not in known)
    return replace(nomination, raters=(*known, *new), sent_raters=len(known), revision=nomination.revision + 1)
