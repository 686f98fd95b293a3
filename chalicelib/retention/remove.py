"""Delete rows that have been kept long enough, with their documents. Every step may be repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from msgspec import Struct

from chalicelib.core.model import Invitation, Wave
from chalicelib.jobs.each import each
from chalicelib.retention.answers import wave_of
from chalicelib.retention.state import Year
from chalicelib.store import cohorts, delegates, invitations, kept_data, meetings, objects, waiting_emails
from chalicelib.store.marshal import Row, read
from chalicelib.store.meetings import Meeting
from chalicelib.store.row_kinds import folders, kinds_of
from chalicelib.store.row_kinds.coaching_rows import MEETING
from chalicelib.store.row_kinds.cohort_rows import AREA_COUNTS, AUDIT, LISTED_COHORT, PEOPLE_LOAD
from chalicelib.store.row_kinds.delegate_rows import DELEGATE, INVITATION, RESPONSE
from chalicelib.store.row_kinds.row_kind import Retention, RowKind
from chalicelib.store.row_kinds.work_rows import WORK_LINE
from chalicelib.store.table import delete_all, key_of, query, transact

DOCUMENTS = tuple({folder.partition("{")[0] for folder in folders()})  # how names in the bucket begin
Counts = Counter[str]  # name of a row kind -> rows deleted


class DueRows(Struct, frozen=True):
    """What a run deletes.

    retentions   whose time is over
    answers      delegate, wave: of whose answers everything made is final for long enough
    carry_out    False: only count
    """

    year: Year
    retentions: Collection[Retention]
    answers: Collection[tuple[str, Wave]]
    carry_out: bool = True

    def concerns(self, delegate_id: str) -> bool:
        """Return whether anything of a delegate may be due: in most months nothing is."""
        return bool(self.retentions) or any(name == delegate_id for name, _ in self.answers)

    def is_due(self, kind: RowKind, row: Row) -> bool:
        if kind is RESPONSE and (kind.parts(key_of(row))["delegate"], wave_of(row)) in self.answers:
            return True
        return kind.retention in self.retentions


class Removed(Struct, frozen=True):
    """What a run found.

    counts    name of a row kind -> rows
    left_out  delegate -> why their rows stay: they cannot be read
    """

    counts: Counts
    left_out: dict[str, str]


def go_through(due: DueRows) -> Removed:
    """Delete what is due, but not of people whose data is on hold. Return how much is found."""
    names = [line.delegate_id for line in due.year.lines if due.concerns(line.delegate_id)]
    by_delegate, left_out = each(names, lambda name: _of_delegate(name, due), "retention")
    counts = sum((counted for counted in by_delegate.values() if counted is not None), Counts())
    if due.retentions:
        counts += _of_cohort(due, {*left_out, *(name for name, counted in by_delegate.items() if counted is None)})
    return Removed(counts, left_out)


def _of_delegate(delegate_id: str, due: DueRows) -> Counts | None:
    """Delete what is due of a delegate; return None if their data is on hold."""
    rows = list(delegates.load_rows(delegate_id))
    if kept_data.is_kept(rows):
        return None
    return _go_through(rows, due) + _emails(delegate_id, due)


def _of_cohort(due: DueRows, held: Collection[str]) -> Counts:
    """Delete what is due of the cohort as a whole. What is about the delegates in `held` stays."""
    year = due.year
    counts = _go_through(_of_work(year, held), due) + _emails(year.cohort.id, due)
    if not held:
        counts += _go_through(query(PEOPLE_LOAD.partition(cohort=year.cohort.id)), due)
    own = (row for row in cohorts.rows(year.cohort.id) if not _is_about(row, held))
    counts += _go_through(own, due)
    if Retention.RECORD in due.retentions and not held:
        for kind in (AUDIT, AREA_COUNTS):
            counts += _go_through(query(kind.partition(cohort=year.cohort.id)), due)
        if due.carry_out:
            delete_all([LISTED_COHORT.key(cohort=year.cohort.id)])
    return counts


def _of_work(year: Year, held: Collection[str]) -> Iterator[Row]:
    rows = query(WORK_LINE.partition(cohort=year.cohort.id))
    return (row for row in rows if WORK_LINE.parts(key_of(row))["delegate"] not in held)


def _is_about(row: Row, held: Collection[str]) -> bool:
    return key_of(row).sk.rpartition("#")[2] in held


def _go_through(rows: Iterable[Row], due: DueRows) -> Counts:
    """Delete rows, what they name in the bucket first. The row that says who a delegate is goes last."""
    due_rows = [(kind, row) for row in rows for kind in _kind(row) if due.is_due(kind, row)]
    if due.carry_out:
        due_rows.sort(key=lambda pair: pair[0] is DELEGATE)
        for _, row in due_rows:
            for name in _documents(row):
                objects.remove(name)
            _remove_what_hangs_on(row, due.year)
        delete_all([key_of(row) for _, row in due_rows])
    return Counter(kind.name for kind, _ in due_rows)


def _kind(row: Row) -> list[RowKind]:
    return kinds_of(key_of(row))[:1]


def _documents(value: Any) -> Iterator[str]:
    """Find the names of documents in a row, however deep."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from _documents(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _documents(inner)
    elif isinstance(value, str) and value.startswith(DOCUMENTS):
        yield value


def _remove_what_hangs_on(row: Row, year: Year) -> None:
    """Delete rows of other partitions that only this row leads to."""
    if INVITATION.has(row):
        delete_all(invitations.keys_of_rater(read(Invitation, row), f"{year.clock.last:%Y-%m}"))
    elif MEETING.has(row):
        meeting = read(Meeting, row)
        if meeting.booked:
            transact(meetings.free(meeting.coach, meeting.booked))


def _emails(owner: str, due: DueRows) -> Counts:
    """Delete what the emails about a delegate or cohort said. An unconfirmed one stays."""
    if Retention.EMAIL not in due.retentions:
        return Counter()
    ids = waiting_emails.list_ids(owner)
    if due.carry_out:
        waiting_emails.forget(ids)
    return Counter({"email": len(ids)}) if ids else Counter()
