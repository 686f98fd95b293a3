"""A cohort's partition: its dates, the files it was loaded from, and one dashboard row for each delegate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from chalicelib.ids import coach_id
from chalicelib.model import Cohort, Delegate, DelegateEntry, Person, RaterEntry
from chalicelib.store.expressions import Condition
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, get, put, query, update


class Stage(StrEnum):
    """Where a delegate is on the way, as the dashboard shows it."""

    PLANNED = "planned"
    COLLECTING = "collecting"
    HELD = "held"
    SCORING = "scoring"
    REPORT_READY = "report_ready"
    RELEASED = "released"
    IMPACT_OPEN = "impact_open"
    COMPLETE = "complete"


@dataclass(frozen=True)
class DelegateLine:
    """A delegate on the dashboard. Counts only: never who."""

    delegate_id: str
    name: str
    email: str
    service: str
    coach: Person
    coach_id: str
    stage: Stage = Stage.PLANNED
    nominated: bool = False  # raters chosen and sent
    invited: int = 0  # raters mailed, self included
    answered: int = 0
    declined: int = 0


@dataclass(frozen=True)
class People:
    """What a load brought in, kept until everyone is enrolled."""

    delegates: tuple[DelegateEntry, ...]
    raters: Mapping[str, tuple[RaterEntry, ...]]  # by the delegate's address


def key(cohort_id: str) -> Key:
    return Key(f"COHORT#{cohort_id}", "META")


def line_key(cohort_id: str, delegate_id: str) -> Key:
    return Key(f"COHORT#{cohort_id}", f"DELEGATE#{delegate_id}")


def save(cohort: Cohort, when: list[Condition], *, once: bool) -> Write:
    row = {**key(cohort.id)._asdict(), **fields(cohort)}
    return put(row, once=once, when=when)


def find(cohort_id: str) -> Cohort | None:
    found = get(key(cohort_id))
    return read(Cohort, found) if found else None


def people_key(cohort_id: str, checksum: str) -> Key:
    return Key(f"COHORT#{cohort_id}", f"PEOPLE#{checksum}")


def add_people(cohort_id: str, checksum: str, people: People) -> Write:
    return put({**people_key(cohort_id, checksum)._asdict(), **fields(people)}, once=True)


def find_people(cohort_id: str, checksum: str) -> People | None:
    found = get(people_key(cohort_id, checksum))
    return read(People, found) if found else None


def add_line(delegate: Delegate) -> Write:
    line = DelegateLine(
        delegate_id=delegate.id,
        name=delegate.person.name,
        email=delegate.person.email,
        service=delegate.service,
        coach=delegate.coach,
        coach_id=coach_id(delegate.cohort_id, delegate.coach.email),
    )
    return put({**line_key(delegate.cohort_id, delegate.id)._asdict(), **fields(line)}, once=True)


def change_line(
    delegate: Delegate, put: Mapping[str, Any] | None = None, add: Mapping[str, int] | None = None
) -> Write:
    return update(line_key(delegate.cohort_id, delegate.id), put=put, add=add)


def lines(cohort_id: str) -> list[DelegateLine]:
    return lines_from(query(f"COHORT#{cohort_id}", "DELEGATE#"))


def lines_from(rows: Iterable[Row]) -> list[DelegateLine]:
    """The dashboard's rows, by name."""
    found = [read(DelegateLine, row) for row in rows if row["sk"].startswith("DELEGATE#")]
    return sorted(found, key=lambda line: line.name)


def cohort_from(rows: Iterable[Row]) -> Cohort | None:
    return next((read(Cohort, row) for row in rows if row["sk"] == "META"), None)


def rows(cohort_id: str) -> Iterator[Row]:
    """The whole partition in one query: META, lines, bounces, summaries."""
    return query(f"COHORT#{cohort_id}")
