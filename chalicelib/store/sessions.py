"""Sessions of readers who have signed in. Neither a session's id nor an address is stored."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from chalicelib.store.marshal import fields, read
from chalicelib.store.table import AlreadyExists, Key, Missing, Write, delete, get, put_once, update


class SessionMissing(Missing):
    """The session has ended."""


class SessionExists(AlreadyExists):
    """The session has begun already."""


KEPT_AFTER_END = timedelta(days=1)  # until DynamoDB may delete a row


class Session(Struct, frozen=True):
    """A browser that has signed in. The session ends at `ends_at`, or when its reader signs out."""

    hashed: str  # SHA-256 of the id that only the browser has
    who: str
    ends_at: datetime
    pending: bool = False  # an administrator who has typed the emailed code and not yet the second factor


def hashed(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def key(hashed_id: str) -> Key:
    return Key(f"SESSION#{hashed_id}", "SESSION")


def add(new: Session) -> Write:
    return put_once({**key(new.hashed)._asdict(), **fields(new), **_gone(new.ends_at)}, SessionExists)


def find(hashed_id: str) -> Session | None:
    row = get(key(hashed_id))
    return read(Session, row) if row else None


def confirm(hashed_id: str) -> Write:
    return update(key(hashed_id), put={"pending": False}, refusal=SessionMissing)


def end(hashed_id: str) -> Write:
    return delete(key(hashed_id))


def _gone(ends_at: datetime) -> dict[str, Any]:
    return {"gone_at": int((ends_at + KEPT_AFTER_END).timestamp())}
