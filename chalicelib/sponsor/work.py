"""The job of this stage: the summary of a cohort, made once the last impact survey has closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from chalicelib import mailed_links
from chalicelib.mail.queue import queued
from chalicelib.mail.words import common_words
from chalicelib.model import SELF_GROUP, Cohort, Person, Programme, Wave
from chalicelib.report.facts import read_facts
from chalicelib.report.frozen import Frozen, read_frozen
from chalicelib.report.published import ALL_OTHERS, About
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.page import render_summary
from chalicelib.sponsor.summary import checksum, summarise_cohort, summary_bytes
from chalicelib.store import cohort_figures, cohorts, impacts, jobs, mails, objects, programmes, reports, summaries
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.impacts import PulseResult, Role
from chalicelib.store.jobs import Job, JobState
from chalicelib.store.mails import Mail
from chalicelib.store.marshal import Row
from chalicelib.store.reports import ReportState
from chalicelib.store.summaries import Summary
from chalicelib.store.table import Write

LOOK_AGAIN_AFTER = timedelta(days=1)


def summarise(job: Job, now: datetime) -> Sequence[Write]:
    """Once, from published figures only; put off a day while an impact survey is open or still to open."""
    cohort = cohorts.find(job.about["cohort"])
    if cohort is None:
        raise LookupError(f"no cohort {job.about['cohort']}")
    lines = cohorts.lines(cohort.id)
    rows = {line.delegate_id: impacts.of_delegate(line.delegate_id) for line in lines}
    if any(_is_waited_for(delegate_id, found) for delegate_id, found in rows.items()):
        return [jobs.add(_later(cohort, now))]
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    people = [_evidence(line, rows[line.delegate_id]) for line in lines]
    today = now.astimezone(ZoneInfo(programme.organisation.timezone)).date()
    summary = summarise_cohort(programme, cohort, people, today, *_frozen(cohort.id))
    html = render_summary(programme, summary).encode()
    facts_name, html_name = summaries.save_documents(cohort.id, checksum(summary), summary_bytes(summary), html)
    stored = Summary(cohort.id, summaries.IMPACT, checksum(summary), facts_name, html_name, now)
    told = [mails.add(_mail(programme, cohort, cohort.sponsor, now))] if cohort.sponsor else []
    return [summaries.add(stored), *told]


def _is_waited_for(delegate_id: str, rows: Sequence[Row]) -> bool:
    """After an outage surveys open late, and close as much later. One that failed for good is not waited for."""
    surveys = impacts.surveys_from(rows)
    if surveys:
        return any(survey.is_open for survey in surveys)
    asking = jobs.find(f"impact#{delegate_id}")
    return asking is not None and asking.state is JobState.WAITING


def _later(cohort: Cohort, now: datetime) -> Job:
    at = now + LOOK_AGAIN_AFTER
    return jobs.job("summary", cohort.id, f"{at:%Y-%m-%d}", due_at=at, cohort=cohort.id)


def _evidence(line: DelegateLine, rows: Sequence[Row]) -> Evidence:
    surveys = {survey.role: survey for survey in impacts.surveys_from(rows)}
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
        raters_change=_raters_change(impacts.pulse_from(rows)),
    )


def _published_means(delegate_id: str) -> Mapping[str, Mapping[str, Fraction]] | None:
    """Cell -> competency -> mean, as the released report shows them; None without a released report."""
    report = reports.find(delegate_id, Wave.BASELINE)
    if report is None or report.state is not ReportState.RELEASED:
        return None
    means: dict[str, dict[str, Fraction]] = {}
    for statistic in read_facts(objects.load(report.facts)).statistics:
        if statistic.about == About.COMPETENCY:
            means.setdefault(statistic.cell, {})[statistic.id] = statistic.range.shown
    return means


def _frozen(cohort_id: str) -> tuple[Frozen, Frozen]:
    """The cohort's figures as the reports of the baseline and of the follow-up show them."""
    found = (cohort_figures.find(cohort_id, wave) for wave in (Wave.BASELINE, Wave.FOLLOWUP))
    baseline, followup = (read_frozen(one.figures) if one else Frozen() for one in found)
    return baseline, followup


def _raters_change(pulse: PulseResult | None) -> tuple[Fraction, ...]:
    figures = pulse.figures if pulse else ()
    return tuple(Fraction(figure.change) for figure in figures if figure.cell == ALL_OTHERS)


def _mail(programme: Programme, cohort: Cohort, sponsor: Person, now: datetime) -> Mail:
    return queued(
        "sponsor/summary",
        cohort.id,
        summaries.IMPACT,
        to=sponsor,
        due_at=now,
        words=common_words(programme) | {"name": sponsor.name, "cohort": cohort.title},
        links={"sponsor": mailed_links.sponsor(cohort)},
        about={"cohort": cohort.id},
    )
