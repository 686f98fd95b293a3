"""Sessions of the autumn cohort: two days of Leading Self in October, one of Leading Others in November."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from chalicelib.core.schedule import Session, SessionPlan
from chalicelib.core.working_days import working_days
from chalicelib.links.kinds import FACILITATOR
from chalicelib.mornings.jobs import first_job
from chalicelib.store import cohorts, delegates, workshops
from tests.support import people
from tests.support.drain import drain

ZONE = "Europe/London"
NAMES = ("dana delegate", "dora delegate", "dev delegate")
DAY_1, DAY_2, OTHERS = "leading-self-1", "leading-self-2", "leading-others"
BEGINS = datetime.fromisoformat("2026-10-13T08:30:00Z")  # 09:30 in London
MO = people.FACILITATOR.person.email


def session(id: str, milestone: str, day: date, by: str = "mo") -> Session:
    plan = SessionPlan(milestone, day, time(9, 30), time(16, 30), "Education Centre, Room 4", "", by)
    return Session(id, people.COHORT, ZONE, plan)


SESSIONS = (
    session(DAY_1, "leading_self", date(2026, 10, 13)),
    session(DAY_2, "leading_self", date(2026, 10, 14)),
    session(OTHERS, "leading_others", date(2026, 11, 17)),
)


@pytest.fixture
def dated(request, visitor, clock):
    """Three delegates, or those that the test names, are enrolled, and the workshops have dates."""
    people.load(clock.now(), names=getattr(request, "param", NAMES))
    days = working_days(people.programme().organisation)
    people.write(*map(workshops.save, SESSIONS), first_job(people.COHORT, "load-1", days, clock.now()))
    drain(clock.now())
    return visitor


def page(session_id: str = "") -> str:
    """Return the facilitator's page, or the register of a session."""
    link = FACILITATOR.url(cohorts.find(people.COHORT), people.FACILITATOR.person)
    return f"{link}/session/{session_id}" if session_id else link


def id_of(name: str) -> str:
    wanted = people.person(name).email
    return next(line.delegate_id for line in cohorts.list_lines(people.COHORT) if line.email == wanted)


def states(session_id: str = DAY_1) -> dict[str, str]:
    """Return what is recorded of each delegate, by first name."""
    from chalicelib.store import attendance

    records = {name: attendance.from_rows(delegates.load_rows(id_of(name))) for name in NAMES}
    return {name.split()[0]: rows[session_id].state.value for name, rows in records.items() if session_id in rows}
