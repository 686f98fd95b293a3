"""Find the emails that an act of their reader cancels."""

from __future__ import annotations

from chalicelib.emails.kinds import CancelledBy, EmailKind, find_kind
from chalicelib.store import emails, waiting_emails
from chalicelib.store.table import Write


def list_cancelled_by(act: CancelledBy, owner: str, *named: str, invitation: str = "") -> list[str]:
    """Return ids of emails about a delegate that the act cancels, in every state. One query.

    named        a wave or role that the id of the email must name
    invitation   only emails about this invitation
    """
    email_ids = waiting_emails.list_ids(owner, invitation)
    return [email_id for email_id in email_ids if is_cancelled_by(act, email_id) and {*named} <= {*email_id.split("#")}]


def list_overtaken(owner: str, *named: str) -> list[str]:
    """Return ids of emails about a wave that its close makes pointless or untrue, in every state. One query."""
    email_ids = [email_id for email_id in waiting_emails.list_ids(owner) if {*named} <= {*email_id.split("#")}]
    overtaken = (CancelledBy.ANSWER, CancelledBy.CHOICE, CancelledBy.DECISION, CancelledBy.OUTCOME)
    return [email_id for email_id in email_ids if any(is_cancelled_by(act, email_id) for act in overtaken)]


def list_unwanted(owner: str) -> list[str]:
    """Return ids of emails that no one needs once the delegate has left, in every state. One query."""
    waiting = ((email_id, _kind_of(email_id)) for email_id in waiting_emails.list_ids(owner))
    return [email_id for email_id, kind in waiting if kind is None or not kind.sent_after_withdrawal]


def is_cancelled_by(act: CancelledBy, email_id: str) -> bool:
    kind = _kind_of(email_id)
    return kind is not None and kind.cancelled_by is act


def _kind_of(email_id: str) -> EmailKind | None:
    """Return the kind of an email by its id, or None for a kind of an earlier version."""
    try:
        return find_kind(email_id.partition("#")[0])
    except KeyError:
        return None


def cancel_by(act: CancelledBy, owner: str, *named: str, invitation: str = "") -> list[Write]:
    """Cancel these emails in the transaction of the act."""
    return [emails.cancel(email_id) for email_id in list_cancelled_by(act, owner, *named, invitation=invitation)]
