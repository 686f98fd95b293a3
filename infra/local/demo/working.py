"""What delegates do between workshops: fill in every form, and submit it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from chalicelib.core.model import Assignment
from infra.local.demo.browser import Opened
from infra.local.demo.cast import Player
from infra.local.demo.filling import Unexpected
from infra.local.demo.pages import Form
from infra.local.demo.phrases import bank
from infra.local.demo.world import Phase, World

EVENING = 20 * 60
FIRST_AFTER, NEXT_AFTER, AGAIN_AFTER = 5, 4, 8  # working days
DONE = "submitted"


def begin_work(world: World, player: Player, hub: str) -> None:
    """Do one assignment after another, in the order of the programme."""
    plan(world, player, hub, 0, FIRST_AFTER)


def plan(world: World, player: Player, hub: str, place: int, days: int) -> None:
    if place < len(list_work(world)):
        when = world.calendar.working_days_on(world.now, days, EVENING)
        world.plan(when, Phase.DEBRIEFS, partial(do_work, world, player, hub, place))


def list_work(world: World) -> list[Assignment]:
    return [one for milestone in world.programme.milestones for one in milestone.assignments]


def do_work(world: World, player: Player, hub: str, place: int) -> None:
    """Fill in one form and submit it; come back later if it is not open yet."""
    work = list_work(world)[place]
    shown = world.browser.open(f"{hub}/work/{work.id}")
    if not any("shown" in form.names for form in shown.page.forms):
        plan(world, player, hub, place, AGAIN_AFTER)
        return
    form = shown.page.form_with("shown")
    sent = world.browser.send(shown, form, answers(world, player, work, form), "submit")
    expect_submitted(sent, work)
    world.deeds[player.email].notes += 1
    plan(world, player, hub, place + 1, NEXT_AFTER)


def expect_submitted(shown: Opened, work: Assignment) -> None:
    if not urlsplit(shown.url).path.endswith(f"/{DONE}") and "ubmitted" not in shown.page.status:
        raise Unexpected(f"{work.id} was not submitted: {shown.page.heading} ({shown.page.status})")


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
    rows = sorted({one.removeprefix(f"{name}.").partition(".")[0] for one in form.names if one.startswith(f"{name}.")})
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
