"""When an assignment opens and is due, counted from the sessions of workshops. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct

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


class Days(Struct, frozen=True):
    """opens_at: None if it is open from the start; due_on: None if no day is set."""

    opens_at: datetime | None = None
    due_on: date | None = None
    missed: bool = False


def days_of(assignment: Assignment, milestone: str, spans: Mapping[str, Span], zone: str) -> Days:
    """Return the days of one assignment. A cohort without sessions has none: its work is open and never due."""
    own = spans.get(milestone)
    opens_on = _count(assignment.opens, milestone, spans, zone)
    if assignment.opens is None:
        opens_at = own.starts_at if own else None
    else:
        opens_at = local_moment(opens_on, 0, zone) if opens_on else None
    due_on = _count(assignment.due, milestone, spans, zone)
    if own and own.catch_up_by and due_on:
        due_on = max(due_on, own.catch_up_by)
    return Days(opens_at, due_on, missed=own is not None and not own.had)


def _count(timing: Timing | None, milestone: str, spans: Mapping[str, Span], zone: str) -> date | None:
    if timing is None:
        return None
    if timing.before:
        other = spans.get(timing.before)
        return local_date(other.starts_at, zone) - timedelta(days=timing.days) if other else None
    own = spans.get(milestone)
    return own.last_day + timedelta(days=timing.days) if own else None


def days_late(due_on: date | None, day: date) -> int:
    """Return by how many days something is late that was done, or is still open, on a day."""
    return max(0, (day - due_on).days) if due_on else 0
