"""Delete a cohort's data when its time is over. One job for each cohort, from the close of its questionnaire on.

A job runs in the night of the next day on which something is due, and at least once a month: dates may have moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from chalicelib.core import log
from chalicelib.core.clock import moment
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Programme
from chalicelib.core.working_days import working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each_or_fail, fail_for
from chalicelib.retention.emails import notice_email
from chalicelib.retention.periods import NOTICE_DAYS, answers_end, list_ends, notice_day
from chalicelib.retention.remove import DueRows, Removed, go_through
from chalicelib.retention.state import Year, read_year
from chalicelib.store import audit_events, cohorts, delegates, emails, jobs, kept_data, programmes
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import EmailExists
from chalicelib.store.jobs import Job, JobExists
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.row_kinds.cohort_rows import BOUNCE
from chalicelib.store.row_kinds.delegate_rows import COACH_COMMENT, RESPONSE
from chalicelib.store.row_kinds.row_kind import Retention
from chalicelib.store.row_kinds.service_rows import EMAIL, LISTED_EMAIL
from chalicelib.store.table import Write
from chalicelib.waves.lifecycle import retention_job

LOOK_AGAIN_AFTER = timedelta(days=30)
BY = "retention"
WHAT = {kind.name: kind.what for kind in all_kinds()}
AFTER_NOTICE = (Retention.PROGRAMME, Retention.RECORD)
BY_ANSWERS = {kind.name for kind in (RESPONSE, COACH_COMMENT, EMAIL, LISTED_EMAIL, BOUNCE)}
"""How many there are shows how many raters have answered: of one delegate, if the others are on hold or were closed on
another day."""


def remove_old_data(job: Job, now: datetime) -> Sequence[Write]:
    """Delete what is due, notify delegates before their data goes, and plan the next run.

    Raises RowsBroken after that if rows of a delegate could not be read: an administrator has to know that data is
    kept for longer than the programme says.
    """
    rows = tuple(cohorts.rows(job.about["cohort"]))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        return []
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    year = read_year(cohort, rows, programme, now)
    today = local_date(now, programme.organisation.timezone)
    ends = list_ends(programme.retention, year.clock)
    answers = {key: answers_end(programme.retention, final) for key, final in year.final.items()}
    coming = [*answers.values(), today + LOOK_AGAIN_AFTER]
    due: set[Retention] = set()
    if not year.is_open:
        notified = _notify_in_time(year, programme, ends, today, now)
        due = {kind for kind, day in ends.items() if day <= today and (kind not in AFTER_NOTICE or notified <= today)}
        coming += [*ends.values(), notice_day(ends), notified]
    removed = _remove(job, DueRows(year, due, {key for key, day in answers.items() if day <= today}), now)
    if Retention.RECORD in due and not any(removed.counts.values()):
        return []
    next_run = _next_run(cohort.id, coming, today, programme)
    if left_out := {**year.unread, **removed.left_out}:
        with suppress(JobExists):  # this job was restarted
            commit([next_run], now)
        fail_for(left_out)
    return [next_run]


def _remove(job: Job, due: DueRows, now: datetime) -> Removed:
    """Delete what is due. It is counted and recorded first, once: after an interruption a run finds less."""
    removed = go_through(replace(due, carry_out=False))
    if any(removed.counts.values()):
        with suppress(audit_events.EventExists):
            commit(_audit_lines(job, due.year.cohort.id, removed.counts), now)
        removed = replace(removed, left_out=go_through(due).left_out)
    log.info("retention", kinds=len(removed.counts), rows=sum(removed.counts.values()))
    return removed


def _audit_lines(job: Job, cohort_id: str, counts: Mapping[str, int]) -> list[Write]:
    about = (cohort_id, AuditEvent.RETENTION, BY, cohort_id, moment(job.about["night"]))
    return [
        audit_events.add_once(
            *about, once=f"{job.id} {kind}", kind=kind, what=WHAT[kind], count=_say_count(kind, count)
        )
        for kind, count in sorted(counts.items())
    ]


def _say_count(kind: str, count: int) -> str:
    return "rows" if kind in BY_ANSWERS else str(count)


def _notify_in_time(
    year: Year, programme: Programme, ends: Mapping[Retention, date], today: date, now: datetime
) -> date:
    """Notify delegates if it is time, and return the first day on which their data may go.

    A job that runs late, after an outage, still leaves them the days of the notice.
    """
    notified = kept_data.find_notice(year.rows)
    if notified is None and notice_day(ends) <= today:
        notified = max(ends[Retention.PROGRAMME], today + timedelta(days=NOTICE_DAYS))
        _notify(year, programme, notified, now)
        commit([kept_data.note_notice(year.cohort.id, notified)], now)  # before anything is deleted: sent once
    return notified or ends[Retention.PROGRAMME]


def _next_run(cohort_id: str, coming: Iterable[date], today: date, programme: Programme) -> Write:
    """Return the job of the first of these days that is still to come."""
    return jobs.add(retention_job(cohort_id, min(day for day in coming if day > today), programme))


def _notify(year: Year, programme: Programme, day: date, now: datetime) -> None:
    """Email each delegate once that their data will be deleted. Each is stored in a transaction of its own."""
    soon = working_days(programme.organisation, year.cohort.dates.closed).soon(now)

    def notify(delegate_id: str) -> None:
        delegate = delegates.find(delegate_id)
        if delegate is None or delegate.person.is_erased or kept_data.is_kept(delegates.load_rows(delegate_id)):
            return
        with suppress(EmailExists):
            commit(emails.add(notice_email(programme, delegate, day, soon)), now)

    each_or_fail([line.delegate_id for line in year.lines], notify, "notice of deletion")
