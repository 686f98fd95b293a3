"""Two acts of which one has its turn in the middle of the other, at each of its calls and both ways round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.faults.scene import Scene
from tests.support.interleave import play


def each_turn(*acts: Callable[[], object]) -> Iterator[tuple[str, list[Any]]]:
    """Play both acts from the rows that there are now. Yield when the turn was, and what each returned or raised."""
    start = Scene(lambda: None)
    for first in (0, 1):
        step, last = 0, 1
        while step < last:
            start.lay_out()
            outcomes, last = play(acts, first, step)
            yield f"turn of act {first} taken at its call {step}", outcomes
            step += 1
        assert step > 1, "the acts were never in each other's way"
