"""Delegates who are paused: no email about them goes out, from any stage. One row for each."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.store.marshal import fields
from chalicelib.store.row_kinds import delegate_rows
from chalicelib.store.table import Key, Write, delete, put

PK = delegate_rows.PAUSED.pk
REASON = "The delegate is paused"  # of an email that waits for the return


class Paused(Struct, frozen=True):
    delegate_id: str
    until: datetime


def key(delegate_id: str) -> Key:
    return delegate_rows.PAUSED.key(delegate=delegate_id)


def begin(delegate_id: str, until: datetime) -> Write:
    return put({**key(delegate_id)._asdict(), **fields(Paused(delegate_id, until))})


def end(delegate_id: str) -> Write:
    return delete(key(delegate_id))
