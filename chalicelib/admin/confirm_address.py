"""Let a second administrator confirm a new address, so that its owner can open reports without waiting a day."""

from __future__ import annotations

from datetime import datetime

from chalicelib.admin.emails import send_held_emails, send_held_links
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.jobs.commit import commit
from chalicelib.store import audit_events, cohorts, holds
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.holds import HoldChanged


class ConfirmRefused(FormInvalid):
    """The same administrator changed the address, or no one knows who did, or it was changed once more."""

    title = "The address was not confirmed"


OWN = "You changed this address yourself. Another administrator has to confirm it."
UNNAMED = (
    "Either a command without --by changed this address, and so we do not know who gave the command, or two "
    "administrators gave the address two roles. You may be one of them, so no one can confirm it. Its owner can sign "
    "in a working day after the change."
)
CHANGED = "The address was changed again just now. Check the cohort and confirm the new one."


def confirm(cohort_id: str, hold_id: str, now: datetime, by: str) -> bool:
    """Let codes go to a new address. Return False if that was done, or its day has passed.

    Raises ConfirmRefused.
    """
    held = next((hold for hold in holds.from_rows(cohorts.rows(cohort_id)) if hold.id == hold_id), None)
    if held is None or not held.is_active(now):
        return False
    if held.administrator == by:
        raise ConfirmRefused(FieldError("", OWN, "own-change"))
    if not held.is_confirmable:
        raise ConfirmRefused(FieldError("", UNNAMED, "unnamed-change"))
    about, whose = held.delegate or cohort_id, {"who": held.person}
    try:
        commit(
            [
                holds.confirm(held, by),
                audit_events.add_naming(cohort_id, AuditEvent.CONFIRMED_ADDRESS, by, about, now, whose),
                *send_held_links(cohort_id, held.person, now),
            ],
            now,
        )
    except HoldChanged:
        raise ConfirmRefused(FieldError("", CHANGED)) from None
    send_held_emails(held, now)
    return True
