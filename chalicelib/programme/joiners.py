"""The dates of a questionnaire about someone who joins after the cohort has begun. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.core.calendar import closes_at, local_moment, opens_at
from chalicelib.core.formatting import local_date
from chalicelib.core.model import CohortDates
from chalicelib.core.working_days import WorkingDays

MIN_DAYS = 10  # working days for answers


class WaveDates(Struct, frozen=True):
    """When a questionnaire opens and closes.

    own     whether these are not the cohort's dates
    apart   whether the cohort's questionnaire has closed: no figure of the cohort includes the newcomer
    """

    opens_at: datetime
    closes_at: datetime
    own: bool = False
    apart: bool = False


def dates_of_joiner(dates: CohortDates, days: WorkingDays, now: datetime) -> WaveDates:
    """Return the cohort's dates before its opening; after it the next working morning, and time enough to answer."""
    opens, closes = opens_at(dates, days.zone), closes_at(dates, days.zone)
    if now < opens:
        return WaveDates(opens, closes)
    own_opening = days.next_morning(now)
    last = days.add(local_date(own_opening, days.zone), MIN_DAYS)
    own_close = local_moment(last + timedelta(days=1), 0, days.zone)
    return WaveDates(own_opening, max(closes, own_close), own=True, apart=now >= closes)
