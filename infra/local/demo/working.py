"""What delegates do between workshops: fill in every form, and submit it. Their coaches read the first ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chalicelib.assignments import emails as assignments_emails
from chalicelib.assignments.coach_view import book_of
from chalicelib.assignments.tasks import Task
from chalicelib.core.clock import stamp
from chalicelib.core.model import Assignment
from chalicelib.links.kinds import COACH, HUB
from chalicelib.report import emails as report_emails
from chalicelib.store import delegates
from chalicelib.store.delegate_record import DelegateRecord
from infra.local.demo.browser import Opened
from infra.local.demo.cast import Player
from infra.local.demo.filling import Unexpected
from infra.local.demo.mailbox import Letter
from infra.local.demo.pages import Form
from infra.local.demo.phrases import bank
from infra.local.demo.signing_in import open_page
from infra.local.demo.world import Phase, React, World

MORNING, EVENING = 10 * 60, 20 * 60
REVIEW_AFTER = 2  # working days
READ_BY_COACH = 2  # forms of each delegate
WHY = "Three stakeholders are on your side or near it. Who could stop this, and what do they need?"
ADDED = "The doctors could stop it. They need one number to ring, and to hear of each change first."
FIRST_AFTER, NEXT_AFTER, AGAIN_AFTER = 5, 2, 2  # working days: what is due before the last workshop is in time
DONE = "submitted"
PLAYED_LAST = "simulation"


def begin_work(world: World, player: Player, hub: str) -> None:
    """Do one assignment after another, in the order of the programme."""
    plan(world, player, hub, 0, FIRST_AFTER)


def plan(world: World, player: Player, hub: str, place: int, days: int) -> None:
    if place < len(list_work(world)):
        when = world.calendar.working_days_on(world.now, days, EVENING)
        world.plan(when, Phase.DEBRIEFS, partial(do_work, world, player, hub, place))


def list_work(world: World) -> list[Assignment]:
    """Return all work in the order of doing: the simulation is played in the workshop, after all else."""
    listed = [assignment for milestone in world.programme.milestones for assignment in milestone.assignments]
    return sorted(listed, key=lambda work_item: work_item.id == PLAYED_LAST)


def do_work(world: World, player: Player, hub: str, place: int) -> None:
    """Fill in one form and submit it; come back later if it is not open yet."""
    work = list_work(world)[place]
    page = world.browser.open(f"{hub}/work/{work.id}")
    if not any("shown" in form.names for form in page.page.forms):
        plan(world, player, hub, place, AGAIN_AFTER)
        return
    form = page.page.form_with("shown")
    sent = world.browser.send(page, form, answers(world, player, work, form), "submit")
    expect_submitted(sent, work)
    world.deeds[player.email].notes += 1
    if place < READ_BY_COACH:
        when = world.calendar.working_days_on(world.now, REVIEW_AFTER, MORNING)
        world.plan(when, Phase.DEBRIEFS, partial(review, world, player, work))
    plan(world, player, hub, place + 1, NEXT_AFTER)


def review(world: World, player: Player, work: Assignment) -> None:
    """Let the coach read what was submitted. The first delegate's second form goes back to them once."""
    coach = player.entry.coach.email
    link = world.mailbox.last(coach, report_emails.READY.name).link(COACH)
    page = open_page(world, f"{link}/{world.delegate_id(player)}/work/{work.id}", coach)
    is_first = world.players.index(player) == 0 and work is list_work(world)[1]
    act = "return" if is_first and world.deeds[player.email].returned is None else "read"
    if not any(act in form.names for form in page.page.forms):
        return  # the facilitator has read it meanwhile
    form = page.page.form_with(act)
    world.browser.send(page, form, {act: WHY if act == "return" else ""}, act)
    if act == "return":
        world.deeds[player.email].returned = world.now


def on_returned(world: World, letter: Letter) -> None:
    """Let the delegate add what was missing and submit again the same evening."""
    player = world.player(letter)
    when = world.calendar.working_days_on(letter.sent_at, 0, EVENING)
    world.plan(when, Phase.DEBRIEFS, partial(submit_again, world, player, letter.link(HUB)))


def submit_again(world: World, player: Player, hub: str) -> None:
    work = list_work(world)[1]
    page = world.browser.open(f"{hub}/work/{work.id}")
    form = page.page.form_with("shown")
    expect_submitted(world.browser.send(page, form, {"f.heard": ADDED}, "submit"), work)
    when = world.calendar.working_days_on(world.now, REVIEW_AFTER, MORNING)
    world.plan(when, Phase.DEBRIEFS, partial(review, world, player, work))


REACTIONS: dict[str, React] = {assignments_emails.RETURNED.name: on_returned}


def save(world: World, folder: Path, names: Mapping[str, str]) -> None:
    """Write every submitted form as JSON. names: delegate's address -> name of their folder."""
    for player in world.players:
        rows = tuple(delegates.load_rows(world.delegate_id(player)))
        delegate = DelegateRecord(rows).find_delegate()
        if delegate is None:
            continue  # the demo failed before anyone was enrolled
        tasks = [task for task in book_of(delegate, world.programme, rows).tasks if task.latest]
        if tasks:
            home = folder / names[player.email]
            home.mkdir(parents=True)
        for task in tasks:
            text = json.dumps(as_plain(task, world.now), indent=2, ensure_ascii=False)
            (home / f"{task.id}.json").write_text(f"{text}\n", encoding="utf-8")


def as_plain(task: Task, now: datetime) -> dict[str, Any]:
    """Return one piece of work as plain data: each submission, and the facilitator's part."""
    part = task.part
    return {
        "assignment": task.id,
        "title": task.assignment.title,
        "milestone": task.milestone.id,
        "due": str(task.due_on) if task.due_on else None,
        "state": task.state(now).value,
        "days_late": task.late(now),
        "submissions": [
            {"number": submission.number, "at": stamp(submission.at), "values": submission.values}
            for submission in task.submissions
        ],
        "said": task.work.why if task.work else "",
        "by_facilitator": part.values if part and part.submitted_at else None,
    }


def expect_submitted(opened: Opened, work: Assignment) -> None:
    if not urlsplit(opened.url).path.endswith(f"/{DONE}") and "ubmitted" not in opened.page.status:
        raise Unexpected(f"{work.id} was not submitted: {opened.page.heading} ({opened.page.status})")


def answers(world: World, player: Player, work: Assignment, form: Form) -> dict[str, str]:
    """Return the fields of one form, from the versions in work.yaml."""
    versions = bank("work")[work.id]
    typed = versions[world.players.index(player) % len(versions)]
    fields: dict[str, str] = {}
    for name, value in typed.items():
        fields |= _field(world, form, f"f.{name}", value)
    return fields | _measure(form) | _areas(form)


def _field(world: World, form: Form, name: str, value: Any) -> dict[str, str]:
    if not isinstance(value, list):
        return {name: _text(world, value)}
    if isinstance(value[0], str):
        return {f"{name}.{option}": "yes" for option in value}
    rows = sorted(
        {
            field_name.removeprefix(f"{name}.").partition(".")[0]
            for field_name in form.names
            if field_name.startswith(f"{name}.")
        }
    )
    fields: dict[str, str] = {}
    for row, cells in zip(rows, value, strict=False):
        for column, cell in cells.items():
            fields |= _field(world, form, f"{name}.{row}.{column}", cell)
    return fields


def _text(world: World, value: Any) -> str:
    """Return a text, or the day that lies so many days ahead."""
    if isinstance(value, int):
        return (world.calendar.day(world.now) + timedelta(days=value)).isoformat()
    return str(value)


def _measure(form: Form) -> dict[str, str]:
    options = form.options.get("f.measure", [])
    return {"f.measure": options[0]} if options else {}


def _areas(form: Form) -> dict[str, str]:
    """Tick the first development area, if the form asks."""
    names = [name for name in form.names if name.startswith("areas.") and name not in ("areas.none", "areas.why")]
    return {sorted(names)[0]: "yes"} if names else {}
