"""Digests: one email that carries several to the same reader on the same day.

A digest is an email row with `items`. Carrying is one transaction, so no item goes alone and in a digest. What becomes
of the digest becomes of its items.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.core.clock import stamp
from chalicelib.store import due
from chalicelib.store.emails import (
    NOT_ARRIVED,
    Email,
    EmailSettled,
    EmailState,
    Trouble,
    add,
    key,
    reader_row,
    show,
)
from chalicelib.store.expressions import Condition, equals, missing
from chalicelib.store.marshal import read
from chalicelib.store.table import Write, batched, get_many, query, transact, update


class Outcome(Struct, frozen=True):
    """The outcome of a digest and of its items."""

    state: EmailState
    message_id: str = ""
    reason: str = ""
    trouble: Trouble = Trouble.UNCLEAR


MAX_ITEMS = 20
ABOUT_NOW = timedelta(minutes=2)  # others that are due by then go along


def list_others(held: Email, now: datetime) -> list[Email]:
    """Return emails to the same reader that may go in one digest with this one, by id. Two reads at most."""
    row = reader_row(held)
    listed = [one["sk"].partition("#")[2] for one in query(row["pk"], f"{held.in_digest}#")]
    found = _read_all(email_id for email_id in listed if email_id != held.id)
    return [other for other in found if _goes_along(held, other, now)][: MAX_ITEMS - 1]


def _goes_along(held: Email, other: Email, now: datetime) -> bool:
    waits = other.state is EmailState.QUEUED and not other.cancelled and other.due_at <= now + ABOUT_NOW
    frame = ("programme", "organisation", "from_name")
    same_frame = all(other.words.get(name) == held.words.get(name) for name in frame)
    return waits and same_frame and other.to.email == held.to.email


def carry(held: Email, others: Sequence[Email], digest: Email) -> list[Write]:
    """Write a digest, and have it carry these emails. Refused with EmailSettled if one of them changed."""
    put = {"state": EmailState.CARRIED, "carried_by": digest.id}
    as_held = [equals("state", EmailState.SENDING), equals("attempt", held.attempt), missing("cancelled")]
    waits = [equals("state", EmailState.QUEUED), missing("cancelled")]
    taken = [(held, as_held), *((other, waits) for other in others)]
    return [
        *add(digest),
        *(update(key(one.id), put=put, remove=["due_shard"], when=when, refusal=EmailSettled) for one, when in taken),
    ]


def items_of(digest: Email) -> list[Email]:
    """Read the emails that a digest carries, in its order."""
    found = {item.id: item for item in _read_all(digest.items)}
    return [found[item] for item in digest.items if item in found and found[item].carried_by == digest.id]


def is_fresh(item: Email, digest: Email, now: datetime) -> bool:
    """Return whether an item still goes along: not cancelled, not too late, and to the same address."""
    in_time = item.good_until is None or now < item.good_until
    return not item.cancelled and in_time and item.to.email == digest.to.email


def end(digest: Email, outcome: Outcome) -> Write:
    """Settle a digest that is not sent. No one retries it: what SES rejected is retried item by item."""
    return update(
        key(digest.id),
        put={"state": outcome.state, "reason": outcome.reason},
        remove=["due_shard"],
        when=[equals("state", EmailState.SENDING), equals("attempt", digest.attempt)],
        refusal=EmailSettled,
    )


def settle_items(
    digest: Email,
    items: Iterable[Email],
    outcome: Outcome,
    now: datetime,
) -> None:
    """Give the items the outcome of their digest, each by itself. May be repeated.

    It follows the digest's own settlement: an item that stays carried because of a crash is never sent again.
    """
    for item in items:
        fresh = item.state is not EmailState.CARRIED or is_fresh(item, digest, now)  # what was sent stays so
        with suppress(EmailSettled):
            transact(_settle(item, outcome, now) if fresh else [_leave_out(item, digest, now)])


def _settle(item: Email, outcome: Outcome, now: datetime) -> list[Write]:
    put: dict[str, object] = {"state": outcome.state, "reason": outcome.reason}
    if outcome.message_id:
        put |= {"message_id": outcome.message_id, "sent_at": stamp(now)}
    else:
        put |= {"due_shard": due.REFUSED, "due_at": now}  # SES never accepted it: it may be retried
    write = update(key(item.id), put=put, when=_settled_with(item), refusal=EmailSettled)
    return [write, *(show(item, outcome.reason, now, outcome.trouble) if outcome.state in NOT_ARRIVED else [])]


def _leave_out(item: Email, digest: Email, now: datetime) -> Write:
    """Return an item to the queue if its reader has another address or none that works; else it is over."""
    put: dict[str, object] = {"carried_by": "", "state": EmailState.CANCELLED}
    if item.suppressed:
        put["state"] = EmailState.QUEUED  # it waits, without being due, for an address that works
    elif item.to.email != digest.to.email and not item.cancelled:
        put |= {"state": EmailState.QUEUED, **due.due_columns(item.id, now)}
    return update(key(item.id), put=put, when=_settled_with(item), refusal=EmailSettled)


def _settled_with(item: Email) -> list[Condition]:
    return [equals("state", item.state), equals("carried_by", item.carried_by)]


def _read_all(email_ids: Iterable[str]) -> list[Email]:
    keys = [key(email_id) for email_id in email_ids]
    return [read(Email, row) for batch in batched(keys) for row in get_many(batch).values()]
