"""What stopped and waits for somebody: jobs that were given up, mails of which nothing is known."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.jobs.commit import commit
from chalicelib.mail.ses_errors import WORDS
from chalicelib.store import account_fault, audits, delegates, jobs, mails
from chalicelib.store.jobs import Job, JobNotFailed, JobState
from chalicelib.store.mails import Mail

DOUBTS_WITHIN = timedelta(hours=2)  # longer than the lease of a mail: every doubt there is

WORK = {
    "enrol": "Enrol the people of a cohort",
    "open": "Open a questionnaire",
    "invite": "Invite raters",
    "ask_approver": "Send a list of raters to its approver again",
    "void": "Destroy answers and ask again",
    "handover": "Tell people about another coach or manager",
    "complete": "Close early because all have answered",
    "counts": "Count the answers of a cohort",
    "close": "Close a questionnaire",
    "tell_extended": "Tell raters of more time",
    "report": "Make a report",
    "impact": "Open an impact survey",
    "impact_close": "Close an impact survey",
    "pulse_results": "Publish what the raters saw",
    "summary": "Make the sponsor’s summary",
    "chase_all": "Remind a cohort",
    "chase": "Remind raters",
    "withdraw": "Withdraw a delegate",
    "replace": "Replace an address",
    "followup": "Plan a follow-up",
    "cohort_figures": "Freeze a cohort’s figures",
    "undeliverable": "Stop emails to an address",
}


class Attention(Struct, frozen=True):
    failed: tuple[Job, ...]
    doubtful: tuple[Mail, ...]
    refused: tuple[Mail, ...]  # emails that SES never took
    account: str  # why SES refuses emails now, in words; empty if it does not

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """Which kinds of email, and why: neither who nor how many, which would tell who has not answered."""
        return sorted({(mail.template, mail.reason) for mail in self.refused})

    def words(self, job: Job) -> str:
        return WORK.get(job.kind, job.kind)


def attention(now: datetime) -> Attention:
    doubtful, refused = mails.in_doubt(now + DOUBTS_WITHIN), mails.refused_by_ses(now)
    return Attention(tuple(jobs.failed()), tuple(doubtful), tuple(refused), account_trouble(now))


def account_trouble(now: datetime) -> str:
    """Why SES refuses emails because of the account, and what to do; empty if it does not. One call."""
    return WORDS.get(account_fault.current(now), "")


def retry(job_id: str, now: datetime, by: str) -> None:
    """Start a failed job over. One that somebody else has started over is left alone."""
    job = jobs.find(job_id)
    if job is None or job.state is not JobState.FAILED:
        return
    delegate_id = job.about.get("delegate", "")
    entry = audits.add(_cohort(job), f"started over: {WORK.get(job.kind, job.kind)}", by, delegate_id, now)
    try:
        commit([jobs.retry(job, now), entry], now)
    except JobNotFailed:
        return


def _cohort(job: Job) -> str:
    """In whose audit trail the job belongs."""
    delegate = delegates.find(job.about["delegate"]) if "delegate" in job.about else None
    return delegate.cohort_id if delegate else job.about.get("cohort", "")
