"""Every order in which the AWS calls of several acts can follow one another, tried one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any, TypeVar

from chalicelib.core.settings import settings
from tests.support import cloud
from tests.support.calls import watched_by

Env = TypeVar("Env")


def explore(
    setup: Callable[[], Env],
    acts: Sequence[Callable[[Env], object]],
    check: Callable[[Env, list[Any]], list[str]],
    limit: int = 5000,
) -> int:
    """Fails with the violations of every order; returns how many orders were tried, at most `limit`.

    Each order starts from an empty account and `setup`. `check` sees what each act returned or raised.
    """
    untried: list[list[int]] = [[]]
    tried, violations = 0, []
    while untried and tried < limit:
        chosen = untried.pop()
        cloud.empty()
        settings()
        env = setup()
        turns = _Turns(chosen)
        with watched_by(turns):
            outcomes = turns.play([partial(act, env) for act in acts])
        tried += 1
        violations += [f"order {turns.order}: {violation}" for violation in check(env, outcomes)]
        untried += turns.branches(len(chosen))
    assert not violations, f"{len(violations)} violations in {tried} orders:\n" + "\n".join(violations[:20])
    return tried


def play(acts: Sequence[Callable[[], Any]], first: int, steps: int) -> tuple[list[Any], int]:
    """Run the first act to one of its calls, then the other as a whole, then the rest of the first.

    steps   calls of the first act before the other has its turn

    Returns what each returned or raised, and how many calls the first act made.
    """
    turns = _Turns([first] * steps + [1 - first] * MAX_STEPS)
    with watched_by(turns):
        outcomes = turns.play(acts)
    return outcomes, turns.order.count(first)


def play_at_once(acts: Sequence[Callable[[], Any]], chance: Random) -> tuple[list[Any], int]:
    """Play acts whose calls follow one another in an order by chance.

    Returns what each returned or raised, and how many calls were made.
    """
    turns = _Turns([chance.randrange(len(acts)) for _ in range(MAX_STEPS * len(acts))])
    with watched_by(turns):
        outcomes = turns.play(acts)
    return outcomes, len(turns.order)


MAX_STEPS = 1000  # more than two acts make


class _Turns:
    """One baton: its holder runs to its next AWS call and hands it back."""

    def __init__(self, chosen: list[int]):
        self.order: list[int] = []  # which act made each step
        self._chosen = chosen
        self._made: list[tuple[int, int]] = []  # choice, and out of how many
        self._me = threading.local()
        self._back = threading.Semaphore(0)
        self._go: list[threading.Semaphore] = []
        self._running: set[int] = set()

    def before(self, service: str, operation: str, context: dict[str, Any]) -> None:
        if (act := getattr(self._me, "act", None)) is not None:
            self._back.release()
            self._go[act].acquire()

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass

    def play(self, acts: Sequence[Callable[[], object]]) -> list[Any]:
        outcomes: list[Any] = [None] * len(acts)
        self._go = [threading.Semaphore(0) for _ in acts]
        self._running = set(range(len(acts)))
        for place, act in enumerate(acts):
            threading.Thread(target=self._run, args=(place, act, outcomes), daemon=True).start()
            self._back.acquire()  # what an act does before its first call meets no one
        while self._running:
            self._hand_on()
        return outcomes

    def branches(self, fixed: int) -> list[list[int]]:
        """Return the orders that part from this one after the choices that were fixed."""
        choices = [choice for choice, _ in self._made]
        orders = []
        for depth in range(fixed, len(self._made)):
            choice, options = self._made[depth]
            orders += [[*choices[:depth], other] for other in range(choice + 1, options)]
        return orders

    def _hand_on(self) -> None:
        options = sorted(self._running)
        depth = len(self._made)
        choice = min(self._chosen[depth], len(options) - 1) if depth < len(self._chosen) else 0
        self._made.append((choice, len(options)))
        self.order.append(options[choice])
        self._go[options[choice]].release()
        self._back.acquire()

    def _run(self, place: int, act: Callable[[], object], outcomes: list[Any]) -> None:
        self._me.act = place
        try:
            outcomes[place] = act()
        except Exception as error:
            outcomes[place] = error
        self._running.discard(place)
        self._back.release()
