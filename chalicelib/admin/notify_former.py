"""Emails to a coach, line manager, facilitator or sponsor in whose place another person is named.

A person who was never emailed about that part gets no notice that it is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.admin.emails import FORMER, former_notice
from chalicelib.core.model import Cohort, Delegate
from chalicelib.core.working_days import working_days
from chalicelib.emails.kinds import To, find_kind
from chalicelib.store import cohorts, emails, programmes, waiting_emails
from chalicelib.store.emails import Email, EmailState
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write

ROLES = {
    "coach": {To.COACH, To.APPROVER, To.LINK_OWNER},
    "line manager": {To.MANAGER, To.APPROVER, To.RATER, To.SURVEYED},
    "sponsor": {To.SPONSOR, To.LINK_OWNER},
    "facilitator": {To.FACILITATOR, To.LINK_OWNER},
}
NOT_HANDED_OVER = {EmailState.QUEUED, EmailState.CANCELLED, EmailState.REFUSED}


def knows_part(part: str, address: str, cohort_id: str, delegate_id: str = "") -> bool:
    """Return whether any email to an address has said that its reader has a part, or led to its pages."""
    owners = [*filter(None, [delegate_id]), *_other_delegates(part, address, cohort_id), cohort_id]
    return any(_says_part(email, part, address) for owner in owners for email in _list(owner))


def _list(owner: str) -> list[Email]:
    return waiting_emails.read_all(waiting_emails.list_ids(owner))


def _other_delegates(part: str, address: str, cohort_id: str) -> Iterator[str]:
    """Yield the other delegates of a coach in the cohort: one page shows them all."""
    if part == "coach":
        yield from (line.delegate_id for line in cohorts.list_lines(cohort_id) if line.coach.email == address)


def _says_part(email: Email, part: str, address: str) -> bool:
    fits = email.to.email == address and find_kind(email.template).to in ROLES[part] and email.template != FORMER.name
    return fits and _was_handed_over(email)


def _was_handed_over(email: Email) -> bool:
    if email.state is not EmailState.CARRIED:
        return email.state not in NOT_HANDED_OVER
    digest = emails.find(email.carried_by)
    return digest is not None and digest.state not in NOT_HANDED_OVER


def notify_former_people(job: Job, delegate: Delegate, now: datetime) -> Iterator[Write]:
    """Write one email for each part and load, for all delegates that the file takes from the person."""
    now_in = {"coach": delegate.coach, "line manager": delegate.manager}
    before_in = {"coach": job.about["coach"], "line manager": job.about["manager"]}
    for part, person in now_in.items():
        if before_in[part] != person.email:
            yield from _take_back(delegate.cohort_id, part, person.email)
            yield from _notify(job, delegate.cohort_id, part, before_in[part], now, delegate.id)


def notify_former_of_cohort(job: Job, now: datetime) -> list[Write]:
    """Notify a sponsor or a facilitator, who have a part in the whole cohort, and cancel what still leads there."""
    part = "sponsor" if "sponsor" in job.about else "facilitator"
    cohort_id, before = job.about["cohort"], job.about[part]
    if before in _holders(_cohort(cohort_id), part):
        return []  # it was given back to them since
    waiting = [email for email in waiting_emails.list_waiting(cohort_id) if _leads_to_closed_pages(email, part, before)]
    again = [write for holder in _holders(_cohort(cohort_id), part) for write in _take_back(cohort_id, part, holder)]
    return [*map(emails.cancel, (email.id for email in waiting)), *again, *_notify(job, cohort_id, part, before, now)]


def _take_back(cohort_id: str, part: str, address: str) -> Iterator[Write]:
    """Cancel a notice that waits for the morning: its reader has the part again."""
    for email in waiting_emails.list_waiting(cohort_id):
        if email.template == FORMER.name and email.to.email == address and email.words["part"] == part:
            yield emails.cancel(email.id)


def _leads_to_closed_pages(email: Email, part: str, address: str) -> bool:
    """Return whether an email leads to pages that do not open any more. One that changes a calendar is to go out."""
    return email.to.email == address and part in email.links and email.entry is None


def _notify(job: Job, cohort_id: str, part: str, before: str, now: datetime, delegate_id: str = "") -> Iterator[Write]:
    if not knows_part(part, before, cohort_id, delegate_id):
        return
    cohort = _cohort(cohort_id)
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    due_at = working_days(programme.organisation, cohort.dates.closed).soon(now)
    notice = former_notice(programme, cohort, part, before, load=job.id.rsplit("#", 1)[-1], due_at=due_at)
    if emails.find(notice.id) is None:
        yield from emails.add(notice)


def _cohort(cohort_id: str) -> Cohort:
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise LookupError(f"no cohort {cohort_id}")
    return cohort


def _holders(cohort: Cohort, part: str) -> list[str]:
    sponsors = [cohort.sponsor] if cohort.sponsor else []
    people = sponsors if part == "sponsor" else [facilitator.person for facilitator in cohort.facilitators]
    return [person.email for person in people]
