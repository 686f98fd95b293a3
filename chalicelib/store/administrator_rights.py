"""Which programmes an administrator may see. One without a row sees all, as every administrator of before does."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from chalicelib.core.ids import administrator_key
from chalicelib.core.settings import settings
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import Key, Write, delete, get, get_many, put


class Rights(Struct, frozen=True):
    """The programmes that one administrator was given, by id."""

    who: str  # ids.administrator_key
    programmes: tuple[str, ...]


def key(administrator: str) -> Key:
    return Key(f"RIGHTS#{administrator}", "RIGHTS")


def find(administrator: str) -> frozenset[str] | None:
    """Return ids of programmes; None: all. One call."""
    row = get(key(administrator))
    return frozenset(read(Rights, row).programmes) if row else None


def limit(administrator: str, programmes: Collection[str]) -> Write:
    """Let an administrator see these programmes alone."""
    rights = Rights(administrator, tuple(sorted(programmes)))
    return put({**key(administrator)._asdict(), **fields(rights)})


def lift(administrator: str) -> Write:
    """Let an administrator see every programme."""
    return delete(key(administrator))


def list_administrators(programme_id: str) -> list[str]:
    """Return the addresses of the administrators who may see a programme: emails about it go to no other. One call."""
    listed = {address: key(administrator_key(address.lower())) for address in settings().administrators}
    rows = get_many(list(listed.values()))
    limited = {place: read(Rights, row).programmes for place, row in rows.items()}
    return [address for address, place in listed.items() if programme_id in limited.get(place, (programme_id,))]
