"""Say what to do about an email that did not arrive, and what a bounce from SES means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chalicelib.store.emails import EmailState, Trouble

TODO: Mapping[Trouble, str] = {
    Trouble.ADDRESS: "Ask the person for another address and replace this one. It gets no more emails until then.",
    Trouble.MAILBOX_FULL: "Ask the person to make room, then send the link again. Later emails still go out.",
    Trouble.NOT_TAKEN: "Check the address for typing mistakes, then send the link again. Later emails still go out.",
    Trouble.CONTENT: "Another address there will not help. Ask the organisation’s email team to allow our sender, "
    "then send the link again. Later emails still go out.",
    Trouble.UNCLEAR: "Ask the person whether they got it, and send the link again if not. Later emails still go out.",
    Trouble.REFUSED: "The address is not at fault. Fix the cause, then send the email again under “Problems”.",
}

# bounceSubType of SES -> its meaning. Others follow from the status code.
MAX_REPLY_CHARS = 1000
CONTENT = {"ContentRejected", "MessageTooLarge", "AttachmentRejected"}
SUPPRESSED = {"Suppressed", "OnAccountSuppressionList"}
FULL = re.compile(r"[45]\.2\.2")  # RFC 3463: mailbox full; some systems wrongly call it permanent
REFUSED_CONTENT = re.compile(r"5\.(?:2\.3|3\.4|[67]\.[0-9]+)")  # RFC 3463: too long, a form or a sender they refuse
PERMANENT = re.compile(r"5\.[0-9]+\.[0-9]+")
STATUS = re.compile(r"\b[245]\.[0-9]{1,3}\.[0-9]{1,3}\b")


def read_bounce(given: Any) -> tuple[EmailState, Trouble, str]:
    """Return the email's new state, the trouble, and the reason in a few words.

    A bounce event means that SES has given up, for any label: while it still tries, it sends DeliveryDelay. Parts that
    are missing or damaged say nothing.
    """
    bounce: Mapping[str, Any] = given if isinstance(given, dict) else {}
    kind, sub = str(bounce.get("bounceType", "")), str(bounce.get("bounceSubType", ""))
    listed = bounce.get("bouncedRecipients")
    recipients = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    status = next((code for recipient in recipients if (code := _status(recipient))), "")
    trouble = _trouble(kind, sub, status)
    state = EmailState.BOUNCED if trouble is Trouble.ADDRESS else EmailState.UNDELIVERED
    return state, trouble, _reason(trouble, sub, status)


def _status(recipient: Mapping[str, Any]) -> str:
    """Return the status code of a recipient. Some mail systems only write it into the words of their reply."""
    written = STATUS.search(str(recipient.get("diagnosticCode", ""))[:MAX_REPLY_CHARS])
    return str(recipient.get("status") or "") or (written[0] if written else "")


def _trouble(kind: str, sub: str, status: str) -> Trouble:
    if kind == "Permanent":
        return Trouble.ADDRESS
    if sub in CONTENT or REFUSED_CONTENT.fullmatch(status):
        return Trouble.CONTENT
    if sub == "MailboxFull" or FULL.fullmatch(status):
        return Trouble.MAILBOX_FULL
    if PERMANENT.fullmatch(status):
        return Trouble.ADDRESS
    return Trouble.NOT_TAKEN if kind == "Transient" else Trouble.UNCLEAR


REASONS = {
    Trouble.ADDRESS: "The address does not accept email",
    Trouble.MAILBOX_FULL: "The mailbox is full",
    Trouble.NOT_TAKEN: "The reader’s mail system did not accept the email, or sent an automatic reply",
    Trouble.CONTENT: "The reader’s mail system rejected the content of the email",
    Trouble.UNCLEAR: "The reader’s mail system did not accept the email, and gave no reason",
}
KNOWN = {"NoEmail": "There is no such address", **dict.fromkeys(SUPPRESSED, "Mail to this address has bounced before")}


def _reason(trouble: Trouble, sub: str, status: str) -> str:
    reason = KNOWN.get(sub, REASONS[trouble]) if trouble is Trouble.ADDRESS else REASONS[trouble]
    code = re.sub(r"[^0-9.]", "", status)[:20]
    return f"{reason} ({code})" if code else reason
