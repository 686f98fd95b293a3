"""Checked programme files, immutable; a warm function keeps them in memory."""

from __future__ import annotations

from functools import lru_cache

from chalicelib.core.model import Programme
from chalicelib.store.programme_codec import decode_programme, encode_programme
from chalicelib.store.table import AlreadyExists, Key, Write, get, put_once


class ProgrammeExists(AlreadyExists):
    """This version of the programme is loaded already."""


def key(programme_id: str, version: int) -> Key:
    return Key(f"PROGRAMME#{programme_id}", f"V#{version}")


def add(programme: Programme) -> Write:
    row = {**key(programme.id, programme.version)._asdict(), "checked": encode_programme(programme)}
    return put_once(row, ProgrammeExists)


def stored(programme_id: str, version: int) -> bytes | None:
    """Return the canonical bytes of a version, or None if it was never loaded."""
    row = get(key(programme_id, version))
    return row["checked"] if row else None


@lru_cache(maxsize=16)
def load(programme_id: str, version: int) -> Programme:
    """Return a version. Raises LookupError if it was never loaded."""
    checked = stored(programme_id, version)
    if checked is None:
        raise LookupError(f"programme {programme_id} version {version} is not loaded")
    return decode_programme(checked)
