"""Sign-in codes: a row for each unused code, and a row for each reader that counts requests and tries.

Neither a code nor an address is stored.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from chalicelib.store.expressions import above, at_most, equals
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, get, put_if, put_once, update, update_one


class AskingChanged(Changed):
    """Someone has asked for another code, or typed one, since the row was read."""


class CodeSpent(Changed):
    """The code was used, tried too often, or has expired."""


class CodeExists(AlreadyExists):
    """A code with this challenge exists already."""


KEPT_AFTER_END = timedelta(days=1)  # until DynamoDB may delete a row
KEPT_AFTER_TRY = timedelta(days=366)  # wrong codes count for a year: web/waits.py


class Try(Struct, frozen=True):
    """A wrong code that was typed without the link from its email."""

    at: datetime
    challenge: str


class Asking(Struct, frozen=True):
    """Recent requests and tries of one reader. Rows of earlier versions hold other fields in addition to `asked`."""

    who: str  # ids.reader_key of the address, or ids.administrator_key
    asked: tuple[datetime, ...] = ()  # when codes were emailed because someone without an email's link asked
    asked_by_link: tuple[datetime, ...] = ()
    failed: tuple[Try, ...] = ()
    revision: int = 0


class Code(Struct, frozen=True):
    """One unused code. The code itself is derived from `challenge` and a key outside the table."""

    who: str
    challenge: str  # random
    ends_at: datetime
    tries: int = 0
    tries_by_link: int = 0


# --- asking -----------------------------------------------------------------------------------------


def asking_key(reader: str) -> Key:
    return Key(f"ASKING#{reader}", "ASKING")


def find_asking(reader: str) -> Asking | None:
    row = get(asking_key(reader))
    return read(Asking, row) if row else None


def save_asking(changed: Asking, now: datetime) -> Write:
    """Replace the counts that were read. Refused if the revision has changed."""
    kept = KEPT_AFTER_TRY if changed.failed else KEPT_AFTER_END
    row = {**asking_key(changed.who)._asdict(), **fields(changed), **_gone(now + kept)}
    row["revision"] = changed.revision + 1
    if changed.revision == 0:
        return put_once(row, AskingChanged)
    return put_if(row, [equals("revision", changed.revision)], AskingChanged)


# --- codes ------------------------------------------------------------------------------------------


def code_key(reader: str, challenge: str) -> Key:
    return Key(f"ASKING#{reader}", f"CODE#{challenge}")


def add_code(new: Code) -> Write:
    row = {**code_key(new.who, new.challenge)._asdict(), **fields(new), **_gone(new.ends_at + KEPT_AFTER_END)}
    return put_once(row, CodeExists)


def find_code(reader: str, challenge: str) -> Code | None:
    row = get(code_key(reader, challenge))
    return read(Code, row) if row else None


def count_try(reader: str, challenge: str, most: int, now: datetime, *, by_link: bool) -> Write:
    """Count one try of a code. Refused if it was used, tried too often, or has expired."""
    counter = "tries_by_link" if by_link else "tries"
    when = [at_most(counter, most - 1), above("ends_at", now)]
    return update(code_key(reader, challenge), add={counter: 1}, when=when, refusal=CodeSpent)


def take_try(reader: str, challenge: str, most: int, now: datetime) -> Code:
    """Count a try by someone who has the email's link. Raises CodeSpent."""
    return read(Code, update_one(count_try(reader, challenge, most, now, by_link=True)))


def use(reader: str, challenge: str) -> Write:
    """Use up a code. Refused if someone else has used it."""
    return update(
        code_key(reader, challenge), put={"ends_at": SPENT}, when=[above("ends_at", SPENT)], refusal=CodeSpent
    )


def _gone(at: datetime) -> dict[str, Any]:
    return {"gone_at": int(at.timestamp())}


SPENT = datetime.fromisoformat("2000-01-01T00:00:00Z")
