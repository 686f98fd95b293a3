"""Find and change rows that hold a person's name, or an address that they had before. Pure.

An address of before may belong to someone else now. So only what is over is changed by it: emails, jobs, lists as they
were loaded, bounces and holds; and of an address that has another owner in the cohort, only emails under their name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from chalicelib.admin.owned_rows import address_in, is_naming, kind_of
from chalicelib.core.model import ERASED_ADDRESS, ERASED_NAME
from chalicelib.core.name_order import replace_name
from chalicelib.jobs.kinds import JobKind
from chalicelib.ownership.redact import redact, without_person
from chalicelib.store.emails import owner_of
from chalicelib.store.jobs import JobState
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds.cohort_rows import ADDRESS_HOLD, AUDIT, BOUNCE, COHORT, PEOPLE_LOAD
from chalicelib.store.row_kinds.delegate_rows import DELEGATE, INVITATION
from chalicelib.store.row_kinds.row_kind import RowKind
from chalicelib.store.row_kinds.service_rows import EMAIL, JOB
from chalicelib.store.table import key_of

OF_PRESENT = (DELEGATE, INVITATION, COHORT)  # kinds of row that say who has an address now
OF_COHORT = (PEOPLE_LOAD, BOUNCE, ADDRESS_HOLD)


class Known(Struct, frozen=True):
    """What a person was called.

    earlier   their addresses of before -> the cohorts in which each was replaced, and no one else has it
    names     all names under which they are stored
    cohorts   ids of the cohorts that name them
    own       their ids as a delegate
    near      ids of the delegates of these cohorts
    """

    email: str
    earlier: Mapping[str, frozenset[str]]
    names: frozenset[str]
    cohorts: frozenset[str]
    own: frozenset[str]
    near: frozenset[str]


def know(
    email: str,
    naming: Iterable[Row],
    changes: Iterable[Row],
    rows: Sequence[Row],
    own: frozenset[str],
    before: Known | None = None,
) -> Known:
    """Read what a person was called from the rows that name them, and from the trail of their changes of address.

    rows    the whole table
    own     their ids as a delegate
    before  what an earlier look knew: since then these rows may have lost it. An address has no other owner still
    """
    replaced = [row for row in changes if row.get("is_one_person")]
    earlier = {address: set(cohorts) for address, cohorts in before.earlier.items()} if before else {}
    for row in replaced:
        if (former := row["people"]["before"]["email"]) != email:
            earlier.setdefault(former, set()).add(AUDIT.parts(key_of(row))["cohort"])
    for row in rows if earlier else ():
        if kind_of(row) in OF_PRESENT:
            for address in earlier:
                earlier[address] -= set(_cohorts_of(row)) if is_naming(row, address) else set()
    about = [*naming, *replaced, *(row for row in rows if EMAIL.has(row) and _is_to_earlier(row, earlier))]
    addresses = {email, *earlier}
    cohorts_of_theirs = frozenset(cohort for row in (*naming, *replaced) for cohort in _cohorts_of(row))
    cohorts_of_theirs |= before.cohorts if before else frozenset()
    names = {name for row in about for name in _names_in(row, addresses)} | (before.names if before else set())
    return Known(
        email,
        {address: frozenset(cohorts) for address, cohorts in earlier.items()},
        frozenset(names - {"", ERASED_NAME, *addresses}),
        cohorts_of_theirs,
        own,
        frozenset(
            DELEGATE.parts(key_of(row))["delegate"]
            for row in rows
            if DELEGATE.has(row) and row.get("cohort_id") in cohorts_of_theirs
        ),
    )


def _is_to_earlier(row: Row, earlier: Mapping[str, Collection[str]]) -> bool:
    cohorts = {_about(row).get("cohort"), owner_of(EMAIL.parts(key_of(row))["email"])}
    return bool(cohorts & set(earlier.get(address_in(row, "to"), ())))


def _names_in(value: Any, addresses: set[str]) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("email") in addresses and isinstance(value.get("name"), str):
            yield value["name"]
        for inner in value.values():
            yield from _names_in(inner, addresses)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _names_in(inner, addresses)


def _cohorts_of(row: Row) -> Iterator[str]:
    kind = kind_of(row)
    parts = kind.parts(key_of(row)) if kind else {}
    yield from filter(None, (parts.get("cohort"), row.get("cohort_id"), _about(row).get("cohort")))


def _about(row: Row) -> Mapping[str, Any]:
    """Return what a job, an email or a line of the trail is about; nothing for a damaged one."""
    about = row.get("about")
    return about if isinstance(about, Mapping) else {}


def list_rows(known: Known, rows: Iterable[Row]) -> list[Row]:
    """Return the rows to change or delete."""
    return [row for row in rows if without(row, known) != row]


def without(row: Row, known: Known) -> Row:
    """Return a row without what the person was called. Empty: the row is deleted."""
    kind = kind_of(row)
    if kind is EMAIL:
        return _email(row, known)
    if kind is JOB:
        return _job(row, known)
    if kind and kind.signed:
        return _signed(row, kind, known)
    cohorts = set(_cohorts_of(row)) if kind in OF_COHORT else set()
    for address, replaced_in in known.earlier.items():
        if cohorts & replaced_in and is_naming(row, address):
            row = redact(row, address) if kind is PEOPLE_LOAD else {}
    return row


def _email(row: Row, known: Known) -> Row:
    to = address_in(row, "to")
    if to in known.earlier and (row["to"].get("name") in known.names or _is_to_earlier(row, known.earlier)):
        return without_person(row, to)
    if _about(row).get("cohort") not in known.cohorts or to == known.email:
        return row
    return row | {field: _unnamed(row[field], known.names) for field in ("words", "entry") if row.get(field)}


def _signed(row: Row, kind: RowKind, known: Known) -> Row:
    """Take the writer's name out of a row of a delegate in one of their cohorts."""
    if row.get(kind.signed) not in known.names or kind.parts(key_of(row))["delegate"] not in known.near:
        return row
    return row | {kind.signed: ERASED_NAME}


def _job(row: Row, known: Known) -> Row:
    about = _about(row)
    if row.get("kind") == JobKind.RENAME.id and about.get("delegate") in known.own and "before" in about:
        return row | {"about": {**about, "before": ERASED_NAME}}
    is_ours = about.get("cohort") in known.cohorts or row.get("state") == JobState.DONE
    if not is_ours or not any(address in about.values() for address in (known.email, *known.earlier)):
        return row
    called = {known.email: ERASED_ADDRESS, **dict.fromkeys(known.earlier, ERASED_ADDRESS)}
    called |= dict.fromkeys(known.names, ERASED_NAME)
    return row | {"about": {part: called.get(word, word) for part, word in about.items()}}


def _unnamed(value: Any, names: Iterable[str]) -> Any:
    """Take names out of texts."""
    if isinstance(value, Mapping):
        return {part: _unnamed(inner, names) for part, inner in value.items()}
    if not isinstance(value, str):
        return value
    for name in names:
        value = replace_name(value, name, ERASED_NAME)
    return value
