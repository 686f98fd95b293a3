"""The end of the demo: one row for each delegate, the emails by kind, and where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local.demo.output import FOLDER
from infra.local.demo.world import Deeds, World

# The widest table fits a terminal of 80 columns.
PLAIN: dict[str, Any] = {"box": None, "pad_edge": False, "title_justify": "left", "caption_justify": "left"}


def print_summary(console: Console, world: World, faults: Sequence[str], seconds: float) -> None:
    console.print()
    for table in (_delegates(world), _email_table(world)):
        console.print(table)
        console.print()
    reports = sum(bool(world.deeds[player.email].documents) for player in world.players)
    console.print(
        f"{FOLDER}/  mail/ ({world.mailbox.count_emails()} emails)  reports/ ({reports} delegates)  calendar/  "
        "sponsor/  summary.json"
    )
    console.print(
        f"{world.browser.requests} pages and forms, {seconds:.0f} seconds, {world.now:%d %B %Y} on the clock."
    )
    for fault in faults:
        console.print(f"[bold red]NOT AS IT MUST BE[/] {fault}", soft_wrap=True, highlight=False)


def _delegates(world: World) -> Table:
    table = Table(title="Who got what, and when", **PLAIN)
    for heading in ("Delegate", "Answers", "Report", "Debrief", "Released", "Impact", "Pulse"):
        table.add_column(heading, no_wrap=True)
    for player in world.players:
        table.add_row(player.entry.person.name, *_cells(world.deeds[player.email]))
    if any(deeds.published for deeds in world.deeds.values()):
        table.caption = "* published with few answers, because the administrator said so"
    return table


def _cells(deeds: Deeds) -> tuple[str, ...]:
    return (
        f"{len(deeds.answered)} of {len(deeds.invited)}",
        _day(deeds.report) + ("*" if deeds.published else ""),
        _day(deeds.debriefed),
        _day(deeds.released),
        f"{len(deeds.impact_sent)} of {len(deeds.impact)}",
        f"{len(deeds.pulse_sent)} of {len(deeds.pulse)}",
    )


def _day(moment: datetime | None) -> str:
    return f"{moment:%d %b}" if moment else "–"


def _email_table(world: World) -> Table:
    table = Table(title="What the emails said: a digest counts once for each item", show_header=False, **PLAIN)
    table.add_column("kind")
    table.add_column("count", justify="right")
    for kind, count in sorted(Counter(letter.template for letter in world.mailbox.letters).items()):
        table.add_row(kind, str(count))
    return table
