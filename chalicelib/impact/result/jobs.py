"""Make a delegate's result after the impact survey has closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chalicelib.assignments.coach_view import book_of
from chalicelib.core.formatting import last_date, local_date
from chalicelib.core.impact_background import FIRST_EDITION
from chalicelib.core.model import Cohort, Delegate, Programme, Wave, WaveState
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.impact import emails as letters
from chalicelib.impact.baseline import released_facts, self_ratings
from chalicelib.impact.result.collect import Sources, collect_facts
from chalicelib.impact.result.render import documents
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, delegates, emails, impact_results, jobs, programmes
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.impact_results import StoredResult
from chalicelib.store.impact_surveys import ImpactSurvey, Role, pulse_from, surveys_from
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.table import Write

RESULT_AFTER = 1  # working days after the last day of the survey
BEFORE_EMAILS = timedelta(hours=2)
AT_LEAST = timedelta(minutes=1)  # so that the sweep sends the hint: no one else may write to that queue
LOOK_AGAIN_AFTER = timedelta(days=1)
STILL_COMING = (WaveState.OPEN, WaveState.CLOSING, WaveState.CLOSED)  # the wave's figures are not published yet


def plan_result(programme: Programme, delegate: Delegate, closes_at: datetime, now: datetime) -> Write:
    """Plan the result for the working day after the survey's last day, before its emails go out that morning.

    If the survey opens again, another result is planned.
    """
    cohort = cohorts.find(delegate.cohort_id)
    days = working_days(programme.organisation, cohort.dates.closed if cohort else ())
    last = last_date(closes_at, days.zone)
    due_at = max(days.morning(days.add(last, RESULT_AFTER)) - BEFORE_EMAILS, now + AT_LEAST)
    return jobs.add(JobKind.IMPACT_RESULT.job(delegate.id, last.isoformat(), due_at=due_at, delegate=delegate.id))


def make_result(job: Job, now: datetime) -> Sequence[Write]:
    """Make the result once the raters' figures are published, from these and from answers that are shown by name."""
    rows = tuple(delegates.load_rows(job.about["delegate"]))
    delegate = DelegateRecord(rows).delegate
    surveys = {survey.role: survey for survey in surveys_from(rows)}
    is_open = any(survey.is_open for survey in surveys.values())  # it opened again; its close plans another job
    if delegate.withdrawn or is_open or impact_results.from_rows(rows):
        return []
    if _is_waiting_for_raters(rows):
        later = now + LOOK_AGAIN_AFTER
        return [jobs.add(JobKind.IMPACT_RESULT.job(delegate.id, f"{later:%Y-%m-%d}", due_at=later, **job.about))]
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    cohort = cohorts.find(delegate.cohort_id)
    stored = _store(_sources(programme, delegate, cohort, rows, surveys), now)
    days = working_days(programme.organisation, cohort.dates.closed if cohort else ())
    return [impact_results.add(stored), *_notices(programme, delegate, surveys, stored, days, now)]


def _is_waiting_for_raters(rows: Sequence[Row]) -> bool:
    wave = DelegateRecord(rows).find_wave(Wave.PULSE)
    return wave is not None and wave.state in STILL_COMING and pulse_from(rows) is None


def _sources(
    programme: Programme,
    delegate: Delegate,
    cohort: Cohort | None,
    rows: Sequence[Row],
    surveys: Mapping[Role, ImpactSurvey],
) -> Sources:
    return Sources(
        programme=programme,
        delegate=delegate,
        cohort=cohort,
        rows=rows,
        surveys=surveys,
        pulse=pulse_from(rows),
        book=book_of(delegate, programme, rows),
        first_ratings=self_ratings(released_facts(delegate.id, Wave.BASELINE)),
        followup=released_facts(delegate.id, Wave.FOLLOWUP),
    )


def _store(sources: Sources, now: datetime) -> StoredResult:
    """Store the documents. They show the day on which the job runs, so a repeat after midnight shows the next day."""
    facts = collect_facts(sources, local_date(now, sources.programme.organisation.timezone))
    names = impact_results.save_documents(sources.delegate.id, facts.checksum, documents(sources.programme, facts))
    own = sources.surveys.get(Role.DELEGATE)
    is_shared = own is None or own.edition > FIRST_EDITION
    return StoredResult(
        sources.delegate.id, facts.checksum, names["facts"], names["html"], names["pdf"], now, is_shared
    )


def _notices(
    programme: Programme,
    delegate: Delegate,
    surveys: Mapping[Role, ImpactSurvey],
    stored: StoredResult,
    days: WorkingDays,
    now: datetime,
) -> list[Write]:
    """Write the notices of a result. The line manager is thanked a working day later, and only if they answered."""
    morning = days.next_morning(now)
    notices = [letters.result_email(programme, delegate, morning)]
    if stored.is_shared:
        notices.append(letters.coach_email(programme, delegate, morning))
    manager = surveys.get(Role.MANAGER)
    if manager and manager.sent:
        notices.append(letters.counted_email(programme, delegate, manager, days.next_morning(morning)))
    return emails.add_all(notices)
