"""What the mail service refused last because of the account: for the console, and in the cohort whose email it was."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, get, put

KEY = Key("EMAIL", "ACCOUNT")
IN_COHORT = "EMAIL"  # so that the dashboard, which reads its partition in one query, shows it
CURRENT_FOR = timedelta(minutes=40)  # emails that wait ask every 15 minutes, so a fault that lasts is seen anew


class Seen(Struct, frozen=True):
    fault: str  # mail.ses_errors.AccountFault; empty once an email went out that had waited for it
    at: datetime


def save(seen: Seen, cohort_id: str) -> list[Write]:
    """`cohort_id` is empty for an email that belongs to no cohort."""
    places = [KEY, Key(f"COHORT#{cohort_id}", IN_COHORT)] if cohort_id else [KEY]
    return [put({**place._asdict(), **fields(seen)}) for place in places]


def current(now: datetime) -> str:
    """The fault that still keeps emails from going out; empty if none does. One call."""
    found = get(KEY)
    return _current(found, now)


def current_in(rows: Iterable[Row], now: datetime) -> str:
    """The same among the rows of a cohort's partition."""
    return _current(next((row for row in rows if row["sk"] == IN_COHORT), None), now)


def _current(row: Row | None, now: datetime) -> str:
    seen = read(Seen, row) if row else None
    return seen.fault if seen and now - seen.at < CURRENT_FOR else ""
