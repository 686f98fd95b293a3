"""A workshop of a cohort: its sessions that take place, and who runs them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from chalicelib.core.model import Cohort, Facilitator, Programme
from chalicelib.core.schedule import Session, of_milestone


class Workshop(Struct, frozen=True):
    """One milestone of the programme with at least one session."""

    cohort: Cohort
    programme: Programme
    id: str  # of the milestone
    title: str
    sessions: tuple[Session, ...]  # earliest first

    @property
    def first(self) -> Session:
        return self.sessions[0]

    @property
    def last(self) -> Session:
        return self.sessions[-1]

    @property
    def facilitators(self) -> tuple[Facilitator, ...]:
        """Return who runs any of its sessions; each person once."""
        facilitators = {
            facilitator.person.email: facilitator
            for session in self.sessions
            for facilitator in facilitators_of(self.cohort, session)
        }
        return tuple(facilitators.values())


def facilitators_of(cohort: Cohort, session: Session) -> tuple[Facilitator, ...]:
    """Return who runs a session: any facilitator of the cohort if it names none."""
    return tuple(facilitator for facilitator in cohort.facilitators if session.by in ("", facilitator.id))


def workshops_of(cohort: Cohort, programme: Programme, sessions: Sequence[Session]) -> Iterator[Workshop]:
    """Return the workshops that have dates, in the programme's order."""
    for milestone in programme.milestones:
        if own := of_milestone(sessions, milestone.id):
            yield Workshop(cohort, programme, milestone.id, milestone.title, own)
