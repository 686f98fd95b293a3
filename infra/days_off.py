"""`python -m infra.days_off` writes chalicelib/core/days_off.json: bank holidays by calendar, and weekends by zone.

The holidays library is 13 MB and takes 100 ms to import, so functions read this file instead. A test compares both.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import holidays

FILE = Path(__file__).parents[1] / "chalicelib" / "core" / "days_off.json"
YEARS = range(2024, 2046)
SUBDIVISIONS = {"england-and-wales": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}  # names as gov.uk has them
SATURDAY, SUNDAY = 5, 6


def content() -> str:
    """Return the file's text: {"holidays": {calendar: [date]}, "weekends": {zone: [weekday, Monday is 0]}}."""
    table = {
        "holidays": {name: [f"{day}" for day in _bank_holidays(code)] for name, code in SUBDIVISIONS.items()},
        "weekends": dict(sorted(_other_weekends())),
    }
    return json.dumps(table, indent=1) + "\n"


def _bank_holidays(subdivision: str) -> list[date]:
    """Return those that fall on weekdays: a bank holiday on a weekend is observed on a weekday."""
    bank_holidays = holidays.country_holidays("GB", subdiv=subdivision, years=YEARS)
    return sorted(day for day in bank_holidays if day.weekday() < SATURDAY)


def _other_weekends() -> Iterator[tuple[str, list[int]]]:
    """Yield zones whose country does not rest on Saturday and Sunday."""
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines():
        country, _, zone = [*line.split("\t"), "", ""][:3]
        if country in holidays.list_supported_countries():
            weekend = sorted(holidays.country_holidays(country).weekend)
            if weekend not in ([SATURDAY, SUNDAY], [SUNDAY]):  # where Saturday is a working day, offices are closed
                yield zone, weekend


if __name__ == "__main__":
    FILE.write_text(content(), encoding="utf-8")
