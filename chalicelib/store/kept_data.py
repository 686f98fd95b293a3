"""What holds the deletion of data back: a hold on one delegate, and the notice that a cohort's delegates get first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from chalicelib.store.expressions import equals
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds import cohort_rows, delegate_rows
from chalicelib.store.table import AlreadyExists, Changed, Write, delete, get_many, put, put_once, update


class HoldChanged(Changed):
    """The hold ended, or its reason changed since it was read."""


class HoldExists(AlreadyExists):
    """The data is on hold already."""


def keep(delegate_id: str, why: str, now: datetime) -> Write:
    """Begin a hold. Refused if there is one: its reason stays."""
    return put_once({**delegate_rows.KEPT.key(delegate=delegate_id)._asdict(), "why": why, "since": now}, HoldExists)


def let_go(delegate_id: str) -> Write:
    return delete(delegate_rows.KEPT.key(delegate=delegate_id))


def is_kept(rows: Iterable[Row]) -> bool:
    """Return whether the rows of a delegate say so."""
    return any(row["sk"] == delegate_rows.KEPT.sk for row in rows)


def find_reason(rows: Iterable[Row]) -> str:
    """Return why a delegate's data is on hold; empty if it is not."""
    return next((str(row["why"]) for row in rows if row["sk"] == delegate_rows.KEPT.sk), "")


def change_reason(delegate_id: str, before: str, after: str) -> Write:
    """Give a hold another reason; since when it holds stays. Refused if it ended or has another reason by now."""
    same = [equals("why", before)]
    return update(delegate_rows.KEPT.key(delegate=delegate_id), put={"why": after}, when=same, refusal=HoldChanged)


def note_notice(cohort_id: str, day: date) -> Write:
    """Note that the delegates of a cohort were notified that their data is deleted on a day."""
    return put({**cohort_rows.NOTICE.key(cohort=cohort_id)._asdict(), "day": day.isoformat()})


def find_notice(rows: Iterable[Row]) -> date | None:
    """Return the day for which delegates were notified, from the rows of a cohort."""
    return next((date.fromisoformat(row["day"]) for row in rows if row["sk"] == cohort_rows.NOTICE.sk), None)


def find_deletion(cohort_id: str, delegate_id: str) -> date | None:
    """Return the day for which the deletion of a delegate's data was announced; None while it is on hold. One call."""
    keys = [cohort_rows.NOTICE.key(cohort=cohort_id), delegate_rows.KEPT.key(delegate=delegate_id)]
    rows = list(get_many(keys).values())
    return None if is_kept(rows) else find_notice(rows)
