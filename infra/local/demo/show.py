"""What the terminal shows: progress bars for a person, plain lines for a pipe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

NAME_WIDTH = 16


class Show:
    def __init__(self, console: Console, totals: Mapping[str, int | None]):
        self.console = console
        self._totals = dict(totals)
        self._done: Counter[str] = Counter()
        self._bars = Progress(
            TextColumn(f"{{task.description:<{NAME_WIDTH}}}"),
            BarColumn(bar_width=36),
            MofNCompleteColumn(),
            TextColumn("{task.fields[when]}", style="dim"),
            console=console,
            disable=not console.is_terminal,
        )
        self._tasks = {name: self._bars.add_task(name, total=total, when="") for name, total in self._totals.items()}

    def __enter__(self) -> Show:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def step(self, name: str, now: datetime) -> None:
        """One more of a phase is done."""
        self._done[name] += 1
        self._bars.update(self._tasks[name], advance=1, when=f"{now:%d %b %Y}")
        if self._done[name] == self._totals[name] and not self.console.is_terminal:
            self.console.print(f"{name:<{NAME_WIDTH}} {self._done[name]}/{self._totals[name]}, done by {now:%d %b %Y}")
