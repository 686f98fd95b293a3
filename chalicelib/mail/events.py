"""What SES says became of a mail. Events may come late, doubled and in any order: the furthest state stands."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from chalicelib import log
from chalicelib.mail import tags
from chalicelib.mail.mime import clean
from chalicelib.store import jobs, mails
from chalicelib.store.mails import Mail, MailSettled, MailState
from chalicelib.store.table import Write, transact

TRIES = 5  # a sender or another event may write the row between our read and our write

STATES = {
    "Send": MailState.SENT,
    "Delivery": MailState.DELIVERED,
    "Reject": MailState.REFUSED,
    "RenderingFailure": MailState.REFUSED,
    "Bounce": MailState.BOUNCED,
    "Complaint": MailState.COMPLAINED,
}
# A refusal here is SES's own, after it took the mail.
FURTHEST = [MailState.SENT, MailState.DELIVERED, MailState.REFUSED, MailState.BOUNCED, MailState.COMPLAINED]

BOUNCES = {
    "NoEmail": "There is no such address",
    "Suppressed": "Mail to this address has bounced before",
    "OnAccountSuppressionList": "Mail to this address has bounced before",
}
REASONS = {
    MailState.REFUSED: "The mail service rejected the mail",
    MailState.BOUNCED: "The address does not take mail",
    MailState.COMPLAINED: "The reader marked our mail as junk",
}


class Event(Struct, frozen=True):
    mail_id: str
    attempt: str
    message_id: str
    kind: str
    state: MailState | None  # what the mail becomes; None for news that settles nothing
    reason: str


def settle(message: str, now: datetime) -> None:
    """Raises only for trouble with the table: then the topic brings the event again."""
    event = parse(message)
    if event is None:
        return
    with log.about(mail=event.mail_id, attempt=event.attempt):
        _settle(event, now)


def _settle(event: Event, now: datetime) -> None:
    if event.state is None:
        log.event("mail_news", kind=event.kind)
        return
    for left in reversed(range(TRIES)):
        try:
            _apply(event, event.state, now)
            break
        except MailSettled:
            if not left:
                raise


def parse(message: str) -> Event | None:
    """None, and a line in the log, for anything that is not an event of a mail of ours."""
    try:
        found = json.loads(message)
        kind, tag = found["eventType"], found["mail"]["tags"]
        return Event(
            mail_id=tags.mail_id(tag["mail"][0]),
            attempt=str(tag.get("attempt", [""])[0]),
            message_id=str(found["mail"]["messageId"]),
            kind=str(kind),
            state=_state(kind, found),
            reason=_reason(kind, found),
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        log.problem("mail_event_ignored", error=type(error).__name__)
        return None


def _state(kind: str, found: dict[str, Any]) -> MailState | None:
    if kind == "Bounce" and found["bounce"]["bounceType"] != "Permanent":
        return None  # SES goes on trying, or the address may yet work
    return STATES.get(kind)


def _reason(kind: str, found: dict[str, Any]) -> str:
    state = STATES.get(kind)
    if kind != "Bounce":
        return REASONS.get(state, "") if state else ""
    said = BOUNCES.get(found["bounce"].get("bounceSubType", ""), REASONS[MailState.BOUNCED])
    status = next((who["status"] for who in found["bounce"].get("bouncedRecipients", []) if "status" in who), "")
    return f"{said} ({clean(str(status))[:20]})" if status else said


def _apply(event: Event, state: MailState, now: datetime) -> None:
    seen = mails.find(event.mail_id)
    if seen is None:
        log.problem("mail_event_of_no_mail", kind=event.kind)
        return
    if seen.message_id and seen.message_id != event.message_id:
        log.problem("mail_sent_twice")
    if rank(state) <= reached(seen):
        return
    transact([*mails.settle(seen, state, event.message_id, event.reason, now), *_consequences(seen, state, now)])
    log.event("mail_settled", state=state.value)


def _consequences(seen: Mail, state: MailState, now: datetime) -> list[Write]:
    """An address of a cohort that does not take our mail gets no more of it."""
    lost = state in (MailState.BOUNCED, MailState.COMPLAINED) and "cohort" in seen.about
    return [jobs.add(jobs.job("undeliverable", state.value, seen.id, due_at=now, mail=seen.id))] if lost else []


def rank(state: MailState) -> int:
    return FURTHEST.index(state)


def reached(seen: Mail) -> int:
    """How far the mail is known to have come; -1 if we do not know that SES took it."""
    return rank(seen.state) if seen.message_id else -1
