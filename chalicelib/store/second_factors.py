"""Second factors of administrators, one row for each. The secret is stored encrypted."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.store.codes import Try
from chalicelib.store.expressions import equals
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import AlreadyExists, Changed, Key, Write, delete_existing, get, put_if, put_once


class SecondFactorExists(AlreadyExists):
    """The administrator has a second factor already."""


class SecondFactorChanged(Changed):
    """A code was typed, or the second factor was set up or removed, since the row was read."""


class SecondFactor(Struct, frozen=True):
    """One second factor. `last_step` is the time step of the newest accepted code: no code is accepted twice."""

    who: str  # ids.administrator_key
    sealed: bytes  # the secret, encrypted: web/second_factor.py
    since: datetime
    last_step: int
    recovery: tuple[str, ...]  # SHA-256 of the unused recovery codes
    failed: tuple[Try, ...] = ()  # wrong codes; `challenge` is the hash of the session
    revision: int = 0


def key(administrator: str) -> Key:
    return Key(f"SECOND#{administrator}", "SECOND")


def find(administrator: str) -> SecondFactor | None:
    row = get(key(administrator))
    return read(SecondFactor, row) if row else None


def add(new: SecondFactor) -> Write:
    return put_once({**key(new.who)._asdict(), **fields(new)}, SecondFactorExists)


def save(changed: SecondFactor) -> Write:
    """Replace the row that was read. Refused if its revision has changed."""
    row = {**key(changed.who)._asdict(), **fields(changed), "revision": changed.revision + 1}
    return put_if(row, [equals("revision", changed.revision)], SecondFactorChanged)


def remove(known: SecondFactor) -> Write:
    """Delete the row that was read. Refused if its revision has changed, or if it is gone."""
    return delete_existing(key(known.who), SecondFactorChanged, [equals("revision", known.revision)])
