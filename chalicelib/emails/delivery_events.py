"""What SES says became of a mail. Events may come late, doubled and in any order: the furthest state stands."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from msgspec import Struct

from chalicelib.core import log
from chalicelib.core.clock import moment
from chalicelib.emails import ses_tags
from chalicelib.emails.refusals import read_bounce
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, emails, jobs
from chalicelib.store.emails import Email, EmailSettled, EmailState, Trouble
from chalicelib.store.table import Write, transact

MAX_RETRIES = 5  # a sender or another event may write the row between our read and our write

STATES = {
    "Send": EmailState.SENT,
    "Delivery": EmailState.DELIVERED,
    "Reject": EmailState.REFUSED,
    "RenderingFailure": EmailState.REFUSED,
    "Complaint": EmailState.COMPLAINED,
}
# A refusal here is SES's own, after it took the mail.
FURTHEST = [
    EmailState.SENT,
    EmailState.DELIVERED,
    EmailState.UNDELIVERED,
    EmailState.REFUSED,
    EmailState.BOUNCED,
    EmailState.COMPLAINED,
]

REASONS = {
    EmailState.REFUSED: "The mail service rejected the email",
    EmailState.COMPLAINED: "The reader marked our mail as junk",
}
TROUBLES = {EmailState.REFUSED: Trouble.REFUSED, EmailState.COMPLAINED: Trouble.ADDRESS}


class Event(Struct, frozen=True):
    mail_id: str
    attempt: str
    message_id: str
    kind: str
    state: EmailState | None  # what the mail becomes; None for news that settles nothing
    trouble: Trouble
    reason: str


def record_delivery_event(message: str, now: datetime) -> None:
    """Raises only for trouble with the table: then the topic brings the event again."""
    event = parse(message)
    if event is None:
        return
    with log.bind(mail=event.mail_id, attempt=event.attempt):
        _settle(event, now)


def _settle(event: Event, now: datetime) -> None:
    if event.state is None:
        log.info("mail_news", kind=event.kind)
        return
    for left in reversed(range(MAX_RETRIES)):
        try:
            _apply(event, event.state, now)
            break
        except EmailSettled:
            if not left:
                raise


def parse(message: str) -> Event | None:
    """None, and a line in the log, for anything that is not an event of a mail of ours."""
    try:
        found = json.loads(message)
        kind, tag = found["eventType"], found["mail"]["tags"]
        state, trouble, reason = _outcome(kind, found)
        return Event(
            mail_id=ses_tags.mail_id(tag["mail"][0]),
            attempt=str(tag.get("attempt", [""])[0]),
            message_id=str(found["mail"]["messageId"]),
            kind=str(kind),
            state=state,
            trouble=trouble,
            reason=reason,
        )
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        log.warning("mail_event_ignored", error=type(error).__name__)
        return None


def _outcome(kind: str, found: dict[str, Any]) -> tuple[EmailState | None, Trouble, str]:
    if kind == "Bounce":
        return read_bounce(found["bounce"])
    state = STATES.get(kind)
    if state is None:
        return None, Trouble.UNCLEAR, ""
    return state, TROUBLES.get(state, Trouble.UNCLEAR), REASONS.get(state, "")


def _apply(event: Event, state: EmailState, now: datetime) -> None:
    seen = emails.find(event.mail_id)
    if seen is None:
        log.warning("mail_event_of_no_mail", kind=event.kind)
        return
    if seen.message_id and seen.message_id != event.message_id:
        log.warning("mail_sent_twice")
    if rank(state) <= reached(seen):
        return
    settled = emails.settle(seen, state, event.message_id, event.reason, now, event.trouble)
    transact([*settled, *_consequences(seen, event, state, now)])
    log.info("mail_settled", state=state.value)
    if state is EmailState.DELIVERED:
        _hide_what_has_passed(seen, now)


def _hide_what_has_passed(seen: Email, now: datetime) -> None:
    """An email has arrived: what kept earlier ones from this reader is over. Not so for an address that is lost."""
    if "cohort" not in seen.about:
        return
    for bounce in cohorts.bounces(seen.about["cohort"]):
        has_passed = bounce.trouble not in (Trouble.ADDRESS, Trouble.REFUSED) and moment(bounce.at) < now
        if has_passed and bounce.email == seen.to.email:
            transact([emails.hide(seen.about["cohort"], bounce)])


def _consequences(seen: Email, event: Event, state: EmailState, now: datetime) -> list[Write]:
    """An address of a cohort that does not take our mail gets no more of it. Each copy of an email may tell so."""
    if state not in (EmailState.BOUNCED, EmailState.COMPLAINED) or "cohort" not in seen.about:
        return []
    subject = (state.value, seen.id, event.message_id)
    return [jobs.add(JobKind.UNDELIVERABLE.job(*subject, due_at=now, mail=seen.id))]


def rank(state: EmailState) -> int:
    return FURTHEST.index(state)


def reached(seen: Email) -> int:
    """How far the mail is known to have come; -1 if we do not know that SES took it."""
    return rank(seen.state) if seen.message_id else -1
