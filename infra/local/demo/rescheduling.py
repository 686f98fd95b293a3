"""What the administrator does about the dates of workshops: moves one session, cancels one, and adds it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from msgspec.structs import replace

from chalicelib.core.schedule import SessionPlan, find_by_name, held, of_milestone
from chalicelib.store import workshops
from chalicelib.workshops.change_sessions import move_session, set_dates
from infra.local.demo.world import Phase, World

BY = "administrator"
MOVES_ON, CANCELS_ON, ADDS_ON = timedelta(days=28), timedelta(days=49), timedelta(days=51)  # after the opening
MORNING = 11 * 60
MOVED, CANCELLED = "leading_others/2", ("leading_the_service", 1)
DAY = timedelta(days=1)


def plan(world: World) -> None:
    acts: dict[timedelta, Callable[[World], None]] = {MOVES_ON: move, CANCELS_ON: cancel, ADDS_ON: add_again}
    for after, act in acts.items():
        world.plan(world.calendar.at(world.dates.opens + after, MORNING), Phase.WORKSHOPS, partial(act, world))


def move(world: World) -> None:
    """One session moves by a day, so line managers hear of it too."""
    before = of_milestone(workshops.list_sessions(world.cohort), "leading_others")[1]
    to: tuple[date, None] = (before.plan.date + DAY, None)
    move_session(world.cohort, MOVED, to, world.now, BY, "the room is taken")
    world.show.step(Phase.WORKSHOPS, world.now)


def cancel(world: World) -> None:
    sessions = workshops.list_sessions(world.cohort)
    cancelled = find_by_name(sessions, *CANCELLED)
    _set(world, [each.plan for each in held(sessions) if each is not cancelled], "the Board does not meet")


def add_again(world: World) -> None:
    """Hold the cancelled session a day earlier."""
    sessions = workshops.list_sessions(world.cohort)
    (cancelled,) = [each for each in sessions if each.cancelled]
    again = replace(cancelled.plan, date=cancelled.plan.date - DAY)
    _set(world, [*(each.plan for each in held(sessions)), again], "the Board meets a day earlier")


def _set(world: World, wanted: list[SessionPlan], why: str) -> None:
    set_dates(world.cohort, wanted, world.now, BY, why)
    world.show.step(Phase.WORKSHOPS, world.now)
