"""Print what a command does. In a dry run, print what it would do and do nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")
SAY_EVERY = 20  # seconds: pip builds the layer, and Chalice the package, for minutes without a line


def _print(line: str) -> None:
    """Print at once, so that the log of a pipeline is in order: Chalice prints in between."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@dataclass
class Reporter:
    dry_run: bool = False
    say: Callable[[str], None] = _print
    changes: list[str] = field(default_factory=list)  # what was changed, or would be
    steps: int = 0
    say_every: float = SAY_EVERY
    _step: int = 0

    def step(self, title: str) -> None:
        self._step += 1
        self.say(f"[{self._step}/{self.steps}] {title}")

    def stays(self, what: str) -> None:
        self.say(f"      = {what}")

    def note(self, what: str) -> None:
        self.say(f"        {what}")

    def needs_action(self, what: str) -> None:
        self.say(f"      ! {what}")

    def change(self, what: str, act: Callable[[], T]) -> T | None:
        """Return what the act returns; None in a dry run."""
        self.changes.append(what)
        if self.dry_run:
            self.say(f"      ~ would {what}")
            return None
        began = time.monotonic()
        self.say(f"      + {what} ...")
        with self._still_at_work():
            done = act()
        took = time.monotonic() - began
        if took >= 1:
            self.note(f"done in {took:.0f} s")
        return done

    @contextmanager
    def _still_at_work(self) -> Iterator[None]:
        """Say from time to time that an act is not over, so that no one takes it for stuck and ends it."""
        began, is_over = time.monotonic(), Event()

        def remind() -> None:
            while not is_over.wait(self.say_every):
                self.note(f"still at work after {time.monotonic() - began:.0f} s")

        reminder = Thread(target=remind, daemon=True)
        reminder.start()
        try:
            yield
        finally:
            is_over.set()
            reminder.join()

    def close(self) -> None:
        count = len(self.changes)
        changes = f"{count} change{'' if count == 1 else 's'}"
        self.say(f"Dry run: {changes} would be made, none was." if self.dry_run else f"Done: {changes}.")
