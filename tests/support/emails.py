"""The emails that SES accepted in this test, and the events SES would publish of it."""

from __future__ import annotations

from datetime import datetime

from infra.local import outbox
from infra.local.outbox import Accepted

__all__ = ["Accepted", "days_of", "publish_email_events", "sent_emails", "sent_rows"]


def sent_emails(to: str | None = None) -> list[Accepted]:
    """Oldest first; `.message` is the parsed email, `.part("plain")`, `.part("html")` and `.links` what it says."""
    return [email for email in outbox.accepted() if to is None or to in email.addresses]


def sent_rows(to: str | None = None) -> list[tuple[str, datetime]]:
    """Return the id of each email that went out, by itself or in a digest, and when; oldest first."""
    from chalicelib.store import emails

    return [(row, email.sent_at) for email in sent_emails(to) for row in emails.find(email.row).items or (email.row,)]


def days_of(kind: str, zone: str = "Europe/London") -> list[str]:
    """Return the local days on which emails of a kind went out, by themselves or in a digest.

    Rows of emails to raters are deleted at the close: then the email is taken for what its name says.
    """
    from chalicelib.core.formatting import local_date
    from chalicelib.store import emails

    days = set()
    for email in sent_emails():
        stored = emails.find(email.row)
        rows = stored.items if stored and stored.items else (email.row,)
        if any(row.startswith(f"{kind}#") for row in rows):
            days.add(local_date(email.sent_at, zone).isoformat())
    return sorted(days)


def publish_email_events(now: datetime, kind: str = "Send") -> int:
    """SES's event for every email so far, through the same function as app.py's topic handler. Returns how many."""
    from chalicelib.emails import delivery_events

    events = {"Send": outbox.send, "Delivery": outbox.delivery, "Bounce": outbox.bounce, "Complaint": outbox.complaint}
    messages = outbox.accepted()
    for email in messages:
        delivery_events.record_delivery_event(events[kind](email, now), now)
    return len(messages)
