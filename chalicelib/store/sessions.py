"""Sessions of readers who have signed in. Neither a session's id nor an address is stored."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from chalicelib.store.marshal import fields, read
from chalicelib.store.table import AlreadyExists, Key, Missing, Write, delete, get_many, put, put_once, update


class SessionMissing(Missing):
    """The session has ended."""


class SessionExists(AlreadyExists):
    """The session has begun already."""


KEPT_AFTER_END = timedelta(days=1)  # until DynamoDB may delete a row


class EndedSessions(Struct, frozen=True):
    """An administrator revoked a reader's links: their sessions that end by `until` had begun before that."""

    who: str
    until: datetime


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


def ended_key(who: str) -> Key:
    return Key(f"ENDED#{who}", "SESSIONS")


def end_all(who: str, until: datetime) -> Write:
    """End every session of a reader that ends by then."""
    return put({**ended_key(who)._asdict(), **fields(EndedSessions(who, until)), **_gone(until)})


def find(hashed_id: str, who: str) -> Session | None:
    """Find a session of this reader, unless all of theirs were ended. One call.

    who   empty for any reader
    """
    of_session, of_end = key(hashed_id), ended_key(who)
    rows = get_many([of_session, *([of_end] if who else [])])
    session = read(Session, rows[of_session]) if of_session in rows else None
    if session and of_end in rows and session.ends_at <= read(EndedSessions, rows[of_end]).until:
        return None
    return session


def confirm(hashed_id: str) -> Write:
    return update(key(hashed_id), put={"pending": False}, refusal=SessionMissing)


def end(hashed_id: str) -> Write:
    return delete(key(hashed_id))


def _gone(ends_at: datetime) -> dict[str, Any]:
    return {"gone_at": int((ends_at + KEPT_AFTER_END).timestamp())}
