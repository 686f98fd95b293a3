"""The mail SES accepted in this test, and the events SES would publish of it."""

from __future__ import annotations

from datetime import datetime

from infra.local import outbox
from infra.local.outbox import Accepted

__all__ = ["Accepted", "sent_mails", "sent_rows", "tell_mail_events"]


def sent_mails(to: str | None = None) -> list[Accepted]:
    """Oldest first; `.message` is the parsed mail, `.part("plain")`, `.part("html")` and `.links` what it says."""
    return [mail for mail in outbox.accepted() if to is None or to in mail.addresses]


def sent_rows(to: str | None = None) -> list[tuple[str, datetime]]:
    """Return the id of each email that went out, by itself or in a digest, and when; oldest first."""
    from chalicelib.store import emails

    return [(row, mail.sent_at) for mail in sent_mails(to) for row in emails.find(mail.row).items or (mail.row,)]


def tell_mail_events(now: datetime, kind: str = "Send") -> int:
    """SES's event for every mail so far, through the same function as app.py's topic handler. Returns how many."""
    from chalicelib.emails import delivery_events

    events = {"Send": outbox.send, "Delivery": outbox.delivery, "Bounce": outbox.bounce, "Complaint": outbox.complaint}
    mails = outbox.accepted()
    for mail in mails:
        delivery_events.record_delivery_event(events[kind](mail, now), now)
    return len(mails)
