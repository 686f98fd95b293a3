"""The job of this stage: publish a closed wave, print it, and tell the coach."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalicelib import waves
from chalicelib.mail.queue import queued
from chalicelib.mail.words import common_words
from chalicelib.model import Delegate, Programme, Wave
from chalicelib.report.change import with_changes
from chalicelib.report.documents import documents
from chalicelib.report.facts import Facts, ReportHeading, build_facts, read_facts
from chalicelib.report.publish import publish
from chalicelib.store import cohorts, delegates, mails, objects, programmes, reports, responses
from chalicelib.store.cohorts import Stage
from chalicelib.store.jobs import Job
from chalicelib.store.mails import Mail
from chalicelib.store.marshal import Row, read
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import Write

# The coach's mail is left to the sweep: a few minutes do not matter, and a hint would be one call more.
COACH_IS_TOLD_AFTER = timedelta(minutes=1)


def build_report(job: Job, now: datetime) -> Sequence[Write]:
    """Six calls with claim and settling: one query, three documents. The same responses make the same report.

    A follow-up needs one more, for the facts that it is compared with.
    """
    rows = list(delegates.partition(job.about["delegate"]))
    wave = Wave(job.about["wave"])
    delegate = next(read(Delegate, row) for row in rows if row["sk"] == "META")
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    facts = _facts(programme, delegate, wave, rows, job)
    names = reports.save_documents(delegate.id, wave, facts.checksum, documents(programme, facts))
    report = StoredReport(delegate.id, wave, facts.checksum, names["facts"], names["html"], names["pdf"], made_at=now)
    return [
        reports.add(report),
        cohorts.change_line(delegate, put={"stage": Stage.REPORT_READY}),
        mails.add(_ready_mail(programme, delegate, wave, now)),
    ]


def _facts(programme: Programme, delegate: Delegate, wave: Wave, rows: Sequence[Row], job: Job) -> Facts:
    zone = ZoneInfo(programme.organisation.timezone)
    heading = ReportHeading(
        delegate=delegate.person.name,
        job_title=delegate.job_title,
        service=delegate.service,
        cohort=delegate.cohort_title,
        programme=programme.title,
        organisation=programme.organisation.name,
        coach=delegate.coach.name,
        wave=wave.value,
        issued=_closed_at(rows, wave).astimezone(zone).date(),
    )
    published = publish(programme, responses.from_rows(rows, wave), comment_key=_comment_key(rows, wave))
    facts = build_facts(programme, heading, published)
    earlier = _earlier(rows, wave)
    return with_changes(facts, earlier, noise={}) if earlier else facts


def _earlier(rows: Iterable[Row], wave: Wave) -> Facts | None:
    """The baseline's facts, for a follow-up; None if there was no report then."""
    if wave is not Wave.FOLLOWUP:
        return None
    found = (read(StoredReport, row) for row in rows if row["sk"] == f"REPORT#{Wave.BASELINE.value}")
    return next((read_facts(objects.load(report.facts)) for report in found), None)


def _closed_at(rows: Iterable[Row], wave: Wave) -> datetime:
    """The report carries the day of the deadline, however late or often it is made."""
    sk = f"WAVE#{wave.value}"
    return next(datetime.fromisoformat(row["closes_at"]) for row in rows if row["sk"] == sk)


def _comment_key(rows: Iterable[Row], wave: Wave) -> bytes:
    """From the random ids of the responses: the same at each attempt, and nothing that tells who wrote what."""
    prefix = f"RESPONSE#{wave.value}#"
    ids = sorted(row["sk"] for row in rows if row["sk"].startswith(prefix))
    return hashlib.sha256("\n".join(ids).encode()).digest()


def _ready_mail(programme: Programme, delegate: Delegate, wave: Wave, now: datetime) -> Mail:
    return queued(
        "report/ready",
        delegate.id,
        wave.value,
        to=delegate.coach,
        due_at=now + COACH_IS_TOLD_AFTER,
        words=common_words(programme)
        | {"name": delegate.coach.name, "delegate": delegate.person.name, "cohort": delegate.cohort_title},
        links={"coach": waves.coach_link(delegate)},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )
