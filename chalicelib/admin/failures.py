"""List failed jobs and unconfirmed emails."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.emails.kinds import label_of as label_of_email
from chalicelib.emails.ses_errors import WORDS
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import label_of, shows_rater
from chalicelib.store import account_fault, audit_events, delegates, emails, jobs
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job, JobNotFailed, JobState

DOUBTS_WITHIN = timedelta(hours=2)  # longer than the lease of an email: every unconfirmed one


class Failure(Struct, frozen=True):
    """A failed job, or all failed jobs of a kind that would show what a rater has done.

    id   of the job, or its kind
    """

    id: str
    label: str
    error: str
    attempts: int = 0  # 0: several jobs, or one


def list_failures() -> tuple[Failure, ...]:
    """Return what failed. How many jobs follow what raters did, and about which delegate, would count answers."""
    failed = jobs.failed()
    apart = [
        Failure(job.id, label_of(job.kind), job.error, job.attempts) for job in failed if not shows_rater(job.kind)
    ]
    together = {job.kind: Failure(job.kind, label_of(job.kind), SEVERAL) for job in failed if shows_rater(job.kind)}
    return (*apart, *together.values())


SEVERAL = "Work of this kind failed. The log names the error."


class Attention(Struct, frozen=True):
    failed: tuple[Failure, ...]
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


def find_failures(now: datetime) -> Attention:
    doubtful, refused = emails.list_unconfirmed(now + DOUBTS_WITHIN), emails.refused_by_ses(now)
    return Attention(list_failures(), tuple(doubtful), tuple(refused), account_trouble(now))


def account_trouble(now: datetime) -> str:
    """Return why SES rejects emails because of the account, and what to do; empty if it does not. One call."""
    return WORDS.get(account_fault.current(now), "")


def retry(failure_id: str, now: datetime, by: str) -> None:
    """Restart a failed job, or all of a kind. If someone else has restarted it, do nothing."""
    if shows_rater(failure_id):
        for failed in jobs.failed():
            if failed.kind == failure_id:
                _retry(failed, now, by, "")
        return
    job = jobs.find(failure_id)
    if job and job.state is JobState.FAILED and not shows_rater(job.kind):
        _retry(job, now, by, job.about.get("delegate", ""))


def _retry(job: Job, now: datetime, by: str, delegate_id: str) -> None:
    """Restart a job, with a line in the trail: one for all jobs of a cohort that are restarted alike at once."""
    entry = audit_events.add(_cohort(job), AuditEvent.RESTARTED_JOB, by, delegate_id, now, job=label_of(job.kind))
    try:
        commit([jobs.retry(job, now), entry], now)
    except JobNotFailed:
        return


def _cohort(job: Job) -> str:
    """Return the cohort whose audit trail the job belongs to."""
    delegate = delegates.find(job.about["delegate"]) if "delegate" in job.about else None
    return delegate.cohort_id if delegate else job.about.get("cohort", "")
