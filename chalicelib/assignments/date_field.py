"""A field for a day: read as people write it, stored in ISO format, shown in words. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from chalicelib.assignments.text_fields import normalise, single_input
from chalicelib.assignments.values import Ask, Context, FieldKind, Read, Typed, work_fault
from chalicelib.core import formatting
from chalicelib.core.calendar import add_months
from chalicelib.core.form_model import Date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
NUMBERS = re.compile(r"(?P<day>\d{1,2})[./ -](?P<month>\d{1,2})[./ -](?P<year>\d{4})")
WORDS = re.compile(r"(?:[A-Za-z]+,? )?(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<month>[A-Za-z]{3,9})\.?,? (?P<year>\d{4})")
HOW = "please write a day such as 3 June 2026 or 3/6/2026."


def read_day(text: str) -> date | None:
    """Read a day. In 3/6/2026, 3 is the day. Return None for a day that does not exist, such as 31 June.

    Raises ValueError for text that is not a day.
    """
    match = ISO.fullmatch(text) or NUMBERS.fullmatch(text) or WORDS.fullmatch(text)
    if not match:
        raise ValueError(text)
    written = match["month"]
    month = int(written) if written.isdigit() else 1 + _month(written)
    try:
        return date(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return None


def _month(word: str) -> int:
    """Return the number of a month's name. Raises ValueError for a word that is no month."""
    return MONTHS.index(word[:3].lower())


def _read(ask: Ask, typed: Typed, context: Context) -> Read:
    text = normalise(typed.get(ask.name, ""))
    if not text:
        return Read(None)
    fault, day = HOW, None
    try:
        day = read_day(text)
    except ValueError:
        pass
    else:
        fault = _limit_fault(ask.type, day, context) if day else f"{text} is not in the calendar: {HOW}"
    return Read(day.isoformat()) if day and not fault else Read(None, (work_fault(ask.name, ask.label, fault),))


def _limit_fault(limits: Date, day: date, context: Context) -> str:
    after, before = _limit(limits.after, context.begun), _limit(limits.before, context.today)
    if after and day <= after:
        return f"please choose a day after {formatting.day(after)}; this is {formatting.day(day)}."
    if before and day > before:
        return f"please choose a day up to {formatting.day(before)}; this is {formatting.day(day)}."
    last = _last(limits.within, context.today)
    if last and day > last:
        return f"please choose a day up to {formatting.day(last)}; this is {formatting.day(day)}."
    return ""


def _limit(limit: str, today: date) -> date | None:
    return today if limit == "today" else date.fromisoformat(limit) if limit else None


def _last(within: str, today: date) -> date | None:
    """Return the last day of a period that begins today: P28D, P4W, P6M or P3Y."""
    if not within:
        return None
    number, unit = int(within[1:-1]), within[-1]
    if unit in "MY":
        return add_months(today, number * (12 if unit == "Y" else 1))
    return today + timedelta(days=number * (7 if unit == "W" else 1))


def _show(_: Date, value: str, __: Context) -> list[str]:
    return [formatting.day(date.fromisoformat(value))]


DATE = FieldKind(Date, _read, _show, single_input)
