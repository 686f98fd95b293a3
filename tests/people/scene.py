"""A cohort with raters and sessions, and what a change of a person brought about."""

from __future__ import annotations

from datetime import datetime, timedelta

import chalicelib.core.clock
from chalicelib.core.model import RaterEntry, Wave
from chalicelib.core.schedule import SessionPlan
from chalicelib.people.acts import find_act
from chalicelib.people.loaded import LoadedDelegate, find_by_address
from chalicelib.people.planned import Asking, Planned, perform
from chalicelib.store import audit_events, cohorts, delegates, invitations
from chalicelib.workshops import change_sessions
from tests.support import cloud, people
from tests.support.clock import Clock
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.support.visitor import Visitor
from tests.workshops import dates

BY = "ada@example.org"
DANA, COACH, MANAGER = (people.person(name).email for name in ("dana delegate", "cleo coach", "mara manager"))
NEW_COACH = {"coach_name": "Nora New", "coach_email": "nora.new@example.org"}
NEW_MANAGER = {"manager_name": "Nora New", "manager_email": "nora.new@example.org"}
NORA = "nora.new@example.org"


def open_cohort(
    clock: Clock,
    chosen: tuple[RaterEntry, ...] = people.raters(4, 4),
    sessions: tuple[SessionPlan, ...] = dates.BOTH,
    **more: object,
) -> None:
    """Load a cohort with sessions, open its questionnaire and email everyone."""
    people.load(clock.now(), chosen=chosen, **more)  # type: ignore[arg-type]
    drain(clock.now())
    if sessions:
        change_sessions.set_dates(people.COHORT, sessions, clock.now(), BY)
    drain(clock.to(dates.NEXT_MORNING))
    drain(clock.to(people.OPENING))
    drain(clock.advance(minutes=1))


def found(address: str = DANA) -> LoadedDelegate:
    return find_by_address(people.COHORT, address)


def plan(clock: Clock, act: str, why: str = "", address: str = DANA, **typed: str) -> Planned:
    return find_act(act).plan(found(address), typed, Asking(BY, clock.now(), why))


def change(clock: Clock, act: str, why: str = "asked by phone", address: str = DANA, **typed: str) -> Planned:
    """Do what the console's form does, and all that follows within working hours."""
    planned = plan(clock, act, why, address, **typed)
    perform(planned, clock.now())
    settle(clock)
    return planned


def start_again(visitor: Visitor) -> Clock:
    """Return the clock of a fresh deployment with a cohort of 13 raters, three hours after the opening."""
    cloud.empty()
    visitor.cookies.clear()
    clock = Clock()
    chalicelib.core.clock.use(clock.now)
    open_cohort(clock, chosen=people.raters(9, 4))
    clock.advance(hours=3)
    return clock


def settle(clock: Clock) -> None:
    drain(clock.now())
    drain(clock.advance(minutes=10))


def emails_since(count: int) -> list[tuple[str, str]]:
    """Return (address, kind) of every email after the first `count`, without calendar entries of sessions."""
    rows = [(email.to[0], email.row.partition("#")[0]) for email in sent_emails()[count:]]
    return sorted(row for row in rows if not row[1].startswith("workshops/"))


def entries_since(count: int) -> list[tuple[str, str]]:
    """Return (address, method) of every calendar entry after the first `count` emails."""
    entries = []
    for email in sent_emails()[count:]:
        for part in email.attachments:
            if part["type"] == "text/calendar":
                entries.append((email.to[0], "CANCEL" if "METHOD:CANCEL" in part["content"] else "REQUEST"))
    return sorted(entries)


def trail() -> list[str]:
    """Return what the audit trail says about the delegate."""
    rows = audit_events.of_cohort(people.COHORT)
    return [audit_events.say_line(row) for row in rows if row["about"] == people.dana()]


def invitation(name: str):  # type: ignore[no-untyped-def]
    every = invitations.of_delegate(people.dana(), Wave.BASELINE)
    return next(invited for invited in every if invited.rater.email == people.person(name).email)


def line():  # type: ignore[no-untyped-def]
    return next(line for line in cohorts.list_lines(people.COHORT) if line.email == DANA)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def wave():  # type: ignore[no-untyped-def]
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]


DAY = timedelta(days=1)
