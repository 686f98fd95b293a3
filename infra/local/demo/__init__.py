"""The example programme from CSV to sponsor's summary, as people would go through it, over HTTP."""

from __future__ import annotations

import gc
import socket
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rich.console import Console

from chalicelib.core.working_days import working_days
from infra.local.cloud import Cloud
from infra.local.demo import (
    arranging,
    attending,
    checks,
    collecting,
    debriefing,
    midway,
    output,
    rescheduling,
    returning,
    reviewing,
    sixmonths,
    sponsoring,
    working,
)
from infra.local.demo.browser import PageRefused
from infra.local.demo.cast import ANSWERS, make_cast
from infra.local.demo.diary import Calendar
from infra.local.demo.filling import Unexpected
from infra.local.demo.mailbox import EmailNotFound
from infra.local.demo.pages import NotOnThePage
from infra.local.demo.show import Show
from infra.local.demo.table import print_summary
from infra.local.demo.world import Phase, React, World
from infra.local.example import COHORT, example_dates, load_example, read_example
from infra.local.points import Point, moment_of

START = datetime(2026, 1, 7, 9, 0, tzinfo=UTC)
SEED = 360
FAR = datetime(2027, 3, 1, tzinfo=UTC)  # everything is over by then
STORIES = (
    collecting,
    debriefing,
    arranging,
    attending,
    working,
    midway,
    sixmonths,
    reviewing,
    returning,
    sponsoring,
)  # what people do, each with its emails
PEOPLES_FAULTS = (PageRefused, Unexpected, EmailNotFound, NotOnThePage)


def run(port: int, most: int | None = None) -> int:
    """Exit status: 0 if everything came out as it must, else 1 and the reasons.

    most   delegates; all of them if left out
    """
    began = time.perf_counter()
    console = Console()
    try:
        output.clear(output.FOLDER)
    except output.NotOurFolder as refused:
        print(refused, file=sys.stderr)
        return 1
    with Cloud(free_port(port), start=START) as cloud, _no_garbage_collection():
        world = new_world(cloud, console, most)
        try:
            with world.show:
                world.play(reactions(), FAR)
            attending.record(world)
            faults = checks.failures(world)
        except PEOPLES_FAULTS as fault:
            faults = [f"on {world.now:%d %B %Y %H:%M}: {type(fault).__name__}: {fault}"]
        world.browser.close()
        output.write(world, output.FOLDER)
        print_summary(console, world, faults, time.perf_counter() - began)
    return 1 if faults else 0


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Nearly all that is made stays in the emulated account: to look through it took a twentieth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # else the first look afterwards, at the end of the process, goes through everything
        gc.enable()


def play_to(point: Point, cloud: Cloud) -> None:
    """Play the example programme, as `run` does, up to a point of its year.

    Raises one of PEOPLES_FAULTS where a person was not shown what they expected.
    """
    world = new_world(cloud, Console())
    until = moment_of(point, world.dates, world.programme)
    with world.show:
        world.play(reactions(), until)
        cloud.advance_to(until)
    world.browser.close()


def new_world(cloud: Cloud, console: Console, most: int | None = None) -> World:
    programme, entries = read_example(most)
    load_example(cloud, most)
    zone = programme.organisation.timezone
    players = make_cast(programme, entries, SEED)
    raters = [part for player in players for part in player.parts]
    totals: dict[str, int | None] = {
        Phase.QUESTIONNAIRES: len(players),
        Phase.NOMINATIONS: len(players),
        Phase.ANSWERS: sum(part.reply in ANSWERS for part in raters),
        Phase.REPORTS: len(players),
        Phase.DEBRIEFS: len(players),
        Phase.WORKSHOPS: None,
        Phase.IMPACT: None,  # as many as their email moves
    }
    show = Show(console, totals)
    dates = example_dates(START.astimezone(ZoneInfo(zone)).date())
    world = World(cloud, programme, COHORT, Calendar(working_days(programme.organisation)), dates, players, show)
    rescheduling.plan(world)
    return world


def reactions() -> dict[str, list[React]]:
    """Return what people do on each kind of email, in the order of the stories."""
    by_kind = defaultdict(list)
    for story in STORIES:
        for template, react in story.REACTIONS.items():
            by_kind[template].append(react)
    return by_kind


def free_port(wanted: int) -> int:
    """Return the wanted port if it and the next are free, else two that are."""
    for first in (wanted, 0, 0, 0, 0):
        with socket.socket() as first_socket, socket.socket() as next_one:
            try:
                first_socket.bind(("127.0.0.1", first))
                next_one.bind(("127.0.0.1", first_socket.getsockname()[1] + 1))
            except OSError:
                continue
            return int(first_socket.getsockname()[1])
    return wanted
