"""What holds the deletion of data back: a hold on one delegate, and the notice that a cohort's delegates get first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import cohort_rows, delegate_rows
from chalicelib.store.table import Write, delete, put


def keep(delegate_id: str, why: str, now: datetime) -> Write:
    return put({**delegate_rows.KEPT.key(delegate=delegate_id)._asdict(), "why": why, "since": now})


def let_go(delegate_id: str) -> Write:
    return delete(delegate_rows.KEPT.key(delegate=delegate_id))


def is_kept(rows: Iterable[Row]) -> bool:
    """Return whether the rows of a delegate say so."""
    return any(row["sk"] == delegate_rows.KEPT.sk for row in rows)


def note_notice(cohort_id: str, day: date) -> Write:
    """Note that the delegates of a cohort were notified that their data is deleted on a day."""
    return put({**cohort_rows.NOTICE.key(cohort=cohort_id)._asdict(), "day": day.isoformat()})


def find_notice(rows: Iterable[Row]) -> date | None:
    """Return the day for which delegates were notified, from the rows of a cohort."""
    return next((date.fromisoformat(row["day"]) for row in rows if row["sk"] == cohort_rows.NOTICE.sk), None)
