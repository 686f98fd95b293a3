"""Helpers for tests of dates: a cohort with sessions, and what was emailed about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

import vobject

from chalicelib.core.model import Cohort
from chalicelib.core.schedule import SessionPlan
from chalicelib.programme.load_cohort import Loaded, load_cohort
from chalicelib.store import workshops
from chalicelib.workshops.change_sessions import set_dates
from infra.local.outbox import Accepted
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

DELEGATE, MANAGER = "dana.delegate@example.org", "mara.manager@example.org"
NEXT_MORNING = datetime.fromisoformat("2026-09-08T08:00:00Z")  # 09:00 in London


def plan(day: str, hours: str = "09:30-16:30", milestone: str = "leading_self", **more: str) -> SessionPlan:
    start, end = map(time.fromisoformat, hours.split("-"))
    where = {"place": "Education Centre, Room 4"} | more
    return SessionPlan(milestone, date.fromisoformat(day), start, end, **where)


FIRST, SECOND = plan("2026-10-22"), plan("2026-10-23")
BOTH = (FIRST, SECOND)


def load(clock, sessions: Sequence[SessionPlan] | None = BOTH, names: tuple[str, ...] = ("dana delegate",)) -> Loaded:  # type: ignore[no-untyped-def]
    rules = people.programme()
    cohort = Cohort(
        people.COHORT,
        "Autumn cohort",
        rules.id,
        rules.version,
        people.DATES,
        people.SPONSOR,
        facilitators=(people.FACILITATOR,),
    )
    return load_cohort(cohort, rules, tuple(map(people.entry, names)), {}, clock.now(), sessions=sessions)


def announce(clock, sessions: Sequence[SessionPlan] = BOTH, names: tuple[str, ...] = ("dana delegate",)) -> None:  # type: ignore[no-untyped-def]
    """Load a cohort, and send what its people learn about the dates."""
    load(clock, sessions, names)
    drain(clock.now())
    drain(clock.to(NEXT_MORNING))


def change(clock, *wanted: SessionPlan, why: str = "") -> None:  # type: ignore[no-untyped-def]
    set_dates(people.COHORT, wanted, clock.now(), "admin@example.org", why)


def in_a_week(clock) -> None:  # type: ignore[no-untyped-def]
    """Run everything that is due within a week."""
    drain(clock.advance(days=7))


def events(to: str = DELEGATE) -> list[tuple[str, object]]:
    """Return (method, event) of every calendar email to an address, oldest first, of one moment by its start."""
    emailed = []
    for email in sent_emails(to):
        for part in email.attachments:
            if part["type"] == "text/calendar":
                calendar = vobject.readOne(part["content"])
                emailed.append((calendar.method.value, calendar.vevent))
    return sorted(emailed, key=lambda each: (each[1].dtstamp.value, each[1].dtstart.value, each[0]))


def about_dates(to: str) -> list[Accepted]:
    """Return the emails about dates that went to an address, oldest first."""
    return [email for email in sent_emails(to) if email.row.startswith("workshops/")]


def sessions() -> tuple[object, ...]:
    return workshops.list_sessions(people.COHORT)
