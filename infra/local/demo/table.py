"""The end of the demo: one row for each delegate, the mails by kind, and where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.table import Table

from infra.local.demo.output import FOLDER
from infra.local.demo.world import Deeds, World


def tell(console: Console, world: World, faults: Sequence[str], seconds: float) -> None:
    console.print()
    console.print(_delegates(world))
    console.print(_mails(world))
    reports = sum(bool(world.deeds[player.email].documents) for player in world.players)
    console.print(
        f"{FOLDER}/  mail/ ({len(world.mailbox.letters)} mails)  reports/ ({reports} delegates)  sponsor/  summary.json"
    )
    console.print(
        f"{world.browser.requests} pages and forms, {seconds:.0f} seconds, {world.now:%d %B %Y} on the clock."
    )
    for fault in faults:
        console.print(f"[bold red]NOT AS IT MUST BE[/] {fault}", soft_wrap=True, highlight=False)


def _delegates(world: World) -> Table:
    table = Table(title="Who got what, and when", title_justify="left")
    for heading in ("Delegate", "Invited", "Answered", "Declined", "Report", "Debrief", "Released", "Impact", "Pulse"):
        table.add_column(heading, no_wrap=heading == "Delegate", justify="left" if heading == "Delegate" else "right")
    for player in world.players:
        table.add_row(player.entry.person.name, *_cells(world.deeds[player.email]))
    return table


def _cells(deeds: Deeds) -> tuple[str, ...]:
    report = _day(deeds.report) + (" (few)" if deeds.published else "")
    return (
        str(len(deeds.invited)),
        str(len(deeds.answered)),
        str(len(deeds.declined)),
        report,
        _day(deeds.debriefed),
        _day(deeds.released),
        "+".join(sorted(deeds.impact_sent)) or "–",
        f"{len(deeds.pulse_sent)}/{len(deeds.pulse)}",
    )


def _day(moment: datetime | None) -> str:
    return f"{moment:%d %b}" if moment else "–"


def _mails(world: World) -> Table:
    table = Table(title="Mails", title_justify="left", show_header=False)
    table.add_column("kind")
    table.add_column("count", justify="right")
    for kind, count in sorted(Counter(letter.template for letter in world.mailbox.letters).items()):
        table.add_row(kind, str(count))
    return table
