"""Run this stage's job: publish a closed wave, print it, and notify the coach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.core import log
from chalicelib.core.model import Delegate, Programme, Wave
from chalicelib.core.working_days import working_days
from chalicelib.meetings.effects import first_check
from chalicelib.report.emails import ready_email
from chalicelib.report.load_facts import closed_at, delegate_in, facts_in, wave_facts
from chalicelib.report.load_facts import coach_comments as kept_for_coach
from chalicelib.report.render import documents
from chalicelib.results.change import with_changes
from chalicelib.results.cohort_snapshot import Share, read_share
from chalicelib.results.facts import Facts, amended
from chalicelib.store import coach_comments, cohort_figures, cohorts, delegates, emails, programmes, reports
from chalicelib.store.cohorts import FeedbackState
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row
from chalicelib.store.meetings import Meeting, MeetingKind
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import Write


def build_report(job: Job, now: datetime) -> Sequence[Write]:
    """Build one report in six calls: claim, one query, three documents, settle.

    The same responses give the same report. That of a follow-up is one call more: it reads the facts of the one before.
    """
    rows = list(delegates.load_rows(job.about["delegate"]))
    wave = Wave(job.about["wave"])
    delegate = delegate_in(rows)
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    days = working_days(programme.organisation, delegates.days_off(rows))
    facts = _facts(programme, delegate, wave, rows)
    names = reports.save_documents(delegate.id, wave, facts.checksum, documents(programme, facts))
    log.info("report_made", seconds=int((now - closed_at(rows, wave)).total_seconds()))
    report = StoredReport(delegate.id, wave, facts.checksum, names["facts"], names["html"], names["pdf"], made_at=now)
    return [
        reports.add(report),
        *coach_comments.add(delegate.id, wave, kept_for_coach(programme, wave, rows)),
        cohorts.change_line(delegate, put=cohorts.set_feedback(FeedbackState.REPORT_READY), wave=wave),
        *emails.add(ready_email(programme, delegate, wave, days.next_morning(now))),
        *(first_check(delegate, Meeting(MeetingKind.DEBRIEF), days, now) if wave is Wave.BASELINE else []),
    ]


def _facts(programme: Programme, delegate: Delegate, wave: Wave, rows: Sequence[Row]) -> Facts:
    facts = wave_facts(programme, delegate, wave, rows)
    stored = cohort_figures.share_in(rows, wave)
    share = read_share(stored.share) if stored else Share()
    if earlier := facts_in(share):
        facts = with_changes(facts, earlier, share.noise)
    return amended(facts, cohort_means=share.means) if share.means else facts
