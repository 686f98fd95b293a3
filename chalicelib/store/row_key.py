"""The key of a row."""

from __future__ import annotations

from typing import NamedTuple

from chalicelib.store.marshal import Row


class Key(NamedTuple):
    pk: str
    sk: str


def key_of(row: Row) -> Key:
    return Key(row["pk"], row["sk"])
