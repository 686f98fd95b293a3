"""List every programme version and every cohort in one partition, so that one query finds them.

A row is written in the transaction that loads what it lists.
"""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, CohortDates, Programme
from chalicelib.store.expressions import either, equals, missing
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import Changed, Key, Write, delete, get, put, query, update
from chalicelib.store.unreadable import read_all

PARTITION = "REGISTER"
FINISHED_AFTER = timedelta(days=400)  # after the end: the survey and a follow-up lie before that


class CohortUnknown(Refusal):
    """No cohort with this id was loaded."""

    status = 404
    title = "There is no such cohort"

    def __init__(self, cohort_id: str) -> None:
        super().__init__(f"No cohort {cohort_id} is loaded in this deployment.")


class EntryChanged(Changed):
    """The cohort was discarded, or something began in it again, since it was read."""


class CohortEntry(Struct, frozen=True):
    id: str
    title: str
    programme_id: str
    programme_version: int
    dates: CohortDates
    settled: bool = False  # after its time nothing was open or undecided: see admin/settle_cohorts.py

    def is_past(self, today: date) -> bool:
        """Return whether its time is over. Something may still be undecided."""
        return today > self.dates.ends + FINISHED_AFTER

    def is_finished(self, today: date) -> bool:
        """Return whether nothing more happens in it."""
        return self.settled and self.is_past(today)


class ProgrammeEntry(Struct, frozen=True):
    id: str
    version: int
    title: str
    organisation: str


class Register(Struct, frozen=True):
    cohorts: tuple[CohortEntry, ...]  # the latest opening first
    programmes: tuple[ProgrammeEntry, ...]  # by title, newest version first


def add_cohort(cohort: Cohort) -> Write:
    entry = CohortEntry(cohort.id, cohort.title, cohort.programme_id, cohort.programme_version, cohort.dates)
    return put({**_cohort_key(cohort.id)._asdict(), **fields(entry)})


def settle(cohort_id: str) -> Write:
    """Record that nothing in a cohort is open or undecided. Refused if it is recorded, or the cohort is discarded."""
    as_read = either(equals("settled", False), missing("settled"))
    return update(_cohort_key(cohort_id), put={"settled": True}, when=[as_read], refusal=EntryChanged)


def open_again(cohort_id: str) -> Write:
    """Record that something begins in a cohort, however old it is. Refused if it is discarded."""
    return update(_cohort_key(cohort_id), put={"settled": False}, refusal=EntryChanged)


def _cohort_key(cohort_id: str) -> Key:
    return Key(PARTITION, f"COHORT#{cohort_id}")


def find_programme_of(cohort_id: str) -> str:
    """Return the id of a cohort's programme; empty if there is no such cohort. One call."""
    row = get(_cohort_key(cohort_id))
    return read(CohortEntry, row).programme_id if row else ""


def remove_cohort(cohort_id: str) -> Write:
    return delete(_cohort_key(cohort_id))


def enter_programme(programme: Programme) -> Write:
    entry = ProgrammeEntry(programme.id, programme.version, programme.title, programme.organisation.name)
    return put({**Key(PARTITION, f"PROGRAMME#{programme.id}#V#{programme.version}")._asdict(), **fields(entry)})


def everything() -> Register:
    """List programmes and cohorts. One query."""
    rows = list(query(PARTITION))
    cohorts = read_all(CohortEntry, (row for row in rows if row["sk"].startswith("COHORT#")))
    programmes = read_all(ProgrammeEntry, (row for row in rows if row["sk"].startswith("PROGRAMME#")))
    return Register(
        cohorts=tuple(sorted(cohorts, key=lambda entry: (entry.dates.opens, entry.id), reverse=True)),
        programmes=tuple(sorted(programmes, key=lambda entry: (entry.title, entry.id, -entry.version))),
    )
