"""Sessions of workshops: their dates, and what a change of them is. Pure.

A session has a local date and local times in the organisation's zone, so that 09:30 stays 09:30 over a clock change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from chalicelib.core.formatting import day
from chalicelib.core.model import Milestone, Programme


class SessionPlan(Struct, frozen=True):
    """What an administrator wants of one session.

    place, link  at least one of them
    by           id of the cohort's facilitator, or empty
    """

    milestone: str
    date: date
    start: time
    end: time
    place: str = ""
    link: str = ""
    by: str = ""

    @property
    def length(self) -> timedelta:
        return datetime.combine(self.date, self.end) - datetime.combine(self.date, self.start)

    @property
    def when(self) -> str:
        """Format the local time: `Tuesday 10 March 2026, 09:30 to 16:30`."""
        return f"{day(self.date)}, {self.hours}"

    @property
    def hours(self) -> str:
        return f"{self.start:%H:%M} to {self.end:%H:%M}"

    @property
    def where(self) -> str:
        return self.place or "by video"

    def overlaps(self, other: SessionPlan) -> bool:
        return self.date == other.date and self.start < other.end and other.start < self.end


class Session(Struct, frozen=True):
    """One session of a workshop, as it is stored.

    id         random, for ever: calendar entries and the register name it
    zone       IANA name of the organisation's time zone
    cancelled  a session that is added again is another one
    """

    id: str
    cohort_id: str
    zone: str
    plan: SessionPlan
    cancelled: bool = False

    @property
    def milestone(self) -> str:
        return self.plan.milestone

    @property
    def by(self) -> str:
        return self.plan.by

    @property
    def starts_at(self) -> datetime:
        return self._moment(self.plan.start)

    @property
    def ends_at(self) -> datetime:
        return self._moment(self.plan.end)

    def _moment(self, at: time) -> datetime:
        return datetime.combine(self.plan.date, at, ZoneInfo(self.zone)).astimezone(UTC)


class Place(Struct, frozen=True):
    """A session's number within its workshop, among those that are not cancelled."""

    number: int
    of: int


def held(sessions: Sequence[Session]) -> tuple[Session, ...]:
    """Return the sessions that are not cancelled, earliest first."""
    return tuple(sorted((each for each in sessions if not each.cancelled), key=lambda each: each.starts_at))


def of_milestone(sessions: Sequence[Session], milestone: str) -> tuple[Session, ...]:
    """Return the sessions of a workshop that are not cancelled, earliest first."""
    return tuple(each for each in held(sessions) if each.milestone == milestone)


def without_date(programme: Programme, sessions: Sequence[Session]) -> tuple[Milestone, ...]:
    """Return the workshops that wait for a date; none if the cohort has never had a session."""
    dated = {each.milestone for each in held(sessions)}
    return tuple(step for step in programme.milestones if sessions and step.id not in dated)


def place_of(session: Session, sessions: Sequence[Session]) -> Place | None:
    """Return `1 of 2`, or None for a cancelled session."""
    own = [each.id for each in of_milestone(sessions, session.milestone)]
    return Place(own.index(session.id) + 1, len(own)) if session.id in own else None


def find_by_name(sessions: Sequence[Session], milestone: str, number: int) -> Session | None:
    """Find `leading_self/1`: the first session of this workshop that is not cancelled."""
    own = of_milestone(sessions, milestone)
    return own[number - 1] if 0 < number <= len(own) else None


def name_of(session: Session, sessions: Sequence[Session]) -> str:
    """Return `leading_self/1`, as commands name it."""
    place = place_of(session, sessions)
    return f"{session.milestone}/{place.number}" if place else session.milestone


def title_of(programme: Programme, session: Session, sessions: Sequence[Session]) -> str:
    """Return `Leading Self, day 1 of 2`; without the day for the only session of a workshop."""
    title = next((step.title for step in programme.milestones if step.id == session.milestone), session.milestone)
    place = place_of(session, sessions)
    return title if place is None or place.of == 1 else f"{title}, day {place.number} of {place.of}"


def last_day(sessions: Sequence[Session]) -> date | None:
    """Return the day on which the programme ends; None without sessions."""
    return max((each.plan.date for each in sessions if not each.cancelled), default=None)


# --- what changes -------------------------------------------------------------------------------------


class Change(Struct, frozen=True):
    """One session that is added, changed or cancelled."""

    before: Session | None
    after: SessionPlan | None

    @property
    def moves(self) -> bool:
        """Return whether it changes in a way that people need to know: the hours, or where to go."""
        if self.before is None or self.after is None:
            return True
        old, new = self.before.plan, self.after
        return (old.date, old.start, old.end, old.place, old.link) != (
            new.date,
            new.start,
            new.end,
            new.place,
            new.link,
        )


def compare(stored: Sequence[Session], wanted: Sequence[SessionPlan]) -> tuple[Change, ...]:
    """Return what leads from the stored sessions to the wanted ones.

    Sessions have no name in a file. Equal ones are matched first, then those on the same day, then the others in order:
    so the fewest calendar entries change.
    """
    left, new = list(held(stored)), list(wanted)
    pairs: list[tuple[Session, SessionPlan]] = []
    for is_same in (_is_equal, _is_same_day, _is_same_milestone):
        for plan in list(new):
            match = next((each for each in left if is_same(each.plan, plan)), None)
            if match:
                pairs.append((match, plan))
                left.remove(match)
                new.remove(plan)
    changed = [Change(session, plan) for session, plan in pairs if session.plan != plan]
    return (*changed, *(Change(each, None) for each in left), *(Change(None, plan) for plan in new))


def _is_equal(session: SessionPlan, other: SessionPlan) -> bool:
    return session == other


def _is_same_day(session: SessionPlan, other: SessionPlan) -> bool:
    return (session.milestone, session.date) == (other.milestone, other.date)


def _is_same_milestone(session: SessionPlan, other: SessionPlan) -> bool:
    return session.milestone == other.milestone
