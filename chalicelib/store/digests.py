"""Digests: one email that carries several to the same reader on the same day.

A digest is an email row with `items`. Carrying is one transaction, so no item goes alone and in a digest. What becomes
of the digest becomes of its items.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.clock import stamp
from chalicelib.core.model import Cohort
from chalicelib.core.working_days import WorkingDays, working_days
from chalicelib.store import cohorts, due, programmes, unreadable
from chalicelib.store.emails import (
    NOT_ARRIVED,
    Email,
    EmailSettled,
    EmailState,
    Trouble,
    add,
    key,
    reader_row,
    reschedule,
    show,
)
from chalicelib.store.expressions import Condition, equals, missing
from chalicelib.store.marshal import read
from chalicelib.store.programme_codec import decode_programme
from chalicelib.store.table import Write, batched, get_many, put, query, update, update_one, write_all


class Outcome(Struct, frozen=True):
    """The outcome of a digest and of its items."""

    state: EmailState
    message_id: str = ""
    reason: str = ""
    trouble: Trouble = Trouble.UNCLEAR


MAX_ITEMS = 20
ABOUT_NOW = timedelta(minutes=2)  # others that are due by then go along


def list_listed(held: Email, *, whole_week: bool) -> list[tuple[str, str]]:
    """Return day and id of emails to this reader that may go in digests: of the day, or of every day. One query."""
    rows = query(reader_row(held)["pk"], "" if whole_week else f"{held.in_digest}#")
    return [(day, email_id) for row in rows for day, _, email_id in [row["sk"].partition("#")]]


def read_others(held: Email, listed: Iterable[tuple[str, str]], now: datetime) -> list[Email]:
    """Return those that may go in one digest with this one, by id. One read at most."""
    same_day = sorted(email_id for day, email_id in listed if day == held.in_digest and email_id != held.id)
    return [other for other in read_all(same_day) if _can_share_digest(held, other, now)][: MAX_ITEMS - 1]


def find_calendar(cohort_id: str) -> WorkingDays | None:
    """Return the working days of a cohort; None if it is gone. Two batch reads: emails may not read single rows."""
    of_cohort = cohorts.key(cohort_id)
    rows = get_many([of_cohort])
    if of_cohort not in rows:
        return None
    cohort = read(Cohort, rows[of_cohort])
    of_programme = programmes.key(cohort.programme_id, cohort.programme_version)
    programme = decode_programme(get_many([of_programme])[of_programme]["checked"])
    return working_days(programme.organisation, cohort.dates.closed)


def postpone(held: Email, until: datetime) -> None:
    """Return an email to the queue for the digest of a later day. Raises EmailSettled if it changed.

    Its row for that day comes first: without the email it does no harm.
    """
    later = replace(held, due_at=until, in_digest=f"{until:%Y-%m-%d}")
    write_all([put(reader_row(later))])
    update_one(reschedule(held, until, "", counted=False, in_digest=later.in_digest))


def _can_share_digest(held: Email, other: Email, now: datetime) -> bool:
    waits = other.state is EmailState.QUEUED and not other.cancelled and other.due_at <= now + ABOUT_NOW
    frame = ("programme", "organisation")
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
        *(
            update(key(email.id), put=put, remove=["due_shard"], when=when, refusal=EmailSettled)
            for email, when in taken
        ),
    ]


def items_of(digest: Email) -> list[Email]:
    """Read the emails that a digest carries, in its order."""
    emails = {item.id: item for item in read_all(digest.items)}
    return [emails[item] for item in digest.items if item in emails and emails[item].carried_by == digest.id]


def find_items(digest: Email) -> tuple[list[Email], int]:
    """As `items_of`, without items that cannot be read, and how many these are."""
    rows = [row for batch in batched([key(item) for item in digest.items]) for row in get_many(batch).values()]
    readable = {item.id: item for item in unreadable.read_all(Email, rows)}
    items = [readable[item] for item in digest.items if item in readable and readable[item].carried_by == digest.id]
    return items, len(rows) - len(readable)


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
            write_all(_settle(item, outcome, now) if fresh else [_leave_out(item, digest, now)])


def _settle(item: Email, outcome: Outcome, now: datetime) -> list[Write]:
    put: dict[str, object] = {"state": outcome.state, "reason": outcome.reason}
    if outcome.message_id:
        put |= {"message_id": outcome.message_id, "sent_at": stamp(now)}
    else:
        put |= {"due_shard": due.REFUSED, "due_at": now}  # SES never accepted it: it may be retried
    write = update(key(item.id), put=put, when=_settled_with(item), refusal=EmailSettled)
    return [write, *(show(item, outcome.reason, now, outcome.trouble) if outcome.state in NOT_ARRIVED else [])]


def take_out(item: Email, until: datetime, reason: str) -> Write:
    """Return an item to the queue: it has to wait. Refused if its digest's outcome is known."""
    put = {"carried_by": "", "state": EmailState.QUEUED, "reason": reason, **due.due_columns(item.id, until)}
    return update(key(item.id), put=put, when=[*_settled_with(item), missing("cancelled")], refusal=EmailSettled)


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


def read_all(email_ids: Iterable[str]) -> list[Email]:
    keys = [key(email_id) for email_id in email_ids]
    return [read(Email, row) for batch in batched(keys) for row in get_many(batch).values()]
