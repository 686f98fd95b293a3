"""Find emails by the delegate or cohort that they are about. Each email has a row in its owner's list.

Lists of owners from before there were any begin empty: the first read completes such a list. See decision 38.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from chalicelib.core.model import WRONG_PERSON, InvitationState
from chalicelib.store import due
from chalicelib.store.emails import Email, EmailState, cancel, delete_listed, key, list_key, owner_of, suppress
from chalicelib.store.marshal import Row, read
from chalicelib.store.table import Write, batched, delete, get_many, put, put_all, query, transact, update_one

COMPLETE = "COMPLETE"  # the sort key of the row that says that a list holds every email of its owner
WAITING = {EmailState.QUEUED, EmailState.CARRIED}  # not handed over: cancelling or redirecting them is in time
ENDLESS = datetime(9999, 1, 1, tzinfo=UTC)
NAMING_EMAILS = ("INVITATION#", "NOMINATION#", "IMPACT#")  # rows of earlier releases: `reminders` has ids of emails


def begin_list(owner: str) -> Write:
    """Begin the list of a new delegate or cohort, in the transaction that stores them."""
    return put({"pk": f"EMAILS#{owner}", "sk": COMPLETE})


def list_ids(owner: str, invitation: str = "") -> list[str]:
    """Return ids of the emails about a delegate or cohort, or about one invitation, in every state. One query."""
    rows = list(query(f"EMAILS#{owner}"))
    if not any(row["sk"] == COMPLETE for row in rows):
        _complete(owner)
        rows = list(query(f"EMAILS#{owner}"))
    parts = [row["sk"].partition("#") for row in rows if row["sk"] != COMPLETE]
    return [email_id for about, _, email_id in parts if not invitation or about == invitation]


def list_waiting(*owners: str, or_unconfirmed: bool = False) -> list[Email]:
    """Return emails about delegates or cohorts that were not handed over and not cancelled.

    or_unconfirmed   include those that were handed over and may be sent once more
    """
    states = {*WAITING, EmailState.SENDING} if or_unconfirmed else WAITING
    emails = read_all(email_id for owner in owners for email_id in list_ids(owner))
    return [email for email in emails if email.state in states and not email.cancelled]


def find_waiting(email_ids: Iterable[str]) -> list[Email]:
    """Return those of some emails that wait. One read for each hundred."""
    return [email for email in read_all(email_ids) if email.state in WAITING and not email.cancelled]


def find_unsettled(email_ids: Iterable[str]) -> list[Email]:
    """Return those of some emails that wait, are unconfirmed, or were rejected and may be sent by a retry."""
    states = {*WAITING, EmailState.SENDING, EmailState.REFUSED}
    return [email for email in read_all(email_ids) if email.state in states and not email.cancelled]


def list_queued(owner: str) -> tuple[list[Email], list[Email]]:
    """Return emails about a delegate or cohort that were not handed over: those that wait, and those suppressed."""
    queued = [email for email in read_all(list_ids(owner)) if email.state in WAITING]
    waiting = [email for email in queued if not email.cancelled]
    suppressed = (email for email in queued if email.cancelled and email.suppressed)
    return waiting, [email for email in suppressed if email.state is EmailState.QUEUED]


def cancel_all(email_ids: Iterable[str]) -> None:
    """Cancel emails that are not sent yet, one by one; ignore emails that were sent or do not exist.

    One read for each hundred. May be repeated.
    """
    for row in _rows(email_ids):
        if "due_shard" in row or "suppressed" in row or row["state"] == EmailState.CARRIED:
            update_one(cancel(row["id"]))


def suppress_all(email_ids: Iterable[str]) -> None:
    """Suppress emails that are not sent yet, in the same way."""
    for row in _rows(email_ids):
        if "due_shard" in row or row["state"] == EmailState.CARRIED:
            update_one(suppress(row["id"]))


def forget(email_ids: Iterable[str]) -> None:
    """Delete emails that are settled or rejected or will never be sent; an unconfirmed one stays until it is settled.

    A digest goes with the last email that it carried. May be repeated.
    """
    for row in _rows(email_ids):
        is_held = row["state"] in (EmailState.SENDING, EmailState.CARRIED)
        if not is_held and ("due_shard" not in row or row["due_shard"] == due.REFUSED):
            email = read(Email, row)
            transact([*delete_listed(email), *_delete_empty_digest(email)])


def _delete_empty_digest(email: Email) -> list[Write]:
    """Delete the digest that carried an email if nothing else of it is left: it names its reader and is in no list."""
    if not email.carried_by:
        return []
    carried = (item for digest in read_all([email.carried_by]) for item in digest.items)
    left = {email.id for email in read_all(carried)} - {email.id}
    return [] if left else [delete(key(email.carried_by))]


def _rows(email_ids: Iterable[str]) -> Iterator[Row]:
    for batch in batched([key(email_id) for email_id in dict.fromkeys(email_ids)]):
        yield from get_many(batch).values()


def read_all(email_ids: Iterable[str]) -> list[Email]:
    return [read(Email, row) for row in _rows(email_ids)]


# --- emails of earlier releases -------------------------------------------------------------------------


def _complete(owner: str) -> None:
    """List the emails of an owner that an earlier release stored. May be repeated: the row that ends it goes last."""
    named = [row for prefix in NAMING_EMAILS for row in query(f"DELEGATE#{owner}", prefix) if "reminders" in row]
    by_rows = [email_id for row in named for email_id in row["reminders"]]
    needed = {email_id for row in named if _needs_emails(row) for email_id in row["reminders"]}
    known = {row["sk"].partition("#")[2] for row in query(f"EMAILS#{owner}")}
    emails = [email for email in read_all([*_list_due(owner), *by_rows]) if email.id not in known]
    for email in emails:
        if email.id in needed and email.cancelled and email.state is EmailState.QUEUED:
            update_one(suppress(email.id))  # an earlier release did not say why it was cancelled
    put_all([list_key(email)._asdict() for email in emails])
    transact([begin_list(owner)])


def _list_due(owner: str) -> Iterator[str]:
    """Find emails that wait or were rejected, by walking the index: an email's id names its owner."""
    for row in (*due.list_due(ENDLESS), *due.refused()):
        email_id = row["pk"].partition("#")[2]
        if row["kind"] == due.EMAIL and owner_of(email_id) == owner:
            yield email_id


def _needs_emails(row: Row) -> bool:
    """Return whether the person has not done what the emails ask for, so that these were cancelled by a bounce."""
    is_rater = row.get("state") == InvitationState.INVITED or row.get("reason") == WRONG_PERSON
    is_survey = row.get("state") == "open" and row.get("sent") is False
    return is_rater or is_survey or row.get("approval") == "asked"
