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
from chalicelib.store import audit_events, cohorts, delegates, emails
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.emails import BounceMissing, Email, EmailSettled
from chalicelib.store.table import Write, transact

BY = "command line"


class Outcome(Struct, frozen=True):
    """The result, or expected result, of retrying one email."""

    mail_id: str  # of emails that go only to who has not answered: the kind alone, so that no one is named
    again: bool
    words: str


def find(mail_ids: Sequence[str], now: datetime) -> tuple[list[Email], list[str]]:
    """Find rejected emails, those named or all, and the ids that name no such email."""
    if not mail_ids:
        return emails.refused_by_ses(now), []
    found = {mail_id: emails.find(mail_id) for mail_id in dict.fromkeys(mail_ids)}
    refused = [mail for mail in found.values() if mail and mail.may_be_retried(now)]
    known = {mail.id for mail in refused}
    return refused, [mail_id for mail_id in found if mail_id not in known]


def retry(refused: Sequence[Email], now: datetime, by: str = BY, *, dry_run: bool = False) -> list[Outcome]:
    """Queue each email again with its full number of attempts. Cancel one that is no longer needed."""
    return [_retry(mail, now, by, dry_run) for mail in refused]


def _retry(mail: Email, now: datetime, by: str, dry_run: bool) -> Outcome:
    outcome = Outcome(_shown_id(mail), again=True, words="scheduled again, if it is still needed")
    if dry_run:
        return outcome
    writes = emails.retry(mail, now) if _is_wanted(mail) else emails.drop(mail)
    noted = [_record(mail, by, now)] if "cohort" in mail.about else []
    try:
        commit([*writes, *noted], now)
    except EmailSettled:
        return Outcome(outcome.mail_id, again=False, words="was sent again already")
    except BounceMissing:  # its address was replaced, and the new one has an email of its own
        _drop(mail)
    return outcome


def _record(mail: Email, by: str, now: datetime) -> Write:
    delegate = "" if is_only_to_unanswered(mail.id) else mail.about.get("delegate", "")
    label = label_of(mail.template)
    return audit_events.add(mail.about["cohort"], AuditEvent.RETRIED_EMAIL, by, delegate, now, email=label)


def _shown_id(mail: Email) -> str:
    return mail.template if is_only_to_unanswered(mail.id) else mail.id


def _drop(mail: Email) -> None:
    try:
        transact([emails.drop_alone(mail)])
    except EmailSettled:
        return


def _facilitators(delegate: Delegate) -> list[str]:
    cohort = cohorts.find(delegate.cohort_id)
    return [one.person.email for one in cohort.facilitators] if cohort else []


def _is_wanted(mail: Email) -> bool:
    """Return whether the email is still needed: not if the delegate has left, or the rater has answered, declined or
    moved.
    """
    if mail.cancelled or "delegate" not in mail.about:
        return not mail.cancelled
    asked = mail.about.get("invitation", "")
    rows = list(delegates.load_rows(mail.about["delegate"]))
    delegate = DelegateRecord(rows).find_delegate()
    if delegate is None or delegate.withdrawn:
        return False
    if not asked:
        readers = (delegate.person.email, delegate.manager.email, delegate.coach.email, *settings().administrators)
        return mail.to.email in (*readers, *_facilitators(delegate))
    found = DelegateRecord(rows).invitations()
    return all(
        one.state is InvitationState.INVITED and one.rater.email == mail.to.email for one in found if one.id == asked
    )
