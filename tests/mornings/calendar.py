"""Helpers: step through the working mornings of a cohort, and say who got which email on which day."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.core.calendar import local_moment
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_rows
from tests.workshops.registers import MO, ZONE

DANA, DORA = people.person("dana delegate").email, people.person("dora delegate").email
MARA, CLEO = people.person("mara manager").email, people.person("cleo coach").email

__all__ = ["CLEO", "DANA", "DORA", "MARA", "MO", "run_until", "sent", "utc"]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+00:00" if "T" in text else f"{text}T00:00:00+00:00")


def run_until(clock, end: str) -> None:  # type: ignore[no-untyped-def]
    """Step through the days: run what is due at nine in London, a minute later, and in the evening."""
    day = clock.now().date()
    while day < utc(end).date():
        nine = local_moment(day, 9, ZONE)
        for moment in (nine, nine + timedelta(minutes=1), nine + timedelta(hours=10)):
            if moment >= clock.now():
                drain(clock.to(moment))
        day += timedelta(days=1)


def sent(kind: str, address: str) -> list[str]:
    """Return the local days on which emails of a kind went to an address, always in the morning."""
    moments = [at for row, at in sent_rows(address) if row.startswith(f"{kind}#")]
    assert all(f"{at:%H:%M}" in ("08:00", "09:00", "08:01", "09:01") for at in moments), "in the morning"
    return [f"{at:%Y-%m-%d}" for at in moments]
