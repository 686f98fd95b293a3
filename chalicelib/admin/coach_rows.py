"""Find what a coach wrote about delegates. These rows hold the coach's id and no address."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from chalicelib.admin.owned_rows import address_in
from chalicelib.core.ids import coach_ids
from chalicelib.store.delegates import load_rows
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.row_kinds.cohort_rows import COHORT
from chalicelib.store.row_kinds.delegate_rows import DELEGATE
from chalicelib.store.row_kinds.row_kind import Owner
from chalicelib.store.table import key_of, scan

COACH_KINDS = tuple(kind for kind in all_kinds() if kind.owner is Owner.COACH)


def written_by(email: str, rows: Callable[[], Iterable[Row]] = scan) -> Iterator[Row]:
    """Yield the rows of a coach in all cohorts, also of delegates of other coaches or in other cohorts today."""
    every = list(rows())
    ids = {coach for cohort_id in _cohorts_in(every) for coach in coach_ids(cohort_id, email)}
    now = {key_of(row).pk for row in every if DELEGATE.has(row) and address_in(row, "coach") == email}
    for row in every:
        coach = _coach_of(row)
        if coach in ids or (coach == "" and key_of(row).pk in now):
            yield row


def _cohorts_in(rows: Iterable[Row]) -> set[str]:
    """Return the ids of all cohorts that rows are about. A damaged row of a delegate may have lost it."""
    of_delegates = {str(row["cohort_id"]) for row in rows if DELEGATE.has(row) and "cohort_id" in row}
    return of_delegates | {COHORT.parts(key_of(row))["cohort"] for row in rows if COHORT.has(row)}


def written_about(delegates: Collection[str]) -> Iterator[Row]:
    """Yield what any coach wrote about these delegates."""
    for delegate_id in sorted(delegates):
        yield from (row for row in load_rows(delegate_id) if _coach_of(row) is not None)


def _coach_of(row: Row) -> str | None:
    """Return the id of the coach who wrote a row, "" if an earlier version did not keep it, or None for other rows."""
    key = key_of(row)
    for kind in COACH_KINDS:
        if kind.matches(key):
            return kind.parts(key).get("coach") or str(row.get("coach", ""))
    return None
