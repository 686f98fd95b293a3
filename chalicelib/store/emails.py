"""Email rows: one row for each email, from the decision to send it to its delivery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.core.calendar_entry import CalendarEntry
from chalicelib.core.clock import stamp
from chalicelib.core.ids import reader_id
from chalicelib.core.model import ERASED_ADDRESS, ERASED_NAME, Person
from chalicelib.store import due
from chalicelib.store.due import due_columns
from chalicelib.store.expressions import Condition, at_most, differs, either, equals, missing, one_of, present
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import (
    AlreadyExists,
    Changed,
    Key,
    Missing,
    Write,
    batched,
    delete,
    delete_existing,
    get,
    get_many,
    put,
    put_once,
    update,
    update_one,
)


class EmailExists(AlreadyExists):
    """The same cause has made this email already."""


class EmailMissing(Missing):
    """There is no such email."""


class EmailSettled(Changed):
    """The email is settled or cancelled, another run holds it, or it has changed since it was read."""


class BounceMissing(Missing):
    """The dashboard no longer shows the email: its address was replaced, or a later email arrived."""


class EmailState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # handed to SES, not yet confirmed by a Send event
    SENT = "sent"
    REFUSED = "refused"  # SES will never accept it
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"  # SES has given up, though the address may work
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    CANCELLED = "cancelled"  # while it was unconfirmed, or after SES rejected it
    CARRIED = "carried"  # a digest takes it along, and has its outcome


class Trouble(StrEnum):
    """Why an email did not arrive, as far as that decides what to do. The words are in emails/refusals.py."""

    ADDRESS = "address"  # accepts no email, or its owner wants none: the address is suppressed
    MAILBOX_FULL = "mailbox_full"
    NOT_TAKEN = "not_taken"  # the reader's mail system accepted it at no try, and may accept the next
    CONTENT = "content"  # the reader's mail system rejects its content
    UNCLEAR = "unclear"
    REFUSED = "refused"  # SES never accepted this email; the address is not at fault


class Email(Struct, frozen=True):
    """One email. `id` is derived from the cause, `<template>#<what it is about>`, so one cause cannot send two.

    template    `<stage>/<name>`: chalicelib/<stage>/templates/mail/<name>.{txt,html}.j2
    words       what the template shows: names, titles, dates as text; never an answer
    links       name in the template -> (verb, part, ...) of a link that is signed when the email is composed
    about       cohort, delegate, invitation: where a bounce is shown
    good_until  do not send after this time; None for an email that is useful however late
    entry       what the email puts into, changes in or takes out of the reader's calendar
    """

    id: str
    template: str
    to: Person
    due_at: datetime
    words: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    good_until: datetime | None = None
    state: EmailState = EmailState.QUEUED
    attempts: int = 0  # times SES was asked
    doubts: int = 0  # times SES gave no response and the lease ended
    attempt: str = ""  # random id of the run that holds the email
    message_id: str = ""
    sent_at: str = ""
    reason: str = ""
    cancelled: bool = False
    suppressed: bool = False  # cancelled only because its address accepts no email: a new address revives it
    entry: CalendarEntry | None = None
    in_digest: str = ""  # the day on whose digest it may go, "2026-03-10"; empty: always an email of its own
    items: tuple[str, ...] = ()  # of a digest: ids of the emails that it carries
    carried_by: str = ""  # id of the digest that carries it
    is_urgent: bool = False  # a reader waits for it at a page: sent before others

    @property
    def is_waiting(self) -> bool:
        """Return whether it is still to be sent, alone or in a digest."""
        return self.state in (EmailState.QUEUED, EmailState.CARRIED) and not self.cancelled

    @property
    def may_have_left(self) -> bool:
        """Return whether it may have reached its reader: not while it waits, nor if SES rejected it."""
        is_rejected = self.state is EmailState.REFUSED and not self.message_id
        is_kept = is_rejected or self.state in (EmailState.QUEUED, EmailState.CANCELLED)
        return self.doubts > 0 or not is_kept

    def may_be_retried(self, now: datetime) -> bool:
        """Return whether SES rejected it, never accepted it, and it would not come too late.

        Include cancelled emails: otherwise the list of rejected emails would show who has answered.
        """
        refused = self.state is EmailState.REFUSED and not self.message_id
        return refused and (self.good_until is None or now < self.good_until)


class Bounce(Struct, frozen=True):
    """An email that did not reach its reader.

    The cohort's dashboard shows it until the address is replaced, the email is sent again, or a later one arrives.
    """

    mail_id: str
    name: str
    email: str
    delegate: str  # ids, or empty
    invitation: str
    reason: str
    at: str
    trouble: Trouble = Trouble.ADDRESS
    dismissed: bool = False  # an administrator has seen it; the address stays suppressed all the same

    @property
    def is_lost(self) -> bool:
        """Return whether the address is suppressed until it is replaced."""
        return self.trouble is Trouble.ADDRESS

    @property
    def is_refused(self) -> bool:
        """Return whether SES rejected the email for its content: its reader is not named."""
        return self.trouble is Trouble.REFUSED


READER_ROWS_KEPT = timedelta(days=7)
KEPT_WITHOUT_COHORT = timedelta(days=396)
NO_INVITATION = "-"  # in the key of a listed email that is about no invitation


def key(email_id: str) -> Key:
    return Key(f"MAIL#{email_id}", "MAIL")


def add(new: Email, *, stopped: bool = False) -> list[Write]:
    """Write an email, and list it under its owner. The second row is removed only with the first.

    `stopped` keeps it as if cancelled, because the address is suppressed: a new address revives it. An email to
    someone who was erased is kept in the same way.
    """
    stopped = stopped or new.to.is_erased
    row = {**key(new.id)._asdict(), **fields(new), "kind": due.EMAIL}
    del row["cancelled"], row["suppressed"]  # these attributes exist only if it was
    if not new.is_urgent:
        del row["is_urgent"]
    row |= {"cancelled": True, "suppressed": True} if stopped else _due_columns(new, new.due_at)
    if "cohort" not in new.about:
        row["gone_at"] = int((new.due_at + KEPT_WITHOUT_COHORT).timestamp())  # others go with their cohort's
    listed = [put(reader_row(new))] if new.in_digest else []
    return [put_once(row, EmailExists), put(list_key(new)._asdict()), *listed]


def add_all(new: Iterable[Email], *, stopped: bool = False) -> list[Write]:
    """Write several emails. See `add`."""
    return [write for email in new for write in add(email, stopped=stopped)]


def _due_columns(email: Email, due_at: datetime) -> Row:
    return due_columns(email.id, due_at, is_urgent=email.is_urgent)


def owner_of(email_id: str) -> str:
    """Return the id that an email's id names first: of a delegate or cohort, or of the reader of a sign-in code."""
    return email_id.partition("#")[2].partition("#")[0]


def list_key(email: Email) -> Key:
    return Key(f"EMAILS#{owner_of(email.id)}", f"{email.about.get('invitation', NO_INVITATION)}#{email.id}")


def reader_row(email: Email) -> Row:
    """Return the row by which a digest finds the other emails to the same reader on the same day."""
    gone_at = int((email.due_at + READER_ROWS_KEPT).timestamp())
    return {"pk": f"READER#{reader_id(email.to.email)}", "sk": f"{email.in_digest}#{email.id}", "gone_at": gone_at}


def delete_listed(email: Email) -> list[Write]:
    """Delete an email, its rows in lists of owner and reader, and what the dashboard shows if SES rejected it."""
    bounce_writes = [delete(bounce_key(email))] if email.state is EmailState.REFUSED and "cohort" in email.about else []
    of_reader = [delete(Key(row["pk"], row["sk"])) for row in [reader_row(email)] if email.in_digest]
    return [delete(key(email.id)), delete(list_key(email)), *bounce_writes, *of_reader]


def list_unconfirmed(by: datetime) -> list[Email]:
    """Return unconfirmed emails whose leases end by then, oldest first.

    Include cancelled emails: otherwise the list would show that a rater has answered.
    """
    keys = [Key(row["pk"], "MAIL") for row in due.list_due(by) if row["kind"] == due.EMAIL]
    emails = [read(Email, row) for batch in batched(keys) for row in get_many(batch).values()]
    doubtful = (email for email in emails if email.state is EmailState.SENDING)
    return sorted(doubtful, key=lambda email: email.due_at)


def refused_by_ses(now: datetime) -> list[Email]:
    """Return emails that SES never accepted and that are still useful, oldest first."""
    keys = [Key(row["pk"], "MAIL") for row in due.refused()]
    emails = [read(Email, row) for batch in batched(keys) for row in get_many(batch).values()]
    return sorted((email for email in emails if email.may_be_retried(now)), key=lambda email: (email.due_at, email.id))


def find(email_id: str) -> Email | None:
    row = get(key(email_id))
    return read(Email, row) if row else None


def cancel(email_id: str) -> Write:
    """Cancel an email that SES has not accepted yet; one that was sent does not change.

    An unconfirmed email stays due until its lease ends: the sender then settles it. A rejected email stays on the
    administrator's list: removing it would show that this rater has answered.
    """
    return _stop(email_id, {"cancelled": True}, ["suppressed"])


def call_off(unsent: Email) -> Write:
    """Cancel an email that waits, was rejected or is unconfirmed. Refused with EmailSettled if its state changed since.

    A rejected one stays on the administrator's list, and an unconfirmed one stays due, as for `cancel`.
    """
    is_waiting = unsent.state is EmailState.QUEUED
    return update(
        key(unsent.id),
        put={"cancelled": True},
        remove=["due_shard", "suppressed"] if is_waiting else ["suppressed"],
        when=[equals("state", unsent.state)],
        refusal=EmailSettled,
    )


def suppress(email_id: str) -> Write:
    """Cancel an email in the same way because its address accepts none. A new address revives it."""
    return _stop(email_id, {"cancelled": True, "suppressed": True}, [])


def _stop(email_id: str, changes: Mapping[str, bool], remove: Sequence[str]) -> Write:
    in_doubt = update(key(email_id), put=changes, remove=remove, refusal=EmailMissing)
    write = update(
        key(email_id),
        put=changes,
        remove=["due_shard", *remove],
        when=[differs("state", EmailState.SENDING), differs("state", EmailState.REFUSED)],
        refusal=EmailMissing,
    )
    return replace(write, otherwise=in_doubt)


def redirect(
    waiting: Email, to: Person, links: Mapping[str, tuple[str, ...]], *, revive: bool, cohort: str = ""
) -> list[Write]:
    """Change the reader and links of an email that waits, or that SES refused. Refused if it was sent meanwhile.

    A digest to the new reader can hold it.

    revive   include a cancelled email
    cohort   another one, to which the delegate was transferred
    """
    about = {"about": {**waiting.about, "cohort": cohort}} if cohort else {}
    has_moved = waiting.in_digest and to.email != waiting.to.email
    listed = [put(reader_row(replace(waiting, to=to)))] if has_moved else []
    changed = update(
        key(waiting.id),
        put={
            "to": fields(to),
            "links": links,
            "words": {**waiting.words, "name": to.name},
            **about,
            **(_due_columns(waiting, waiting.due_at) if revive else {}),
        },
        remove=["cancelled", "suppressed"] if revive else [],
        when=[equals("state", waiting.state)],
        refusal=EmailSettled,
    )
    return [changed, *listed]


def of_other_cohort(email: Email, cohort: str, links: Mapping[str, tuple[str, ...]], now: datetime) -> Email:
    """Return an email that a cohort's list holds as a new one for the list of another cohort."""
    template, _, rest = email.id.split("#", 2)
    about = {**email.about, "cohort": cohort}
    return replace(email, id=f"{template}#{cohort}#{rest}#{stamp(now)}", links=links, about=about)


def hasten(waiting: Email, due_at: datetime) -> Write:
    """Send an email earlier than planned. Refused if it was sent or changed meanwhile."""
    as_read = [equals("state", waiting.state), equals("due_at", waiting.due_at), missing("cancelled")]
    changes = {"due_at": due_at, "reason": ""}
    return update(key(waiting.id), put=changes, when=as_read, refusal=EmailSettled)


def reword(waiting: Email, words: Mapping[str, str]) -> list[Write]:
    """Change some words of an email that waits; nothing if it has them already.

    Refused if one of these words was changed since the email was read, or if it was sent or cancelled meanwhile.
    """
    changes = {f"words.{name}": text for name, text in words.items() if waiting.words[name] != text}
    if not changes:
        return []
    as_read = [equals(f"words.{name}", waiting.words[name]) for name in words if waiting.words[name] != words[name]]
    waits = [one_of("state", [EmailState.QUEUED, EmailState.CARRIED]), missing("cancelled")]
    return [update(key(waiting.id), put=changes, when=[*waits, *as_read], refusal=EmailSettled)]


def change_last_day(waiting: Email, closes: str, good_until: datetime) -> Write:
    """Have an email that waits name another last day. Refused if it was sent, cancelled or put in a digest since."""
    changes = {"words.closes": closes, "good_until": good_until}
    waits = [equals("state", EmailState.QUEUED), missing("cancelled")]
    return update(key(waiting.id), put=changes, when=waits, refusal=EmailSettled)


def hide(cohort_id: str, bounce: Bounce) -> Write:
    """Remove a bounce from the dashboard: the address was replaced."""
    return delete(Key(f"COHORT#{cohort_id}", f"BOUNCE#{bounce.mail_id}"))


def dismiss(cohort_id: str, bounce: Bounce) -> Write:
    """Show a bounce no more. Refused if the email has bounced again since it was read, or arrived."""
    key = Key(f"COHORT#{cohort_id}", f"BOUNCE#{bounce.mail_id}")
    return update(key, put={"dismissed": True}, when=[equals("at", bounce.at)], refusal=BounceMissing)


def retry(given_up: Email, now: datetime) -> list[Write]:
    """Send a rejected email again, with its full number of attempts.

    Refused if SES has accepted the email, or if the dashboard no longer shows it: its address was replaced.
    """
    again = update(
        key(given_up.id),
        put={
            "state": EmailState.QUEUED,
            "attempts": 0,
            "reason": "",
            "carried_by": "",  # its digest decides no more
            **_due_columns(given_up, now),
        },
        when=[equals("state", EmailState.REFUSED), equals("message_id", ""), missing("cancelled")],
        refusal=EmailSettled,
    )
    return [again, *_take_off(given_up)]


def drop(given_up: Email) -> list[Write]:
    """Cancel a rejected email that is no longer needed, and remove it from the dashboard and the list."""
    return [drop_alone(given_up), *_take_off(given_up)]


def drop_alone(given_up: Email) -> Write:
    """Cancel a rejected email that the dashboard does not show."""
    return update(
        key(given_up.id),
        put={"state": EmailState.CANCELLED, "cancelled": True},
        remove=["due_shard"],
        when=[equals("state", EmailState.REFUSED), equals("message_id", "")],
        refusal=EmailSettled,
    )


def _take_off(email: Email) -> list[Write]:
    return [delete_existing(bounce_key(email), BounceMissing)] if "cohort" in email.about else []


# --- sending: every write names the attempt that holds the email ---------------------------------------


def claim(email_id: str, attempt: str, now: datetime, until: datetime) -> Email | None:
    """Claim a queued email. Return None if it is settled, held, cancelled or not due.

    The lease is `due_at` itself. An attempt may claim again what it holds: the response to its first try was lost.
    """
    again = equals("attempt", attempt)
    return _take(
        update(
            key(email_id),
            put={"state": EmailState.SENDING, "attempt": attempt, "due_at": until},
            add={"attempts": 1},
            when=[
                one_of("state", [EmailState.QUEUED, EmailState.SENDING]),
                either(equals("state", EmailState.QUEUED), again),
                either(at_most("due_at", now), again),
                missing("cancelled"),
            ],
            refusal=EmailSettled,
        )
    )


def claim_unconfirmed(email_id: str, attempt: str, now: datetime, until: datetime) -> Email | None:
    """Claim an email whose sender crashed. Return None unless it is unconfirmed and its lease has ended.

    It may have been cancelled: then it must be settled, and not sent.
    """
    return _take(
        update(
            key(email_id),
            put={"attempt": attempt, "due_at": until},
            add={"attempts": 1, "doubts": 1},
            when=[equals("state", EmailState.SENDING), at_most("due_at", now)],
            refusal=EmailSettled,
        )
    )


def sent(held: Email, message_id: str, now: datetime) -> Write:
    return update(
        key(held.id),
        put={"state": EmailState.SENT, "message_id": message_id, "sent_at": stamp(now), "reason": ""},
        remove=["due_shard"],
        when=_held(held),
        refusal=EmailSettled,
    )


def reschedule(held: Email, until: datetime, reason: str, *, counted: bool = True, in_digest: str = "") -> Write:
    """Return an email to the queue, unless it was cancelled in the meantime.

    counted     False if the email is not at fault and must not use up an attempt
    in_digest   another day, on whose digest it may go then
    """
    moved = {"in_digest": in_digest} if in_digest else {}
    write = update(
        key(held.id),
        put={"state": EmailState.QUEUED, "due_at": until, "reason": reason, **moved},
        add={} if counted else {"attempts": -1},
        when=[*_held(held), missing("cancelled")],
        refusal=EmailSettled,
    )
    return replace(write, otherwise=cancelled(held))


def cancelled(held: Email) -> Write:
    """Settle an email that was cancelled while it was being sent or unconfirmed. SES may still report a send later."""
    return update(
        key(held.id),
        put={"state": EmailState.CANCELLED, "reason": "It was cancelled before we knew whether it had been sent"},
        remove=["due_shard"],
        when=[*_held(held), present("cancelled")],
        refusal=EmailSettled,
    )


def forget_reader(held: Email) -> Write:
    """Settle an email to someone who was erased since it was written: it is not sent, and keeps no name or words."""
    erased = Person(ERASED_NAME, ERASED_ADDRESS)
    return update(
        key(held.id),
        put={"state": EmailState.CANCELLED, "to": fields(erased), "words": {}, "links": {}},
        remove=["due_shard", "entry"],
        when=_held(held),
        refusal=EmailSettled,
    )


def refused(held: Email, reason: str, now: datetime, trouble: Trouble = Trouble.REFUSED) -> list[Write]:
    """Mark an email as rejected by SES. It moves to a part of the index that only a person's retry reads."""
    settled = update(
        key(held.id),
        put={"state": EmailState.REFUSED, "reason": reason, "due_shard": due.REFUSED},
        when=_held(held),
        refusal=EmailSettled,
    )
    return [settled, *show(held, reason, now, trouble)]


def mark_expired(held: Email) -> Write:
    """Mark an email as not sent because it would come too late; no one needs to act."""
    return update(
        key(held.id),
        put={"state": EmailState.REFUSED, "reason": "It would have arrived too late"},
        remove=["due_shard"],
        when=_held(held),
        refusal=EmailSettled,
    )


def _held(held: Email) -> list[Condition]:
    return [equals("state", EmailState.SENDING), equals("attempt", held.attempt)]


def _take(write: Write) -> Email | None:
    try:
        return read(Email, update_one(write))
    except EmailSettled:
        return None


# --- events from SES ----------------------------------------------------------------------------------


NOT_ARRIVED = {EmailState.REFUSED, EmailState.UNDELIVERED, EmailState.BOUNCED, EmailState.COMPLAINED}


def settle(
    email: Email, state: EmailState, message_id: str, reason: str, now: datetime, trouble: Trouble = Trouble.ADDRESS
) -> list[Write]:
    """Record the email's outcome, if its row has not changed since it was read."""
    settled = update(
        key(email.id),
        put={"state": state, "message_id": message_id, "reason": reason, "sent_at": email.sent_at or stamp(now)},
        remove=["due_shard"],
        when=[equals("state", email.state)],
        refusal=EmailSettled,
    )
    if state in NOT_ARRIVED:
        return [settled, *show(email, reason, now, trouble)]
    return [settled, *_hide(email)]


def bounce_key(email: Email) -> Key:
    return Key(f"COHORT#{email.about['cohort']}", f"BOUNCE#{email.id}")


def show(email: Email, reason: str, now: datetime, trouble: Trouble) -> list[Write]:
    """Write the dashboard's row about an email of a cohort.

    It does not name the reader of an email that SES rejected: most go to raters who have not answered, and the address
    is not at fault.
    """
    if "cohort" not in email.about:
        return []
    is_hidden = trouble is Trouble.REFUSED
    bounce = Bounce(
        mail_id=email.id,
        name="" if is_hidden else email.to.name,
        email="" if is_hidden else email.to.email,
        delegate=email.about.get("delegate", ""),
        invitation="" if is_hidden else email.about.get("invitation", ""),
        reason=reason,
        at=stamp(now),
        trouble=trouble,
    )
    return [put({**bounce_key(email)._asdict(), **fields(bounce)})]


def _hide(email: Email) -> list[Write]:
    """Mark an email as sent that had been given up: an unconfirmed attempt had reached SES."""
    was_shown = email.state is EmailState.REFUSED and "cohort" in email.about
    return [delete(bounce_key(email))] if was_shown else []
