"""Run the job that changes an address everywhere in a cohort: each delegate in one transaction, then what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from chalicelib.admin.address_in_cohort import change_in_cohort, cohort_roles
from chalicelib.admin.address_in_delegate import change_address_writes
from chalicelib.admin.address_uses import find_uses, refuse_taken
from chalicelib.admin.emails import links_to_pages, notice_to_old
from chalicelib.admin.redirect_emails import Change
from chalicelib.admin.voided import make_mark
from chalicelib.core.model import Cohort, Programme
from chalicelib.emails.bounces import list_shown
from chalicelib.emails.kinds import EmailKind, OnNewAddress, To, find_kind
from chalicelib.jobs.commit import commit
from chalicelib.jobs.each import each, fail_for
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, delegates, emails, jobs, programmes, waiting_emails
from chalicelib.store.emails import Email, EmailExists
from chalicelib.store.jobs import Job
from chalicelib.store.table import Changed, Write
from chalicelib.store.unreadable import list_unreadable
from chalicelib.workshops.change_sessions import notify_of_dates

MAX_RETRIES = 5  # a rater may answer, or a reminder be sent, between our read and our write
MAX_BOUNCES_CLEARED = 50  # bounces removed from the dashboard in one transaction


def change_address_everywhere(job: Job, now: datetime) -> Sequence[Write]:
    """Change each delegate in one transaction; skip those that an earlier attempt changed.

    Delegates whose rows cannot be read are left out: the job fails at the end and names them.
    """
    change = Change(**{name: job.about.get(name, "") for name in Change.__struct_fields__})
    cohort = cohorts.find(change.cohort)
    if cohort is None:
        raise LookupError(f"no cohort {change.cohort}")
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    places, broken = find_uses(change.cohort, change.old)
    notice = notice_to_old(job, change, programme, now)
    if cohort_roles(cohort, change.old):
        _move(lambda: change_in_cohort(change, cohort.id), notice, now)

    by_id = {place.delegate.id: place for place in places}
    mark = make_mark(cohort.id, change.old, change.new, cause=job.id)  # an earlier attempt may have moved some

    def move(delegate_id: str) -> None:
        refuse_taken(change, by_id[delegate_id])  # the act could not check a delegate whose rows were damaged
        _move(lambda: change_address_writes(change, list(delegates.load_rows(delegate_id)), now, mark), notice, now)

    _, left_out = each(by_id, move, "address")
    finish = [
        *links_to_pages(job, change, programme, now),
        *_off_the_dashboard(change),
        *_old_links(change, cohort),
        *_new_calendars(job, change, cohort, programme, now),
    ]
    left_out |= {**list_unreadable(), **broken}
    if left_out and finish:
        commit(finish, now)
    fail_for(left_out)
    return finish


def _new_calendars(job: Job, change: Change, cohort: Cohort, programme: Programme, now: datetime) -> list[Write]:
    """Send the calendar entries to the new address. A restarted job does not send them again."""
    cause = "address." + job.id.replace("#", ".")
    if jobs.find(JobKind.SEND_DATES.job_id(cohort.id, cause)):
        return []
    return notify_of_dates(cohort, programme, cause, now, only=_calendars(change, cohort))


def _calendars(change: Change, cohort: Cohort) -> list[str]:
    """Return whose calendars have the old address, or the new one: an earlier attempt may have changed it."""
    addresses = (change.old, change.new)
    delegates_of = [line.delegate_id for line in cohorts.list_lines(cohort.id) if line.email in addresses]
    return [
        *delegates_of,
        *(facilitator.id for facilitator in cohort.facilitators if facilitator.person.email in addresses),
    ]


def _move(writes: Callable[[], list[Write]], notice: Email | None, now: datetime) -> None:
    """Send the notice to the old address once, with the first change."""
    for left in reversed(range(MAX_RETRIES)):
        notices = emails.add(notice) if notice and emails.find(notice.id) is None else []
        try:
            commit([*writes(), *notices], now)
            return
        except (Changed, EmailExists):
            if not left:
                raise


def _off_the_dashboard(change: Change) -> list[Write]:
    gone = [bounce for bounce in list_shown(cohorts.list_bounces(change.cohort)) if bounce.email == change.old]
    return [emails.hide(change.cohort, bounce) for bounce in gone[:MAX_BOUNCES_CLEARED]]


def _old_links(change: Change, cohort: Cohort) -> list[Write]:
    """Cancel resent links that wait for the old address."""
    live = waiting_emails.list_waiting(cohort.id)
    lost = [email for email in live if _brings_a_link(find_kind(email.template)) and change.has(email.to)]
    return [emails.cancel(email.id) for email in lost if cohort.id in email.id.split("#")]


def _brings_a_link(kind: EmailKind) -> bool:
    """Return whether an email brings its reader a link. The notice to the old address does not: it still goes there."""
    return kind.to is To.LINK_OWNER and kind.on_new_address is OnNewAddress.REPLACE
