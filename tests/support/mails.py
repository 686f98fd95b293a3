"""The mail SES accepted in this test, and the events SES would publish of it."""

from __future__ import annotations

from datetime import datetime

from infra.local import outbox
from infra.local.outbox import Accepted

__all__ = ["Accepted", "sent_mails", "tell_mail_events"]


def sent_mails(to: str | None = None) -> list[Accepted]:
    """Oldest first; `.message` is the parsed mail, `.part("plain")`, `.part("html")` and `.links` what it says."""
    return [mail for mail in outbox.accepted() if to is None or to in mail.addresses]


def tell_mail_events(now: datetime, kind: str = "Send") -> int:
    """SES's event for every mail so far, through the same function as app.py's topic handler. Returns how many."""
    from chalicelib.emails import delivery_events

    events = {"Send": outbox.send, "Delivery": outbox.delivery, "Bounce": outbox.bounce, "Complaint": outbox.complaint}
    mails = outbox.accepted()
    for mail in mails:
        delivery_events.record_delivery_event(events[kind](mail, now), now)
    return len(mails)
