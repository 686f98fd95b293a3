"""Run this stage's jobs: the cohort at the start, the first edition once the surveys are over, and later editions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.core.clock import moment, stamp
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Cohort, Programme
from chalicelib.core.working_days import working_days
from chalicelib.jobs.each import each, fail_for
from chalicelib.jobs.kinds import JobKind
from chalicelib.sponsor.documents.html import render_start
from chalicelib.sponsor.documents.pdf import render_pdf
from chalicelib.sponsor.documents.start import build_start, start_bytes, start_checksum, start_content
from chalicelib.sponsor.drafts import has_news, last_edition, prepare_edition
from chalicelib.sponsor.editions import store_edition
from chalicelib.sponsor.emails.about_documents import start_emails
from chalicelib.sponsor.gather import (
    Rows,
    answering,
    everyone,
    find_open,
    gather,
    load_frozen,
    load_people,
    load_surveys,
)
from chalicelib.sponsor.stories.offer import offer_writes
from chalicelib.store import audit_events, cohorts, emails, impact_surveys, jobs, programmes, summaries
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.jobs import Job
from chalicelib.store.summaries import Summary
from chalicelib.store.table import Write
from chalicelib.store.unreadable import list_unreadable

LOOK_AGAIN_AFTER = timedelta(days=1)
MAX_WAIT = timedelta(days=14)  # for answers that cannot be counted: the sponsor does not wait indefinitely
MAX_WAIT_FOR_LATE = timedelta(days=60)  # for surveys that open late, after a pause
FIRST_EDITION_AFTER = 5  # working days after the last survey has closed
WAITING_SINCE = "mending"  # the key in stored jobs: since when answers wait for correction
LOOKING_SINCE = "since"  # when the job first looked

WITHDRAWN = "withdrawn"  # the reason in a stored job
REPLACES = "A story was withdrawn. This edition replaces every earlier one: please stop using those."

Lines = Mapping[str, DelegateLine]


def make_summary(job: Job, now: datetime) -> Sequence[Write]:
    """Make the first edition, from published figures only.

    Wait until every survey has closed, then five working days, and then for answers that contradict each other to be
    corrected. The job looks again each day.
    """
    cohort, programme = _cohort(job)
    if summaries.of_cohort(cohort.id):
        return []
    began = cohorts.list_lines(cohort.id)
    lines = answering(began)
    rows = load_surveys(lines)
    open_ones = find_open(lines, rows)
    looking = moment(job.about[LOOKING_SINCE]) if LOOKING_SINCE in job.about else now
    if open_ones and now < looking + MAX_WAIT_FOR_LATE:
        return [jobs.add(_later(cohort, now + LOOK_AGAIN_AFTER, looking, job.about.get(WAITING_SINCE, "")))]
    usable, left_out = gather(programme, lines, rows)
    if (due := _earliest(programme, cohort, rows)) and now < due:
        later = jobs.add(_later(cohort, due, looking, job.about.get(WAITING_SINCE, "")))
        return [later, *offer_writes(programme, cohort, list(usable.values()), now)]
    since = moment(job.about[WAITING_SINCE]) if job.about.get(WAITING_SINCE) else now
    if (left_out or list_unreadable()) and now < since + MAX_WAIT:
        notices = [write for key in left_out for write in _notify(cohort, lines[key], now)]
        return [jobs.add(_later(cohort, now + LOOK_AGAIN_AFTER, looking, stamp(since))), *notices]
    people = everyone(cohort.id, began, usable, open_ones)
    return store_edition(programme, cohort, prepare_edition(programme, cohort, people, None, now), now)


def make_next_edition(job: Job, now: datetime) -> Sequence[Write]:
    """Make another edition if there is something new. If there is no first edition yet, that one will include it.

    Raises RowsBroken if a line of the cohort cannot be read: what an edition shows stays. Only what was withdrawn is
    taken out all the same.
    """
    cohort, programme = _cohort(job)
    before = last_edition(cohort.id)
    if before is None:
        return []
    people = load_people(programme, cohort)
    is_withdrawal = job.about.get("why") == WITHDRAWN
    if not is_withdrawal:
        fail_for({})
    draft = prepare_edition(programme, cohort, people, before, now)
    if not has_news(draft.final, before):
        return []
    draft = replace(draft, final=replace(draft.final, replaces=REPLACES if is_withdrawal else ""))
    return store_edition(programme, cohort, draft, now, quietly=is_withdrawal)


def make_start(job: Job, now: datetime) -> Sequence[Write]:
    """Make the page of the cohort at the start, if five delegates or more have reports."""
    cohort, programme = _cohort(job)
    baseline, _ = load_frozen(cohort.id)
    start = build_start(programme, cohort, baseline, local_date(now, programme.organisation.timezone))
    if not start.workshops:
        return []
    documents = {
        "facts": start_bytes(start),
        "html": render_start(programme, start).encode(),
        "pdf": render_pdf("start", start_content(programme, start), start.made_on),
    }
    files = summaries.save_documents(cohort.id, start_checksum(start), documents)
    stored = Summary(cohort.id, summaries.START, start_checksum(start), files["facts"], files["html"], now, files=files)
    due_at = working_days(programme.organisation, cohort.dates.closed).next_morning(now)
    notices = [write for email in start_emails(programme, cohort, due_at) for write in emails.add(email)]
    return [summaries.add(stored), *notices]


def _cohort(job: Job) -> tuple[Cohort, Programme]:
    cohort = cohorts.find(job.about["cohort"])
    if cohort is None:
        raise LookupError(f"no cohort {job.about['cohort']}")
    return cohort, programmes.load(cohort.programme_id, cohort.programme_version)


def _earliest(programme: Programme, cohort: Cohort, rows: Rows) -> datetime | None:
    """Return the morning on which the first edition may be made; None if there was no survey."""
    read, _ = each(rows, lambda delegate_id: impact_surveys.surveys_from(rows[delegate_id]), "summary")
    closed = [survey.closes_at for surveys in read.values() for survey in surveys if not survey.is_open]
    if not closed:
        return None
    days = working_days(programme.organisation, cohort.dates.closed)
    last = local_date(max(closed), programme.organisation.timezone)
    return days.morning(days.add(last, FIRST_EDITION_AFTER))


def _notify(cohort: Cohort, line: DelegateLine, now: datetime) -> list[Write]:
    """Notify the administrator once, on the dashboard and in the trail.

    Only the person who answered sees what is wrong, because it would reveal an answer to anyone else.
    """
    if line.left_out:
        return []
    entry = audit_events.add(cohort.id, AuditEvent.LEFT_OUT, "summary", line.delegate_id, now)
    return [cohorts.leave_out(cohort.id, line.delegate_id), entry]


def _later(cohort: Cohort, due_at: datetime, looking: datetime, since: str) -> Job:
    """Postpone the first edition. since: when answers began to wait for correction; empty if none wait."""
    about = {"cohort": cohort.id, LOOKING_SINCE: stamp(looking)} | ({WAITING_SINCE: since} if since else {})
    return JobKind.SUMMARY.job(cohort.id, f"{due_at:%Y-%m-%d}", due_at=due_at, **about)
