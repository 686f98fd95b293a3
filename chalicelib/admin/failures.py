"""List failed jobs and unconfirmed emails."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.emails.kinds import label_of as label_of_email
from chalicelib.emails.ses_errors import WORDS
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import label_of
from chalicelib.store import account_fault, audit_events, delegates, emails, jobs
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job, JobNotFailed, JobState

DOUBTS_WITHIN = timedelta(hours=2)  # longer than the lease of an email: every unconfirmed one


class Attention(Struct, frozen=True):
    failed: tuple[Job, ...]
    doubtful: tuple[Email, ...]
    refused: tuple[Email, ...]  # emails that SES never accepted
    account: str  # why SES rejects emails now, in words; empty if it does not

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Return kinds of rejected email and the reasons: neither who nor how many, which would reveal who has not
        answered.
        """
        return sorted({(label_of_email(email.template), email.reason) for email in self.refused})

    @property
    def unconfirmed(self) -> list[str]:
        """List kinds of email: neither who nor how many, which would reveal who has not answered."""
        return sorted({label_of_email(email.template) for email in self.doubtful})

    def words(self, job: Job) -> str:
        return label_of(job.kind)


def find_failures(now: datetime) -> Attention:
    doubtful, refused = emails.list_unconfirmed(now + DOUBTS_WITHIN), emails.refused_by_ses(now)
    return Attention(tuple(jobs.failed()), tuple(doubtful), tuple(refused), account_trouble(now))


def account_trouble(now: datetime) -> str:
    """Return why SES rejects emails because of the account, and what to do; empty if it does not. One call."""
    return WORDS.get(account_fault.current(now), "")


def retry(job_id: str, now: datetime, by: str) -> None:
    """Restart a failed job. If someone else has restarted it, do nothing."""
    job = jobs.find(job_id)
    if job is None or job.state is not JobState.FAILED:
        return
    delegate_id = job.about.get("delegate", "")
    entry = audit_events.add(_cohort(job), AuditEvent.RESTARTED_JOB, by, delegate_id, now, job=label_of(job.kind))
    try:
        commit([jobs.retry(job, now), entry], now)
    except JobNotFailed:
        return


def _cohort(job: Job) -> str:
    """Return the cohort whose audit trail the job belongs to."""
    delegate = delegates.find(job.about["delegate"]) if "delegate" in job.about else None
    return delegate.cohort_id if delegate else job.about.get("cohort", "")
