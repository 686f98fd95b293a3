"""Hold back reports from an address that was changed recently: send no code there, and accept no session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import local_time
from chalicelib.store import holds
from chalicelib.store.holds import Hold
from chalicelib.web.readers import Reader, Role


class AddressHeld(Refusal):
    """The address was changed recently, and no second administrator has confirmed it."""

    status = 403
    title = "This page is not open yet"
    next_step = "Your address was changed recently. Come back after the time below."

    def __init__(self, hold: Hold, reader: Reader) -> None:
        zone = reader.programme.organisation.timezone if reader.programme else "UTC"
        sooner = " A second administrator of the programme team can confirm your address sooner."
        super().__init__(
            f"To keep reports safe, we send no sign-in code to a new address before {local_time(hold.until, zone)}."
            f"{sooner if hold.is_confirmable else ''}"
        )
        self.programme = reader.programme


def refuse_held(reader: Reader, now: datetime) -> None:
    """Refuse a reader of reports whose address is held. One call, and none for administrators. Raises AddressHeld."""
    hold = find_hold(reader, now)
    if hold is not None:
        raise AddressHeld(hold, reader)


def refuse_moved(reader: Reader, now: datetime) -> None:
    """Refuse a reader whose own address was changed. Someone who was named lately is let in: their emails went out.

    Raises AddressHeld.
    """
    for hold in _find_active(reader, now):
        if hold.is_stopping_emails:
            raise AddressHeld(hold, reader)


def find_hold(reader: Reader, now: datetime) -> Hold | None:
    """Find the hold in force on a reader's address."""
    return next(_find_active(reader, now), None)


def _find_active(reader: Reader, now: datetime) -> Iterator[Hold]:
    """Find every hold in force on a reader's address.

    A copy of their own data holds all that is theirs in the cohort, so a hold for one delegate keeps it back, too.
    """
    if reader.role is Role.ADMINISTRATOR or "cohort" not in reader.about:
        return
    cohort_id = reader.about["cohort"]
    if reader.role is Role.OWN_DATA:
        own_holds = holds.find_all(cohort_id, reader.who)
    else:
        own_holds = holds.find(cohort_id, reader.who, reader.about.get("delegate", ""))
    yield from (hold for hold in own_holds if hold.is_active(now))
