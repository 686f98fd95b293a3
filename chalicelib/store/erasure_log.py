"""The log of erasures: documents in the bucket, so that the table can be restored and the erasures repeated.

Each entry is a document of its own, and no entry is ever changed. It holds ids and no address.
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Struct

from chalicelib.core.clock import stamp
from chalicelib.core.ids import derive, reader_key
from chalicelib.store import objects
from chalicelib.store.row_kinds import ERASURES


class Erased(Struct, frozen=True):
    """One erasure: the key of the person's address (`ids.reader_key`), and their ids as a delegate."""

    at: datetime
    person: str
    delegates: tuple[str, ...] = ()


def add(email: str, delegates: tuple[str, ...], now: datetime) -> str:
    """Note an erasure, and return the name of the entry without its folder. A repeat at the same moment is the same."""
    entry = Erased(now, reader_key(email), delegates)
    name = f"{stamp(now)}-{derive(8, 'erasure', entry.person, *delegates)}"
    objects.save(f"{ERASURES}{name}.json", msgspec.json.encode(entry))
    return name


def list_names() -> list[str]:
    """Return the names of all entries, the first erasure first."""
    return sorted(objects.list_names(ERASURES))


def load(name: str) -> Erased:
    """Load one entry. Raises msgspec.MsgspecError if it cannot be read."""
    return msgspec.json.decode(objects.load(name), type=Erased)
