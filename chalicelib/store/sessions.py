"""Who has signed in, and whom a code was mailed to. Neither a code, nor a session's id, nor an address is stored."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from chalicelib.store.expressions import above, at_most, equals
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, apply, delete, get, put_if, put_once, update


class AskingChanged(Changed):
    """Somebody has asked for another code since."""


class CodeSpent(Changed):
    """The code was used, replaced or tried too often, or its time is over."""


class SessionExists(AlreadyExists):
    """The session has begun already."""


KEPT_AFTER_END = timedelta(days=1)  # until DynamoDB may delete a row


class Asking(Struct, frozen=True):
    """The last code that somebody asked for. The code itself follows from `challenge` and a key outside the table."""

    who: str  # ids.reader_key of the address, or ids.administrator_key
    challenge: str  # random; empty once its code was used
    ends_at: datetime
    tries: int = 0
    asked: tuple[datetime, ...] = ()  # when codes were mailed to the address lately, this one included
    revision: int = 1


class Session(Struct, frozen=True):
    """A browser that has signed in. It is over at `ends_at`, or when its reader signs out."""

    hashed: str  # SHA-256 of the id that only the browser has
    who: str
    ends_at: datetime


def hashed(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


# --- codes ------------------------------------------------------------------------------------------


def asking_key(who: str) -> Key:
    return Key(f"ASKING#{who}", "ASKING")


def find_asking(who: str) -> Asking | None:
    found = get(asking_key(who))
    return read(Asking, found) if found else None


def save_asking(new: Asking) -> Write:
    """Refused unless it follows the asking that was read, or is the first."""
    row = {**asking_key(new.who)._asdict(), **fields(new), **_gone(new.ends_at)}
    if new.revision == 1:
        return put_once(row, AskingChanged)
    return put_if(row, [equals("revision", new.revision - 1)], AskingChanged)


def take_try(who: str, challenge: str, most: int, now: datetime) -> Asking | None:
    """Count one try of a code. None if it was used, replaced or tried too often, or its time is over."""
    when = [equals("challenge", challenge), at_most("tries", most - 1), above("ends_at", now)]
    try:
        return read(Asking, apply(update(asking_key(who), add={"tries": 1}, when=when, refusal=CodeSpent)))
    except CodeSpent:
        return None


def use(asking: Asking) -> Write:
    """Spend a code: refused if somebody else has spent or replaced it."""
    unspent = [equals("challenge", asking.challenge)]
    return update(asking_key(asking.who), put={"challenge": ""}, when=unspent, refusal=CodeSpent)


# --- sessions ---------------------------------------------------------------------------------------


def key(hashed_id: str) -> Key:
    return Key(f"SESSION#{hashed_id}", "SESSION")


def add(new: Session) -> Write:
    return put_once({**key(new.hashed)._asdict(), **fields(new), **_gone(new.ends_at)}, SessionExists)


def find(hashed_id: str) -> Session | None:
    found = get(key(hashed_id))
    return read(Session, found) if found else None


def end(hashed_id: str) -> Write:
    return delete(key(hashed_id))


def _gone(ends_at: datetime) -> dict[str, Any]:
    return {"gone_at": int((ends_at + KEPT_AFTER_END).timestamp())}
