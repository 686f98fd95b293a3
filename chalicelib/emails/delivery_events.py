"""Record what SES reports about an email. Events may come late, twice and in any order: the furthest state counts."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core import log
from chalicelib.core.clock import moment
from chalicelib.emails import ses_tags
from chalicelib.emails.bounces import is_only_to_unanswered, list_shown
from chalicelib.emails.refusals import read_bounce
from chalicelib.jobs.kinds import JobKind
from chalicelib.store import cohorts, digests, emails, jobs
from chalicelib.store.digests import Outcome
from chalicelib.store.emails import Email, EmailSettled, EmailState, Trouble
from chalicelib.store.jobs import JobExists
from chalicelib.store.table import Write, transact, write_all

FAULTS = (ValueError, LookupError, TypeError, AttributeError)
NO_MESSAGE = "not said"  # in place of the id that SES gave the message
MAX_RETRIES = 5  # a sender or another event may write the row between our read and our write

STATES = {
    "Send": EmailState.SENT,
    "Delivery": EmailState.DELIVERED,
    "Reject": EmailState.REFUSED,
    "RenderingFailure": EmailState.REFUSED,
    "Complaint": EmailState.COMPLAINED,
}
# A refusal here comes from SES itself, after it accepted the email.
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
    EmailState.COMPLAINED: "The reader marked our email as junk",
}
TROUBLES = {EmailState.REFUSED: Trouble.REFUSED, EmailState.COMPLAINED: Trouble.ADDRESS}


class ItemsUnreadable(Exception):
    """Rows of emails in a digest cannot be read. All others have their outcome."""


class Event(Struct, frozen=True):
    email_id: str
    attempt: str
    message_id: str
    kind: str
    state: EmailState | None  # the email's new state; None for events that settle nothing
    trouble: Trouble
    reason: str


def record_delivery_event(message: str, now: datetime) -> None:
    """Record an event.

    Raises if DynamoDB fails or a row of ours cannot be read. Lambda then tries twice more, and keeps the event among
    the dead letters, whose alarm says so: after the repair it can be sent again.
    """
    event = parse(message)
    if event is None:
        return
    with log.bind(mail=event.email_id, attempt=event.attempt):
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
    """Parse an event. Log and return None if it does not say of which email of ours, or what happened to it.

    What else is damaged is left out: that an email bounced counts without the reason.
    """
    try:
        content = json.loads(message)
        kind, tag = content["eventType"], content["mail"]["tags"]
        state, trouble, reason = _outcome(kind, content)
        return Event(
            email_id=ses_tags.read_tag(tag["mail"][0]),
            attempt=_first(tag.get("attempt")),
            message_id=str(content["mail"].get("messageId") or NO_MESSAGE),
            kind=str(kind),
            state=state,
            trouble=trouble,
            reason=reason,
        )
    except FAULTS as error:
        log.warning("mail_event_ignored", error=type(error).__name__)
        return None


def _first(values: Any) -> str:
    return str(values[0]) if isinstance(values, list) and values else ""


def _outcome(kind: str, details: dict[str, Any]) -> tuple[EmailState | None, Trouble, str]:
    if kind == "Bounce":
        return read_bounce(details.get("bounce"))
    state = STATES.get(kind)
    if state is None:
        return None, Trouble.UNCLEAR, ""
    return state, TROUBLES.get(state, Trouble.UNCLEAR), REASONS.get(state, "")


def _apply(event: Event, state: EmailState, now: datetime) -> None:
    email = emails.find(event.email_id)
    if email is None:
        log.warning("mail_event_of_no_mail", kind=event.kind)
        return
    if event.message_id == NO_MESSAGE and email.message_id:
        event = replace(event, message_id=email.message_id)
    known = {email.message_id, event.message_id} - {"", NO_MESSAGE}
    if len(known) > 1:
        log.warning("mail_sent_twice")
    if rank(state) <= reached(email):
        _finish(email, event, now)
        if email.state is state is EmailState.DELIVERED:  # the response to our write may have been lost
            _hide_what_has_passed(email, now)
        return
    settled = emails.settle(email, state, event.message_id, event.reason, now, event.trouble)
    write_all([*settled, *_consequences(email, event, state, now)])
    _settle_items(email, event, state, now)
    log.info("mail_settled", state=state.value)
    if state is EmailState.DELIVERED:
        _hide_what_has_passed(email, now)


def _finish(digest: Email, event: Event, now: datetime) -> None:
    """Repeat what a crash may have left undone for the items of a digest that is settled itself."""
    if not digest.items:
        return
    items, broken = digests.find_items(digest)
    left = [item for item in items if _is_behind(item, digest, event)]
    digests.settle_items(digest, left, Outcome(digest.state, event.message_id, event.reason, event.trouble), now)
    for item in items:
        _follow_up(item, event, digest.state, now)
    _refuse_unreadable(broken)


def _is_behind(item: Email, digest: Email, event: Event) -> bool:
    """Return whether an item lacks what its digest knows, and whether this event says it."""
    if item.state is EmailState.CARRIED:
        return True
    return event.state is digest.state and item.state in FURTHEST and rank(item.state) < rank(digest.state)


def _settle_items(digest: Email, event: Event, state: EmailState, now: datetime) -> None:
    """Give what a digest carries its outcome, with the consequences for each cohort that an item is about."""
    if not digest.items:
        return
    items, broken = digests.find_items(digest)
    digests.settle_items(digest, items, Outcome(state, event.message_id, event.reason, event.trouble), now)
    for item in items:
        _follow_up(item, event, state, now)
        if state is EmailState.DELIVERED:
            _hide_what_has_passed(item, now)
    _refuse_unreadable(broken)


def _refuse_unreadable(items: int) -> None:
    """Keep the event for after the repair, once all is done that can be done: see the dead letters' alarm."""
    if items:
        raise ItemsUnreadable(items)


def _follow_up(item: Email, event: Event, state: EmailState, now: datetime) -> None:
    """Add the consequences for the cohort of an item, once."""
    if consequences := _consequences(item, event, state, now):
        with suppress(JobExists):
            transact(consequences)


def _hide_what_has_passed(email: Email, now: datetime) -> None:
    """Remove earlier bounces of a reader from pages once an email has arrived, unless the address is suppressed.

    A reminder that arrives removes none: who has answered gets no reminder, and would keep theirs.
    """
    if "cohort" not in email.about or is_only_to_unanswered(email.id):
        return
    for bounce in list_shown(cohorts.list_bounces(email.about["cohort"])):
        has_passed = bounce.trouble not in (Trouble.ADDRESS, Trouble.REFUSED) and moment(bounce.at) < now
        if has_passed and bounce.email == email.to.email:
            transact([emails.hide(email.about["cohort"], bounce)])


def _consequences(email: Email, event: Event, state: EmailState, now: datetime) -> list[Write]:
    """Suppress an address of a cohort that bounced. Each copy of an email may report it."""
    if state not in (EmailState.BOUNCED, EmailState.COMPLAINED) or "cohort" not in email.about:
        return []
    subject = (state.value, email.id, event.message_id)
    return [jobs.add(JobKind.UNDELIVERABLE.job(*subject, due_at=now, mail=email.id))]


def rank(state: EmailState) -> int:
    return FURTHEST.index(state)


def reached(email: Email) -> int:
    """Return the furthest known state; -1 if we do not know that SES accepted it."""
    return rank(email.state) if email.message_id else -1
