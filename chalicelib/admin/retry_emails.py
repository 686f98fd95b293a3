"""Send emails again that SES rejected, once the cause is fixed. Never send an accepted email twice.

The output and the trail are the same for an email that is no longer needed: otherwise they would reveal who has
answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from chalicelib.core.model import Delegate, InvitationState
from chalicelib.core.settings import settings
from chalicelib.emails.bounces import is_only_to_unanswered
from chalicelib.emails.kinds import label_of
from chalicelib.jobs.commit import commit
from chalicelib.store import audit_events, cohorts, delegates, emails, workshops
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.emails import BounceMissing, Email, EmailSettled
from chalicelib.store.table import Write, transact
from chalicelib.workshops.unsent import says_present_date

BY = "command line"


class Outcome(Struct, frozen=True):
    """The result, or expected result, of retrying one email."""

    mail_id: str  # of emails that go only to who has not answered: the kind alone, so that no one is named
    again: bool
    words: str


def find(email_ids: Sequence[str], now: datetime) -> tuple[list[Email], list[str]]:
    """Find rejected emails, those named or all, and the ids that name no such email."""
    if not email_ids:
        return emails.refused_by_ses(now), []
    by_id = {email_id: emails.find(email_id) for email_id in dict.fromkeys(email_ids)}
    refused = [email for email in by_id.values() if email and email.may_be_retried(now)]
    known = {email.id for email in refused}
    return refused, [email_id for email_id in by_id if email_id not in known]


def retry(refused: Sequence[Email], now: datetime, by: str = BY, *, dry_run: bool = False) -> list[Outcome]:
    """Queue each email again with its full number of attempts. Cancel one that is no longer needed."""
    return [_retry(email, now, by, dry_run) for email in refused]


def _retry(email: Email, now: datetime, by: str, dry_run: bool) -> Outcome:
    outcome = Outcome(_shown_id(email), again=True, words="scheduled again, if it is still needed")
    if dry_run:
        return outcome
    is_sent = _is_wanted(email) and _is_current(email, now)
    writes = emails.retry(email, now) if is_sent else emails.drop(email)
    noted = [_record(email, by, now)] if "cohort" in email.about else []
    try:
        commit([*writes, *noted], now)
    except EmailSettled:
        return Outcome(outcome.mail_id, again=False, words="was sent again already")
    except BounceMissing:  # its address was replaced, and the new one has an email of its own
        _drop(email)
    return outcome


def _record(email: Email, by: str, now: datetime) -> Write:
    delegate = "" if is_only_to_unanswered(email.id) else email.about.get("delegate", "")
    label = label_of(email.template)
    return audit_events.add(email.about["cohort"], AuditEvent.RETRIED_EMAIL, by, delegate, now, email=label)


def _shown_id(email: Email) -> str:
    return email.template if is_only_to_unanswered(email.id) else email.id


def _drop(email: Email) -> None:
    try:
        transact([emails.drop_alone(email)])
    except EmailSettled:
        return


def _facilitators(delegate: Delegate) -> list[str]:
    cohort = cohorts.find(delegate.cohort_id)
    return [facilitator.person.email for facilitator in cohort.facilitators] if cohort else []


def _is_current(email: Email, now: datetime) -> bool:
    """Return whether a calendar entry still says what is: not if the session has moved or the meeting is over."""
    if email.entry is None or email.entry.cancelled:
        return True
    if not email.template.startswith("workshops/"):
        return email.entry.starts > now  # the act that changes a meeting cancels its entry
    return says_present_date(email, workshops.list_sessions(email.about["cohort"]), now)


def _is_wanted(email: Email) -> bool:
    """Return whether the email is still needed: not if the delegate has left, or the rater has answered, declined or
    moved.
    """
    if email.cancelled or "delegate" not in email.about:
        return not email.cancelled
    asked = email.about.get("invitation", "")
    rows = list(delegates.load_rows(email.about["delegate"]))
    delegate = DelegateRecord(rows).find_delegate()
    if delegate is None or delegate.withdrawn:
        return False
    if not asked:
        readers = (delegate.person.email, delegate.manager.email, delegate.coach.email, *settings().administrators)
        return email.to.email in (*readers, *_facilitators(delegate))
    invitations = DelegateRecord(rows).invitations()
    return all(
        invitation.state is InvitationState.INVITED and invitation.rater.email == email.to.email
        for invitation in invitations
        if invitation.id == asked
    )
