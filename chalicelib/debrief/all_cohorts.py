"""Show a coach every cohort in which they have delegates, with what waits for them in each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.core.ids import coach_id
from chalicelib.debrief.caseload import Caseload, caseload_of
from chalicelib.debrief.next_steps import Item, list_tasks
from chalicelib.store import catalogue, cohorts, holds


class CohortOfCoach(Struct, frozen=True):
    """One cohort in the list. first: the first task; None if there is none."""

    found: Caseload
    waiting: int
    first: Item | None

    @property
    def path(self) -> str:
        return f"/coach/{self.found.token}"


def list_cohorts(opened: Caseload, now: datetime) -> tuple[CohortOfCoach, ...]:
    """List the cohorts whose links still work, the latest first; the one that is open is among them.

    A cohort in which the coach's address is on hold is left out, because its pages are closed too.

    One query for each cohort that runs, and the calls of `load_records` for each that is the coach's.
    """
    return tuple(_describe(caseload, now) for caseload in _find_all(opened, now) if now < caseload.ends_at)


def _find_all(opened: Caseload, now: datetime) -> Iterator[Caseload]:
    email = opened.lines[0].coach.email
    for entry in catalogue.everything().cohorts:
        if entry.id == opened.cohort.id:
            yield opened
        elif not entry.is_finished(now.date()):
            rows = list(cohorts.rows(entry.id))
            caseload = caseload_of(rows, coach_id(entry.id, email))
            if caseload and not holds.is_held(rows, opened.reader.who, now):
                yield caseload


def _describe(caseload: Caseload, now: datetime) -> CohortOfCoach:
    items = [item for same in list_tasks(caseload.threads(now)).values() for item in same]
    return CohortOfCoach(caseload, len(items), items[0] if items else None)
