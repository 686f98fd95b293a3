"""Keep the last fault of the account that SES reported, for the console and for the cohort whose email it stopped."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, get, put

KEY = Key("EMAIL", "ACCOUNT")
IN_COHORT = "EMAIL"  # in the cohort's partition, so that the dashboard shows it from its one query
CURRENT_FOR = timedelta(minutes=40)  # waiting emails try every 15 minutes, so a fault that lasts is recorded again


class Seen(Struct, frozen=True):
    fault: str  # emails.ses_errors.AccountFault; empty once an email that had waited for it went out
    at: datetime


def save(seen: Seen, cohort_id: str) -> list[Write]:
    """Record a fault. `cohort_id` is empty for an email that belongs to no cohort."""
    places = [KEY, Key(f"COHORT#{cohort_id}", IN_COHORT)] if cohort_id else [KEY]
    return [put({**place._asdict(), **fields(seen)}) for place in places]


def current(now: datetime) -> str:
    """Return the fault that still stops emails; empty if there is none. One call."""
    row = get(KEY)
    return _current(row, now)


def current_in(rows: Iterable[Row], now: datetime) -> str:
    """Find the fault among the rows of a cohort's partition."""
    return _current(next((row for row in rows if row["sk"] == IN_COHORT), None), now)


def _current(row: Row | None, now: datetime) -> str:
    seen = read(Seen, row) if row else None
    return seen.fault if seen and now - seen.at < CURRENT_FOR else ""
