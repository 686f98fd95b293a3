"""Suppress an address that does not take our email: cancel what waits for it, and queue nothing new to it.

Replacing the address removes its bounces from the dashboard and revives emails that are still to come.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.emails.bounces import is_only_to_unanswered, list_shown
from chalicelib.store import cohorts, emails, invitations, waiting_emails
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job
from chalicelib.store.table import Write


def list_suppressed(cohort_id: str) -> frozenset[str]:
    """Return the addresses of a cohort that do not take email, as far as pages show them. One query.

    An address at which only a reminder bounced is not among them: what everyone gets must not show who was reminded.
    """
    return frozenset(bounce.email for bounce in list_shown(cohorts.list_bounces(cohort_id)) if bounce.is_lost)


def list_suppressed_for_reminders(cohort_id: str) -> frozenset[str]:
    """Return also the addresses at which a reminder bounced. For emails that go only to who has not answered."""
    return frozenset(bounce.email for bounce in cohorts.list_bounces(cohort_id) if bounce.is_lost)


def suppress_address(job: Job, now: datetime) -> Sequence[Write]:
    """Cancel what waits for the address, of every kind, wave and delegate. A job; may be repeated.

    The bounce of a reminder cancels reminders alone.
    """
    bounced = emails.find(job.about["mail"])
    if bounced is None:
        return []
    waiting = waiting_emails.list_waiting(*_list_owners(bounced), or_unconfirmed=True)
    reminders_alone = is_only_to_unanswered(bounced.id)
    waiting_emails.suppress_all(
        email.id
        for email in waiting
        if email.to.email == bounced.to.email and (not reminders_alone or is_only_to_unanswered(email.id))
    )
    return []


def _list_owners(bounced: Email) -> set[str]:
    """Return ids of the cohort, its delegates, and other delegates that the address is asked about."""
    cohort_id = bounced.about["cohort"]
    here = cohorts.list_ids(cohorts.rows(cohort_id))
    return {cohort_id, *here, *(entry.delegate_id for entry in invitations.inbox_of(bounced.to.email))}
