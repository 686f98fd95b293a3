"""Bring every delegate of a cohort to its dates, after one has moved: waves, jobs and emails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

import chalicelib.programme.emails as written
from chalicelib.core.calendar import MORNING, closes_at, local_moment, opens_at
from chalicelib.core.clock import stamp
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Delegate, DelegateWave, Programme, Wave, WaveState
from chalicelib.core.working_days import survey_job_at, survey_opens_at, working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.jobs.kinds import JobKind
from chalicelib.programme.move_dates import Moved, gets_more_time
from chalicelib.store import cohorts, delegates, emails, jobs, programmes, waiting_emails
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job, JobExists, JobSettled, JobState
from chalicelib.store.table import Write
from chalicelib.waves import lifecycle
from chalicelib.waves.more_time import give_time


class Applying(Struct, frozen=True):
    """One run of the job."""

    cohort: Cohort
    programme: Programme
    moved: tuple[str, ...]  # names of the dates that moved
    why: str
    now: datetime
    once: str  # part of the id of every email of this move

    @property
    def zone(self) -> str:
        return self.programme.organisation.timezone

    @property
    def survey_at(self) -> datetime:
        return survey_opens_at(self.programme, self.cohort.dates)


def apply_dates(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job. Each delegate is one transaction; a repeat finds those that are done and changes nothing."""
    cohort = cohorts.find(job.about["cohort"])
    if cohort is None:
        raise LookupError(f"there is no cohort {job.about['cohort']}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    applying = Applying(cohort, programme, tuple(job.about["moved"].split()), job.about.get("why", ""), now, _name(job))
    lines = [line for line in cohorts.list_lines(cohort.id, Wave.BASELINE) if not line.withdrawn]
    ids = [line.delegate_id for line in lines]
    _, left_out = each(ids, lambda delegate_id: _apply(applying, delegate_id), "apply_dates")
    _move_jobs_of_cohort(applying)
    fail_for(left_out)
    return []


def _name(job: Job) -> str:
    """Return the moment of the move: two moves may be applied in one second."""
    return job.id.rpartition("#")[2]


def _apply(applying: Applying, delegate_id: str) -> None:
    delegate, wave = delegates.find_with_wave(delegate_id, Wave.BASELINE)
    writes = [*_wave_writes(applying, delegate, wave), *_survey_writes(applying, delegate)]
    if writes:
        commit([*writes, *_emails(applying, delegate, wave)], applying.now)


def _wave_writes(applying: Applying, delegate: Delegate, wave: DelegateWave) -> list[Write]:
    opens, closes = opens_at(applying.cohort.dates, applying.zone), closes_at(applying.cohort.dates, applying.zone)
    if wave.own_dates or wave.without_key:
        return []
    closed = applying.cohort.dates.closed
    if wave.state is WaveState.PLANNED and (wave.opens_at, wave.closes_at, wave.closed) != (opens, closes, closed):
        opening = JobKind.OPEN.job(delegate.id, Wave.BASELINE, due_at=opens)
        return [
            delegates.change_as_read(wave, {"opens_at": opens, "closes_at": closes, **delegates.days_off_are(closed)}),
            cohorts.change_line(delegate, put={"closes_at": stamp(closes)}, wave=wave.wave),
            jobs.move(opening.id, opens),
        ]
    if "closes" in applying.moved and gets_more_time(wave, closes):
        return give_time(applying.programme, delegate, wave, closes, applying.now)
    return []


def _survey_writes(applying: Applying, delegate: Delegate) -> list[Write]:
    """Move the job that opens the impact survey, if it still waits."""
    due_at = survey_job_at(applying.programme, applying.cohort.dates, delegate.survey_days)
    waiting = jobs.find(JobKind.IMPACT.job_id(delegate.id))
    if waiting is None or waiting.state is not JobState.WAITING or waiting.due_at == due_at:
        return []
    return [jobs.move(waiting.id, due_at)]


def _emails(applying: Applying, delegate: Delegate, wave: DelegateWave) -> list[Write]:
    """Email the delegate and the line manager; a notice that still waits is replaced, and says the first date.

    The run also applies what was moved since its own move, so it says every date that differs. A survey that only
    follows the end of the programme is not news.
    """
    names = {*applying.moved, Moved.OPENS, Moved.CLOSES, *([Moved.SURVEY] if applying.cohort.dates.survey else [])}
    outdated = [email for email in waiting_emails.list_waiting(delegate.id) if email.template in written.ABOUT_DATES]
    known = _dates_known(applying, delegate, wave, outdated)
    dates = {name: (before, after) for name, (before, after) in known.items() if name in names or outdated}
    due_at = working_days(applying.programme.organisation, applying.cohort.dates.closed).next_morning(applying.now)
    changes = written.say_changes(dates, applying.zone)
    about = (applying.programme, delegate, changes, applying.why)
    as_rater = wave.state is not WaveState.PLANNED and changes.keys() == {Moved.CLOSES}  # the manager is asked already
    new = written.dates_moved(*about, applying.once, due_at, to_manager=not as_rater) if changes else []
    return [*(emails.cancel(email.id) for email in outdated), *emails.add_all(new)]


def _dates_known(
    applying: Applying, delegate: Delegate, wave: DelegateWave, outdated: Sequence[Email]
) -> Mapping[str, tuple[datetime, datetime]]:
    """Return for each date the moment that people know, and the one that counts now.

    Left out: dates that this delegate does not follow, unless a notice about them still waits.
    """
    dates = applying.cohort.dates
    survey = jobs.find(JobKind.IMPACT.job_id(wave.delegate_id))
    survey_at = survey_opens_at(applying.programme, dates, delegate.survey_days)
    announced: dict[str, datetime] = {}
    for email in outdated:
        announced |= written.dates_known(email)
    known = {
        "opens": wave.opens_at,
        "closes": wave.closes_at,
        "survey": _opens_at(survey, applying) if survey else survey_at,
        **announced,
    }
    closes = closes_at(dates, applying.zone)
    after = {
        "opens": opens_at(dates, applying.zone),
        "closes": closes if wave.state is WaveState.PLANNED else max(closes, wave.closes_at),  # some have more time
        "survey": survey_at,
    }
    follows = {*announced, *_dates_followed(applying, wave)}
    return {name: (known[name], after[name]) for name in after if name in follows}


def _opens_at(survey: Job, applying: Applying) -> datetime:
    """Return when a survey opens by its job, which runs a little before."""
    return local_moment(local_date(survey.due_at, applying.zone), MORNING, applying.zone)


def _dates_followed(applying: Applying, wave: DelegateWave) -> Iterator[str]:
    """Yield the dates that move with the cohort's.

    A questionnaire that closed early, or that no one can read since a restore, says nothing of its end.
    """
    yield Moved.SURVEY
    if wave.own_dates or wave.without_key:
        return
    if wave.state is WaveState.PLANNED:
        yield from (Moved.OPENS, Moved.CLOSES)
    elif wave.state in (WaveState.OPEN, WaveState.HELD) and Moved.CLOSES in applying.moved:
        yield Moved.CLOSES


def _move_jobs_of_cohort(applying: Applying) -> None:
    """Move the job of the sponsor's summary, and add that of the cohort's figures for the new deadline."""
    cohort, closing = applying.cohort, closes_at(applying.cohort.dates, applying.zone)
    summary = lifecycle.summary_job(cohort, applying.programme)
    with suppress(JobSettled):
        commit([jobs.move(summary.id, summary.due_at)], applying.now)
    with suppress(JobExists):
        commit([jobs.add(lifecycle.figures_job(cohort.id, Wave.BASELINE, closing))], applying.now)
