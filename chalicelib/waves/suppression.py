"""An address that does not take our mail gets no more of it: what waits is cancelled, later mails are made stopped.

Replacing the address takes its bounces off the dashboard and revives what is still to come.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from chalicelib.core.model import Delegate, DelegateWave, Invitation, Wave
from chalicelib.store import cohorts, delegates, emails, invitations, programmes
from chalicelib.store.delegates import Nomination
from chalicelib.store.emails import EmailMissing
from chalicelib.store.impact_surveys import Role, surveys_from
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import Row, read
from chalicelib.store.table import Write, transact
from chalicelib.waves import lifecycle
from chalicelib.waves.emails import about_lists


def list_suppressed(cohort_id: str) -> frozenset[str]:
    """Those of a cohort that do not take mail. One query."""
    return frozenset(bounce.email for bounce in cohorts.bounces(cohort_id) if bounce.is_lost)


def suppress_address(job: Job, now: datetime) -> Sequence[Write]:
    """The job: cancel what waits for the address, about whomever it is. May be repeated."""
    bounced = emails.find(job.about["mail"])
    if bounced is None:
        return []
    asked_about = {entry.delegate_id for entry in invitations.inbox_of(bounced.to.email)}
    for delegate_id in sorted(asked_about | {bounced.about.get("delegate", "")} - {""}):
        for mail_id in _waiting(list(delegates.load_rows(delegate_id)), bounced.to.email):
            _cancel(mail_id)
    return []


def _waiting(rows: Sequence[Row], address: str) -> Iterator[str]:
    """Ids of mails that may be queued for the address, among those about one delegate."""
    delegate = next((read(Delegate, row) for row in rows if row["sk"] == "META"), None)
    if delegate is None:
        return
    for row in rows:
        if row["sk"].startswith("INVITATION#") and row["rater"]["email"] == address:
            yield from read(Invitation, row).reminders
    readers = {Role.DELEGATE: delegate.person, Role.MANAGER: delegate.manager}
    for survey in surveys_from(rows):
        if readers[survey.role].email == address:
            yield from survey.reminders
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    approver = lifecycle.approver_of(programme, delegate)
    if approver and approver.email == address:
        lists = (read(Nomination, row) for row in rows if row["sk"].startswith("NOMINATION#"))
        yield from (mail_id for chosen in lists for mail_id in chosen.reminders)
    if delegate.person.email == address:
        wave = next(read(DelegateWave, row) for row in rows if row["sk"] == f"WAVE#{Wave.BASELINE.value}")
        yield about_lists.choose_reminder(programme, delegate, wave).id


def _cancel(mail_id: str) -> None:
    try:
        transact([emails.cancel(mail_id)])
    except EmailMissing:
        return  # there is no such mail
