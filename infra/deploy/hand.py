"""Print what a command does. In a dry run, print what it would do and do nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Reporter:
    dry_run: bool = False
    say: Callable[[str], None] = print
    changes: list[str] = field(default_factory=list)  # what was changed, or would be
    steps: int = 0
    _step: int = 0

    def step(self, title: str) -> None:
        self._step += 1
        self.say(f"[{self._step}/{self.steps}] {title}")

    def stays(self, what: str) -> None:
        self.say(f"      = {what}")

    def note(self, what: str) -> None:
        self.say(f"        {what}")

    def change(self, what: str, act: Callable[[], T]) -> T | None:
        """Return what the act returns; None in a dry run."""
        self.changes.append(what)
        if self.dry_run:
            self.say(f"      ~ would {what}")
            return None
        began = time.monotonic()
        self.say(f"      + {what} ...")
        done = act()
        took = time.monotonic() - began
        if took >= 1:
            self.note(f"done in {took:.0f} s")
        return done

    def close(self) -> None:
        count = len(self.changes)
        changes = f"{count} change{'' if count == 1 else 's'}"
        self.say(f"Dry run: {changes} would be made, none was." if self.dry_run else f"Done: {changes}.")
