"""Find the email by which a rater hears of a questionnaire: until it is sent, nothing else about it may be."""

from __future__ import annotations

from chalicelib.core.model import Wave
from chalicelib.store import waiting_emails
from chalicelib.store.emails import Email, EmailState
from chalicelib.waves.emails import to_raters

UNSENT = (EmailState.QUEUED, EmailState.CARRIED, EmailState.SENDING)


def find_all(delegate_id: str, wave: Wave) -> dict[str, Email]:
    """Return the newest first email to each rater of a wave, by invitation, in every state. A query and one read."""
    ids = [
        email_id
        for email_id in waiting_emails.list_ids(delegate_id)
        if to_raters.is_first(email_id) and wave.value in email_id.split("#")
    ]
    oldest_first = sorted(waiting_emails.read_all(ids), key=lambda email: (email.due_at, email.id))
    return {email.about["invitation"]: email for email in oldest_first}


def is_unsent(first: Email) -> bool:
    """Return whether the rater has yet to hear, as far as we know: it waits, is in a digest, or is unconfirmed."""
    return first.state in UNSENT and not first.cancelled


def is_waiting(first: Email) -> bool:
    """Return whether its words can still be changed."""
    return first.state is EmailState.QUEUED and not first.cancelled
