"""Lists of rows without those that cannot be read: one damaged row does not end a page or a job about many.

Each is logged, and the page or job can say what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from msgspec import MsgspecError

from chalicelib.core import log
from chalicelib.store.marshal import Row, read

T = TypeVar("T")
FAULTS = (MsgspecError, LookupError, TypeError, ValueError)

_unreadable: ContextVar[dict[str, str] | None] = ContextVar("unreadable", default=None)


@contextmanager
def watch_rows() -> Iterator[Mapping[str, str]]:
    """Collect, for one page, job or command, which rows could not be read: key -> why."""
    unreadable: dict[str, str] = {}
    before = _unreadable.set(unreadable)
    try:
        yield unreadable
    finally:
        _unreadable.reset(before)


def list_unreadable() -> Mapping[str, str]:
    """Return the rows that could not be read so far: key -> why."""
    return dict(_unreadable.get() or {})


def read_each(rows: Iterable[Row], convert: Callable[[Row], T]) -> list[T]:
    """Convert each row, and leave out those that cannot be read."""
    return [thing for row in rows for thing in _read(row, convert)]


def read_all(kind: type[T], rows: Iterable[Row]) -> list[T]:
    """Read each row as this type, and leave out those that cannot be read."""
    return read_each(rows, lambda row: read(kind, row))


def read_one(kind: type[T], row: Row | None) -> T | None:
    """Read a row as this type. None if there is no row, or it cannot be read."""
    return next(iter(read_all(kind, [row] if row else [])), None)


def _name(row: Row) -> str:
    """Return the key; of a bounce without its email: that could say who has not answered."""
    return f"{row['pk']} {'BOUNCE' if row['sk'].startswith('BOUNCE#') else row['sk']}"


def _read(row: Row, convert: Callable[[Row], T]) -> Iterator[T]:
    try:
        thing = convert(row)
    except FAULTS as error:
        place = _name(row)
        unreadable = _unreadable.get()
        if unreadable is None or place not in unreadable:
            log.error("row_unreadable", error, row=place)
        if unreadable is not None:
            unreadable[place] = log.describe_error(error)
        return
    yield thing
