"""Find what a coach wrote about delegates. These rows hold the coach's id and no address."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from chalicelib.core.ids import coach_ids
from chalicelib.store.delegates import load_rows
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.row_kinds.delegate_rows import DELEGATE
from chalicelib.store.row_kinds.row_kind import Owner
from chalicelib.store.table import key_of, scan

COACH_KINDS = tuple(kind for kind in all_kinds() if kind.owner is Owner.COACH)


def written_by(email: str, rows: Callable[[], Iterable[Row]] = scan) -> Iterator[Row]:
    """Yield the rows of a coach in all cohorts, also of delegates of other coaches today."""
    delegates = {key_of(row).pk: row for row in rows() if DELEGATE.has(row)}
    coaches = {pk: frozenset(coach_ids(row["cohort_id"], email)) for pk, row in delegates.items()}
    now = {pk for pk, row in delegates.items() if row["coach"]["email"] == email}
    for row in rows():
        coach = _coach_of(row)
        if coach is not None and (coach in coaches.get(key_of(row).pk, ()) or (not coach and key_of(row).pk in now)):
            yield row


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
