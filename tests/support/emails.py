"""The emails that SES accepted in this test, and the events SES would publish of it."""

from __future__ import annotations

from datetime import datetime

from infra.local import outbox
from infra.local.outbox import Accepted

__all__ = ["Accepted", "publish_email_events", "sent_emails", "sent_rows"]


def sent_emails(to: str | None = None) -> list[Accepted]:
    """Oldest first; `.message` is the parsed email, `.part("plain")`, `.part("html")` and `.links` what it says."""
    return [email for email in outbox.accepted() if to is None or to in email.addresses]


def sent_rows(to: str | None = None) -> list[tuple[str, datetime]]:
    """Return the id of each email that went out, by itself or in a digest, and when; oldest first."""
    from chalicelib.store import emails

    return [(row, email.sent_at) for email in sent_emails(to) for row in emails.find(email.row).items or (email.row,)]


def publish_email_events(now: datetime, kind: str = "Send") -> int:
    """SES's event for every email so far, through the same function as app.py's topic handler. Returns how many."""
    from chalicelib.emails import delivery_events

    events = {"Send": outbox.send, "Delivery": outbox.delivery, "Bounce": outbox.bounce, "Complaint": outbox.complaint}
    messages = outbox.accepted()
    for email in messages:
        delivery_events.record_delivery_event(events[kind](email, now), now)
    return len(messages)
