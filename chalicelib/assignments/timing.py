"""When an assignment opens and is due, counted from the sessions of workshops. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct, field

from chalicelib.core.calendar import local_moment
from chalicelib.core.form_model import Timing
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Assignment


class Span(Struct, frozen=True):
    """The sessions of one workshop for one delegate.

    starts_at       when the first one begins
    last_day        local day of the last one
    had             whether the delegate had the workshop: absent without a way to catch up closes its work
    catch_up_by     the day by which a missed workshop is made up for
    """

    starts_at: datetime
    last_day: date
    had: bool = True
    catch_up_by: date | None = None


class Timetable(Struct, frozen=True):
    """The workshops of one delegate.

    spans      of those workshops that have a date
    has_dates  whether the cohort has ever had a session. Without one its work is open from the start, and never due
    """

    spans: Mapping[str, Span] = field(default_factory=dict)
    has_dates: bool = False

    def find(self, milestone: str) -> Span | None:
        return self.spans.get(milestone)

    def lacks_date(self, milestone: str) -> bool:
        """Return whether a workshop waits for a date: none was set, or its last session was cancelled."""
        return self.has_dates and milestone not in self.spans


NO_TIMETABLE = Timetable()


class Days(Struct, frozen=True):
    """When work opens and is due.

    opens_at       None if it is open from the start
    due_on         None if no day is set
    missed         the delegate did not have the workshop
    waits_for_date the workshop that it opens with has no date
    """

    opens_at: datetime | None = None
    due_on: date | None = None
    missed: bool = False
    waits_for_date: bool = False

    def is_open(self, now: datetime) -> bool:
        """Return whether work that was not begun may be begun."""
        if self.missed or self.waits_for_date:
            return False
        return self.opens_at is None or now >= self.opens_at


def days_of(assignment: Assignment, milestone: str, timetable: Timetable, zone: str) -> Days:
    """Return the days of one assignment."""
    own = timetable.find(milestone)
    opens_with = (assignment.opens.before if assignment.opens else "") or milestone
    opens_on = _count(assignment.opens, milestone, timetable, zone)
    if assignment.opens is None:
        opens_at = own.starts_at if own else None
    else:
        opens_at = local_moment(opens_on, 0, zone) if opens_on else None
    due_on = _count(assignment.due, milestone, timetable, zone)
    if own and own.catch_up_by and due_on:
        due_on = max(due_on, own.catch_up_by)
    is_missed = own is not None and not own.had
    return Days(opens_at, due_on, missed=is_missed, waits_for_date=timetable.lacks_date(opens_with))


def _count(timing: Timing | None, milestone: str, timetable: Timetable, zone: str) -> date | None:
    if timing is None:
        return None
    if timing.before:
        other = timetable.find(timing.before)
        return local_date(other.starts_at, zone) - timedelta(days=timing.days) if other else None
    own = timetable.find(milestone)
    return own.last_day + timedelta(days=timing.days) if own else None


def days_late(due_on: date | None, day: date) -> int:
    """Return by how many days something is late that was done, or is still open, on a day."""
    return max(0, (day - due_on).days) if due_on else 0
