"""Find the rows of a person: those that hold their address, and those that hold an id of theirs.

The kinds of row (store/row_kinds/) say which part of a key is whose id.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from chalicelib.core.errors import Refusal
from chalicelib.core.ids import administrator_key, rater_key, reader_id, reader_key, unkeyed_rater_key
from chalicelib.store import row_kinds
from chalicelib.store.emails import owner_of
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds.cohort_rows import COHORT, FACILITATOR_SEAT
from chalicelib.store.row_kinds.rater_rows import INBOX_ENTRY
from chalicelib.store.row_kinds.row_kind import Erasure, Owner, RowKind
from chalicelib.store.row_kinds.service_rows import EMAIL
from chalicelib.store.table import Key, key_of, scan

BY = "command line"
Source = Callable[[], Iterable[Row]]  # the rows to look through: the whole table, or those of one cohort
COHORTS = COHORT.partition(cohort="")  # how the keys of cohorts begin
PERSONS = (Owner.RATER, Owner.COACH, Owner.READER)  # a row of theirs has a key made from the address


class PersonUnknown(Refusal):
    """No row names this address."""

    status = 404
    title = "Nothing is stored"

    def __init__(self, email: str) -> None:
        super().__init__(f"No row of this deployment names {email}.")


def rows_naming(email: str, rows: Source = scan) -> Iterator[Row]:
    """Find rows that contain the address, and the rater's inbox, which has only its hash."""
    wanted = email.strip().lower()
    inboxes = inboxes_of(wanted)
    return (row for row in rows() if key_of(row).pk in inboxes or is_naming(row, wanted))


def inboxes_of(email: str) -> frozenset[str]:
    return frozenset(INBOX_ENTRY.partition(rater=make(email)) for make in (rater_key, unkeyed_rater_key))


def address_in(row: Row, part: str) -> str:
    """Return the address of the person in a part of a row; empty in a damaged row, which no search may end at."""
    person = row.get(part)
    return str(person.get("email", "")) if isinstance(person, Mapping) else ""


def is_naming(value: Any, email: str) -> bool:
    if isinstance(value, Mapping):
        return email in value or any(is_naming(inner, email) for inner in value.values())
    if isinstance(value, (list, tuple)):
        return any(is_naming(inner, email) for inner in value)
    return isinstance(value, str) and value == email


def of_delegates(delegates: Collection[str], rows: Source = scan) -> Iterator[Row]:
    """Yield every row of a kind that belongs to the delegate it is about."""
    return (row for kind, row in _about_delegates(delegates, rows) if kind.owner is Owner.DELEGATE)


def _about_delegates(delegates: Collection[str], rows: Source = scan) -> Iterator[tuple[RowKind, Row]]:
    """Yield the rows with a delegate's id in the key, and their kinds."""
    for row in rows() if delegates else ():
        is_near = any(delegate_id in part for delegate_id in delegates for part in key_of(row))
        kind = kind_of(row) if is_near else None
        if kind and kind.parts(key_of(row)).get("delegate") in delegates:
            yield kind, row


def of_address(email: str, source: Source = scan) -> Iterator[Row]:
    """Yield the rows whose key is made from the address: sessions, codes, seats, quarters of an hour of a coach."""
    wanted = email.strip().lower()
    rows = list(source())
    ids, seats = _ids_of(wanted), _seats_of(rows, wanted)
    for row in rows:
        key = key_of(row)
        is_theirs = row.get("who") in ids or any(person_id in key.pk for person_id in ids)
        if key.pk.startswith(COHORTS):
            is_theirs = any(key.pk == pk and key.sk.startswith(sk) for pk, sk in seats)
        kind = kind_of(row) if is_theirs else None
        if kind and kind.owner in PERSONS:
            yield row


def _ids_of(email: str) -> frozenset[str]:
    return frozenset(make(email) for make in (reader_id, reader_key, administrator_key, rater_key, unkeyed_rater_key))


def _seats_of(rows: Collection[Row], email: str) -> list[Key]:
    """Return how the keys begin of a facilitator's seats: their id is the one in the cohort's file."""
    return [
        FACILITATOR_SEAT.key(cohort=COHORT.parts(key_of(row))["cohort"], facilitator=facilitator["id"], session="")
        for row in rows
        if COHORT.has(row)
        for facilitator in row.get("facilitators", ())
        if is_naming(facilitator, email) and "id" in facilitator
    ]


def going_with(delegates: Collection[str]) -> list[Row]:
    """Return the rows that are deleted with a delegate: theirs, and what others wrote about them."""
    return [row for kind, row in _about_delegates(delegates) if kind.goes_with_delegate or _is_deleted_own(kind)]


def _is_deleted_own(kind: RowKind) -> bool:
    return kind.owner is Owner.DELEGATE and kind.erasure is Erasure.DELETE


def calling_by_name(delegates: Collection[str]) -> Iterator[Row]:
    """Find raters' rows and emails about these delegates: they contain the name and not the address."""
    for row in scan() if delegates else ():
        if any(about in delegates for about in _delegates_named(row)):
            yield row


def _delegates_named(row: Row) -> Iterator[str | None]:
    """Yield the ids of delegates who are named in an email or an inbox. A digest is about those of its items."""
    if EMAIL.has(row):
        about = row.get("about")
        yield about.get("delegate") if isinstance(about, Mapping) else None
        yield from map(owner_of, row.get("items", ()))
    elif INBOX_ENTRY.has(row):
        yield row.get("delegate_id")


def is_deleted_with(row: Row) -> bool:
    """Return whether a row of a person goes when they are erased."""
    kind = kind_of(row)
    return kind is not None and kind.erasure is Erasure.DELETE


def kind_of(row: Row) -> RowKind | None:
    return _kind_of(key_of(row))


@lru_cache(4096)
def _kind_of(key: Key) -> RowKind | None:
    return next(iter(row_kinds.kinds_of(key)), None)


def addresses_in(value: Any) -> Iterator[str]:
    """Yield every address in a row, in names and values at any depth."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from addresses_in(name)
            yield from addresses_in(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from addresses_in(inner)
    elif isinstance(value, str) and is_address(value):
        yield value


def is_address(text: str) -> bool:
    """Return whether it is an address and nothing else; an address inside an email's text is the reader's to see."""
    return "@" in text and not any(sign.isspace() for sign in text) and "://" not in text
