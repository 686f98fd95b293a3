"""Run this stage's job: make the summary of a cohort once the last impact survey has closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from chalicelib.core.clock import moment, stamp
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_date
from chalicelib.core.model import SELF_GROUP, Cohort, Programme, Wave
from chalicelib.forms.pulse import AREAS
from chalicelib.forms.survey import sections, unfit
from chalicelib.jobs.each import each
from chalicelib.jobs.kinds import JobKind
from chalicelib.results.cohort_snapshot import Frozen, read_frozen
from chalicelib.results.facts import read_facts
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.sponsor.emails import summary_email
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.render_html import render_summary
from chalicelib.sponsor.summary import checksum, summarise_cohort, summary_bytes
from chalicelib.store import (
    audit_events,
    cohort_figures,
    cohorts,
    emails,
    impact_surveys,
    jobs,
    objects,
    programmes,
    reports,
    summaries,
)
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.impact_surveys import PulseResult, Role
from chalicelib.store.jobs import Job, JobState
from chalicelib.store.marshal import Row
from chalicelib.store.reports import ReportState
from chalicelib.store.summaries import Summary
from chalicelib.store.table import Write

LOOK_AGAIN_AFTER = timedelta(days=1)
MAX_WAIT = timedelta(days=14)  # for answers that cannot be counted: the sponsor does not wait indefinitely
WAITING_SINCE = "mending"  # the key in stored jobs


def make_summary(job: Job, now: datetime) -> Sequence[Write]:
    """Make the summary once, from published figures only.

    Postpone it by a day while a survey is open or still to open, or while answers that cannot be counted may still be
    corrected.
    """
    cohort = cohorts.find(job.about["cohort"])
    if cohort is None:
        raise LookupError(f"no cohort {job.about['cohort']}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    lines = {line.delegate_id: line for line in cohorts.list_lines(cohort.id)}
    rows = {delegate_id: impact_surveys.of_delegate(delegate_id) for delegate_id in lines}
    waited_for, _ = each(lines, lambda delegate_id: _is_waited_for(delegate_id, rows[delegate_id]), "summary")
    if any(waited_for.values()):
        return [jobs.add(_later(cohort, now, job.about.get(WAITING_SINCE, "")))]
    usable, left_out = each(
        lines, lambda delegate_id: _evidence(programme, lines[delegate_id], rows[delegate_id]), "summary"
    )
    since = moment(job.about[WAITING_SINCE]) if job.about.get(WAITING_SINCE) else now
    if left_out and now < since + MAX_WAIT:
        notices = [write for key in left_out for write in _notify(cohort, lines[key], now)]
        return [jobs.add(_later(cohort, now, stamp(since))), *notices]
    people = [usable.get(key) or Evidence(line.name, line.service, left_out=True) for key, line in lines.items()]
    return _make(programme, cohort, people, now)


def _make(programme: Programme, cohort: Cohort, people: Sequence[Evidence], now: datetime) -> list[Write]:
    today = local_date(now, programme.organisation.timezone)
    summary = summarise_cohort(programme, cohort, people, today, *_frozen(cohort.id))
    html = render_summary(programme, summary).encode()
    facts_name, html_name = summaries.save_documents(cohort.id, checksum(summary), summary_bytes(summary), html)
    stored = Summary(cohort.id, summaries.IMPACT, checksum(summary), facts_name, html_name, now)
    notices = emails.add(summary_email(programme, cohort, cohort.sponsor, now)) if cohort.sponsor else []
    return [summaries.add(stored), *notices]


def _notify(cohort: Cohort, line: DelegateLine, now: datetime) -> list[Write]:
    """Notify the administrator once, on the dashboard and in the trail.

    What is wrong is shown to the person who answered, and to no one else: it would reveal an answer.
    """
    if line.left_out:
        return []
    entry = audit_events.add(cohort.id, AuditEvent.LEFT_OUT, "summary", line.delegate_id, now)
    return [cohorts.leave_out(cohort.id, line.delegate_id), entry]


def _is_waited_for(delegate_id: str, rows: Sequence[Row]) -> bool:
    """Return whether the cohort's surveys may still come: after an outage they open and close late.

    Do not wait for a failed one.
    """
    surveys = impact_surveys.surveys_from(rows)
    if surveys:
        return any(survey.is_open for survey in surveys)
    asking = jobs.find(f"impact#{delegate_id}")
    return asking is not None and asking.state is JobState.WAITING


def _later(cohort: Cohort, now: datetime, since: str) -> Job:
    """Postpone the summary. since: when answers began to wait for correction; empty if none do."""
    next_look = now + LOOK_AGAIN_AFTER
    about = {"cohort": cohort.id} | ({WAITING_SINCE: since} if since else {})
    return JobKind.SUMMARY.job(cohort.id, f"{next_look:%Y-%m-%d}", due_at=next_look, **about)


class AnswersUnfit(Refusal):
    """Sent answers contradict one another, so they give no figure."""

    title = "Left out of the summary"


def _evidence(programme: Programme, line: DelegateLine, rows: Sequence[Row]) -> Evidence:
    """Raises AnswersUnfit."""
    surveys = {survey.role: survey for survey in impact_surveys.surveys_from(rows)}
    for survey in surveys.values():
        if survey.sent and (faults := unfit(sections(programme, survey.areas, survey.role), survey.answers)):
            raise AnswersUnfit(" ".join(fault.message for fault in faults))
    sent = {role: survey.answers for role, survey in surveys.items() if survey.sent}
    means = _published_means(line.delegate_id)
    return Evidence(
        name=line.name,
        service=line.service,
        has_report=means is not None,
        self_means=(means or {}).get(SELF_GROUP, {}),
        areas=tuple(area.id for area in surveys[Role.DELEGATE].areas) if surveys else (),
        own=sent.get(Role.DELEGATE),
        manager=sent.get(Role.MANAGER),
        raters_change=_raters_change(impact_surveys.pulse_from(rows)),
    )


def _published_means(delegate_id: str) -> Mapping[str, Mapping[str, Fraction]] | None:
    """Return cell -> competency -> mean, as the released report shows them; None without a released report."""
    report = reports.find(delegate_id, Wave.BASELINE)
    if report is None or report.state is not ReportState.RELEASED:
        return None
    means: dict[str, dict[str, Fraction]] = {}
    for statistic in read_facts(objects.load(report.facts)).statistics:
        if statistic.about == About.COMPETENCY:
            means.setdefault(statistic.cell, {})[statistic.id] = statistic.range.shown
    return means


def _frozen(cohort_id: str) -> tuple[Frozen, Frozen]:
    """Return the cohort's figures as the reports of the baseline and of the follow-up show them."""
    snapshots = (cohort_figures.find(cohort_id, wave) for wave in (Wave.BASELINE, Wave.FOLLOWUP))
    baseline, followup = (read_frozen(snapshot.figures) if snapshot else Frozen() for snapshot in snapshots)
    return baseline, followup


def _raters_change(pulse: PulseResult | None) -> tuple[Fraction, ...]:
    figures = pulse.figures if pulse else ()
    return tuple(Fraction(figure.change) for figure in figures if figure.cell == ALL_OTHERS and figure.area != AREAS)
