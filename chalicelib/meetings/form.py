"""Read the times that a coach offers or enters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import day as day_words
from chalicelib.core.working_days import WorkingDays
from chalicelib.store.meetings import Slot, is_free

MAX_SLOTS, SHOWN_SLOTS = 5, 3
MIN_MINUTES, MAX_MINUTES, USUAL_MINUTES = 30, 120, 90
FIRST_OFFER_DAYS, LAST_OFFER_DAYS = 2, 60  # working days, and calendar days, from today
MAX_PLACE_CHARS = 200  # characters
BOOKED_ALREADY = "You are booked at this time already, perhaps in another cohort. Choose another time."


class Calendar(Struct, frozen=True):
    """What limits the times: today, the organisation's working days, and when the coach is booked."""

    now: datetime
    days: WorkingDays
    booked: frozenset[str]

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.days.zone)).date()


def read_offer(fields: Mapping[str, str], calendar: Calendar) -> tuple[tuple[Slot, ...], str, list[FieldError]]:
    """Read one to five times and the place."""
    place, faults = read_place(fields)
    slots: list[Slot] = []
    for number in range(1, MAX_SLOTS + 1):
        if fields.get(f"day-{number}", "").strip() or fields.get(f"time-{number}", "").strip():
            slot, fault = read_slot(
                fields, calendar, number, earliest=calendar.days.add(calendar.today, FIRST_OFFER_DAYS)
            )
            faults += [fault] if fault else []
            slots += [slot] if slot and slot not in slots else []
    if not slots and not faults:
        faults.append(FieldError("day-1", "Please give at least one time."))
    return tuple(sorted(slots, key=lambda slot: slot.starts)), place, faults


def read_slot(
    fields: Mapping[str, str], calendar: Calendar, number: int, earliest: date
) -> tuple[Slot | None, FieldError | None]:
    """Read one time in the organisation's time zone, or say what is wrong with it."""
    field = f"day-{number}"
    try:
        day = date.fromisoformat(fields.get(field, "").strip())
        at = time.fromisoformat(fields.get(f"time-{number}", "").strip())
        minutes = int(fields.get("minutes", "") or USUAL_MINUTES)
    except ValueError:
        return None, FieldError(field, f"Time {number}: please give the day and the time, such as 14:30.")
    latest = calendar.today + timedelta(days=LAST_OFFER_DAYS)
    if not earliest <= day <= latest:
        between = f"between {day_words(earliest)} and {day_words(latest)}"
        return None, FieldError(field, f"Time {number}: the day must be {between}.")
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        return None, FieldError("minutes", f"Please give {MIN_MINUTES} to {MAX_MINUTES} minutes.")
    slot = Slot(datetime.combine(day, at, ZoneInfo(calendar.days.zone)).astimezone(ZoneInfo("UTC")), minutes)
    if slot.starts <= calendar.now:
        return None, FieldError(field, f"Time {number} has passed. Please give a later one.")
    return (
        (slot, None)
        if is_free(slot, calendar.booked)
        else (None, FieldError(field, f"Time {number}: {BOOKED_ALREADY}"))
    )


def read_place(fields: Mapping[str, str]) -> tuple[str, list[FieldError]]:
    place = " ".join(fields.get("place", "").split())
    if len(place) > MAX_PLACE_CHARS:
        return place, [FieldError("place", f"Please shorten the place to {MAX_PLACE_CHARS} characters.")]
    return place, []
