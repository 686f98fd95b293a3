"""Sign-in codes: one row for each code that is out, and one for each reader that counts what was asked and tried.

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
    """Someone has asked for another code, or typed one, since."""


class CodeSpent(Changed):
    """The code was used or tried too often, or its time is over."""


class CodeExists(AlreadyExists):
    """A code with this challenge is out already."""


KEPT_AFTER_END = timedelta(days=1)  # until DynamoDB may delete a row
KEPT_AFTER_TRY = timedelta(days=366)  # wrong codes count for a year: web/waits.py


class Try(Struct, frozen=True):
    """A wrong code that was typed without the link in its email."""

    at: datetime
    challenge: str


class Asking(Struct, frozen=True):
    """What was asked and tried for one reader lately. Rows of earlier versions hold other fields beside `asked`."""

    who: str  # ids.reader_key of the address, or ids.administrator_key
    asked: tuple[datetime, ...] = ()  # when codes were emailed because someone without the link of an email asked
    asked_by_link: tuple[datetime, ...] = ()
    failed: tuple[Try, ...] = ()
    revision: int = 0


class Code(Struct, frozen=True):
    """One code that is out. The code itself follows from `challenge` and a key outside the table."""

    who: str
    challenge: str  # random
    ends_at: datetime
    tries: int = 0
    tries_by_link: int = 0


# --- asking -----------------------------------------------------------------------------------------


def asking_key(who: str) -> Key:
    return Key(f"ASKING#{who}", "ASKING")


def find_asking(who: str) -> Asking | None:
    found = get(asking_key(who))
    return read(Asking, found) if found else None


def save_asking(changed: Asking, now: datetime) -> Write:
    """Refused unless it follows the asking that was read, whose revision it has."""
    kept = KEPT_AFTER_TRY if changed.failed else KEPT_AFTER_END
    row = {**asking_key(changed.who)._asdict(), **fields(changed), **_gone(now + kept)}
    row["revision"] = changed.revision + 1
    if changed.revision == 0:
        return put_once(row, AskingChanged)
    return put_if(row, [equals("revision", changed.revision)], AskingChanged)


# --- codes ------------------------------------------------------------------------------------------


def code_key(who: str, challenge: str) -> Key:
    return Key(f"ASKING#{who}", f"CODE#{challenge}")


def add_code(new: Code) -> Write:
    row = {**code_key(new.who, new.challenge)._asdict(), **fields(new), **_gone(new.ends_at + KEPT_AFTER_END)}
    return put_once(row, CodeExists)


def find_code(who: str, challenge: str) -> Code | None:
    found = get(code_key(who, challenge))
    return read(Code, found) if found else None


def count_try(who: str, challenge: str, most: int, now: datetime, *, by_link: bool) -> Write:
    """Count one try of a code: refused if it was used or tried too often, or its time is over."""
    counter = "tries_by_link" if by_link else "tries"
    when = [at_most(counter, most - 1), above("ends_at", now)]
    return update(code_key(who, challenge), add={counter: 1}, when=when, refusal=CodeSpent)


def take_try(who: str, challenge: str, most: int, now: datetime) -> Code:
    """Count a try by whoever has the link of the email. Raises CodeSpent."""
    return read(Code, update_one(count_try(who, challenge, most, now, by_link=True)))


def use(who: str, challenge: str) -> Write:
    """Spend a code: refused if someone else has spent it."""
    return update(code_key(who, challenge), put={"ends_at": SPENT}, when=[above("ends_at", SPENT)], refusal=CodeSpent)


def _gone(at: datetime) -> dict[str, Any]:
    return {"gone_at": int(at.timestamp())}


SPENT = datetime.fromisoformat("2000-01-01T00:00:00Z")
