"""What facilitators do: fill in the register of each session, and help the one who was absent to catch up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from urllib.parse import urljoin

from chalicelib.assignments.emails import TO_READ_FACILITATOR
from chalicelib.core.schedule import Session, find_by_name, held, name_of, of_milestone
from chalicelib.links.kinds import FACILITATOR
from chalicelib.store import attendance, workshops
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.workshops.emails import about_attendance
from infra.local.demo.browser import Opened
from infra.local.demo.cast import Player
from infra.local.demo.filling import expect
from infra.local.demo.mailbox import Letter
from infra.local.demo.signing_in import open_signed_in
from infra.local.demo.world import Phase, React, World

AFTER_SESSION = timedelta(minutes=20)
MISSED = "leading_others"  # both days of it, by one delegate
ABSENT, PARTLY = 3, 5  # places of delegates
LEFT_EARLY = ("leading_self", 2)
CATCH_UP_BY, CAUGHT_UP_AFTER = 10, 6  # working days
BEFORE_NOON, AT_NOON = 11 * 60, 12 * 60
HOW = "Read the notes of both days, and talk your stakeholder map through with me for an hour."

PRESENTED = "leading_the_service"  # to the Board, after a simulation
SEEN = (
    ("Asked the finance lead for the one figure that mattered; the group stopped arguing.", "Name the price earlier."),
    ("Let two others speak first when the beds ran out, and then decided in a minute.", "Say what you will not do."),
    ("Rang the ward before answering the Board, so the promise could be kept.", "Bring the patient’s view in first."),
)  # what was seen, and one thing to try next
DECISIONS = ("accepted", "amended", "accepted", "declined")
TERMS = "Start with two teams, and report after three months."


def on_start(world: World, letter: Letter) -> None:
    """Fill in each register just after its session. The reminder brings the link."""
    milestone = letter.id.split("#")[3]
    for session in of_milestone(workshops.list_sessions(world.cohort), milestone):
        act = partial(fill_in, world, letter, session.id)
        world.plan(session.ends_at + AFTER_SESSION, Phase.WORKSHOPS, act)


def fill_in(world: World, letter: Letter, session_id: str) -> None:
    """Everyone attended, but for one who left early once, and one who missed a workshop."""
    page = _register(world, letter, session_id)
    sessions = workshops.list_sessions(world.cohort)
    session = next(planned_session for planned_session in sessions if planned_session.id == session_id)
    marks = {world.delegate_id(player): _mark(world, player, session, sessions) for player in world.players}
    page = world.browser.send(page, page.page.form(f"/session/{session_id}"), marks)
    expect(page, "The register is filled in")
    if State.ABSENT in marks.values():
        by = world.calendar.working_days_on(world.now, CATCH_UP_BY, AT_NOON).date().isoformat()
        world.browser.send(page, page.page.form("/catch-up"), {"what": HOW, "by": by}, "set")
        when = world.calendar.working_days_on(world.now, CAUGHT_UP_AFTER, AT_NOON)
        world.plan(when, Phase.WORKSHOPS, partial(note_caught_up, world, letter, session_id))
    world.show.step(Phase.WORKSHOPS, world.now)
    if session == of_milestone(sessions, PRESENTED)[-1]:
        note_parts(world, letter, of_milestone(sessions, PRESENTED)[0])


def note_parts(world: World, letter: Letter, first: Session) -> None:
    """Note of each delegate what was seen in the simulation, and what the Board decided on the first day."""
    home = open_signed_in(world, letter.link(FACILITATOR), letter.to)
    for place, player in enumerate(world.players):
        saw, advice = SEEN[place % len(SEEN)]
        _submit(world, home, player, "simulation", {"f.example": saw, "f.try": advice})
        decision = {"f.decision": decision_on(place), "f.decided_on": first.plan.date.isoformat()}
        terms = {"f.terms": TERMS} if decision["f.decision"] == "amended" else {}
        _submit(world, home, player, "board", {**decision, **terms, "f.owner": "Director of operations"})


def decision_on(place: int) -> str:
    """Return what the Board decided on the proposal of the delegate at this place."""
    return DECISIONS[place % len(DECISIONS)]


def on_work_to_read(world: World, letter: Letter) -> None:
    """Read all work that waits, before noon on the Monday of the email."""
    when = world.calendar.working_days_on(letter.sent_at, 0, BEFORE_NOON)
    world.plan(when, Phase.WORKSHOPS, partial(read_work, world, letter))


def read_work(world: World, letter: Letter) -> None:
    home = open_signed_in(world, letter.link(FACILITATOR), letter.to)
    for address in dict.fromkeys(address for address, _ in home.page.links if "/work/" in address):
        page = world.browser.open(urljoin(home.url, address))
        if any("read" in form.names for form in page.page.forms):  # no coach has read it meanwhile
            world.browser.send(page, page.page.form_with("read"), {"read": ""}, "read")


def _submit(world: World, home: Opened, player: Player, work: str, noted: dict[str, str]) -> None:
    page = world.browser.follow(home, f"/{world.delegate_id(player)}/part/{work}")
    sent = world.browser.send(page, page.page.form_with("shown"), noted, "submit")
    expect(sent, "You have submitted this")


def note_caught_up(world: World, letter: Letter, session_id: str) -> None:
    page = _register(world, letter, session_id)
    world.browser.send(page, page.page.form("/catch-up"), {}, "done")


def _register(world: World, letter: Letter, session_id: str) -> Opened:
    home = open_signed_in(world, letter.link(FACILITATOR), letter.to)
    return world.browser.follow(home, f"/session/{session_id}")


def _mark(world: World, player: Player, session: Session, sessions: tuple[Session, ...]) -> State:
    place = world.players.index(player)
    if session.milestone == MISSED and place == ABSENT % len(world.players):
        return State.ABSENT
    left_early = find_by_name(sessions, *LEFT_EARLY)
    if left_early and session.id == left_early.id and place == PARTLY % len(world.players):
        return State.PARTLY
    return State.ATTENDED


def record(world: World) -> None:
    """Note for the summary what is recorded of each delegate."""
    sessions = held(workshops.list_sessions(world.cohort))
    ids = [world.delegate_id(player) for player in world.players]
    attendances = attendance.find_many(ids, [planned_session.id for planned_session in sessions])
    for player in world.players:
        marks = {
            name_of(session, sessions): attendances.get((world.delegate_id(player), session.id)) for session in sessions
        }
        recorded = {name: mark.state.value for name, mark in marks.items() if mark}
        world.deeds[player.email].attendance.update(recorded)


def check(world: World) -> Iterator[str]:
    """Check that every register is full, and that the one who was absent has caught up."""
    sessions = held(workshops.list_sessions(world.cohort))
    for player in world.players:
        recorded = world.deeds[player.email].attendance
        if lacking := [
            name_of(session, sessions) for session in sessions if name_of(session, sessions) not in recorded
        ]:
            yield f"nothing is recorded of {player.email} at {', '.join(lacking)}"
    absent = world.players[ABSENT % len(world.players)]
    missed = {mark for name, mark in world.deeds[absent.email].attendance.items() if name.startswith(MISSED)}
    if missed != {State.CAUGHT_UP.value}:
        yield f"{absent.email} missed {MISSED} and is recorded as {', '.join(sorted(missed)) or 'nothing'}"


REACTIONS: dict[str, React] = {
    about_attendance.RUNS.name: on_start,
    TO_READ_FACILITATOR.name: on_work_to_read,
}
