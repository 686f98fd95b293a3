"""The mark of a restore that is not finished: a document in the bucket, because the table was put back.

`make restore` sets the mark before it replaces the table. `restore finish` clears it. `make start` refuses while it
is set.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from chalicelib.store import objects
from chalicelib.store.row_kinds import RESTORES

NAME = f"{RESTORES}unfinished.json"


class UnfinishedRestore(Struct, frozen=True):
    """The moment that the table was put back to."""

    moment: datetime


def encode(moment: datetime) -> bytes:
    """Return the content of the mark."""
    return msgspec.json.encode(UnfinishedRestore(moment))


def decode(body: bytes) -> datetime:
    """Return the moment of a mark. Raises msgspec.MsgspecError if the document cannot be read."""
    return msgspec.json.decode(body, type=UnfinishedRestore).moment


def find() -> datetime | None:
    """Return the moment that the table was put back to; None if no restore waits to be finished."""
    body = objects.find(NAME)
    return decode(body) if body else None


def clear() -> None:
    objects.remove(NAME)
