"""Two acts at once that share a row: whichever call of one the other comes between, it is as if one had come first.

One act runs to one of its calls, the other runs as a whole, and the first goes on: every such order of a pair, both
ways round. More changes of turn are tried for what must never fail, in test_orders.py.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from chalice import Chalice
from chalice.test import Client

import chalicelib.core.clock
from tests.faults import declared, recording
from tests.faults.differential import End, differences, pair
from tests.support import world
from tests.support.cloud import STAGE
from tests.support.effort import share
from tests.support.interleave import play
from tests.support.recorder import Act

WALKED = [name for name in recording.wanted() if name.startswith(("job ", "page "))]  # an email claims its own row
SOME = [name for name in WALKED if zlib.crc32(name.encode()) % 5 == 0]
TOGETHER = timedelta(hours=1)  # a job that is due so much later may run together with an act


class OfEachThread:
    """Chalice keeps the request on the app: on Lambda a process serves one at a time, and here two threads do."""

    def __init__(self) -> None:
        self._local = threading.local()

    def __get__(self, app: Any, kind: Any) -> Any:
        return getattr(self._local, "request", None)

    def __set__(self, app: Any, request: Any) -> None:
        self._local.request = request


def get_without_lock(cached: cached_property, thing: Any, owner: Any = None) -> Any:
    """As Python 3.12 does. The lock of 3.11 is held during an AWS call, and there the other act has its turn."""
    if thing is None:
        return cached
    if cached.attrname not in thing.__dict__:
        thing.__dict__[cached.attrname] = cached.func(thing)
    return thing.__dict__[cached.attrname]


@pytest.fixture
def http(aws, monkeypatch):
    from app import app

    monkeypatch.setattr(cached_property, "__get__", get_without_lock)
    monkeypatch.setattr(Chalice, "current_request", OfEachThread(), raising=False)
    logging.disable(logging.CRITICAL)
    with Client(app, stage_name=STAGE) as client:  # it sets a stage's variables, and two threads would undo each other
        yield client.http
    logging.disable(logging.NOTSET)
    chalicelib.core.clock.use(None)


@pytest.mark.parametrize("name", SOME)
def test_two_acts_at_once_are_as_one_after_the_other(http, tmp_path_factory, name):
    """With one partner of each, at one call each way."""
    first, partners = with_partners(name, http, tmp_path_factory)
    chosen = partners[zlib.crc32(name.encode()) % len(partners) :][:1] if partners else []
    check(first, chosen, http, every=False)


@pytest.mark.prove
@pytest.mark.parametrize("name", WALKED)
def test_every_two_acts_at_once_are_as_one_after_the_other(http, tmp_path_factory, name):
    first, partners = with_partners(name, http, tmp_path_factory)
    check(first, share(partners, MAX_PARTNERS, name), http, every=True)


def with_partners(name: str, http, tmp_path_factory) -> tuple[Act, list[Act]]:
    """Return an act, and the others that can happen in its world and share a row with it, one of them writing it."""
    folder = recording.shared_folder(tmp_path_factory)
    first, index = recording.find(name, folder, http, at_most=1)[0], recording.index(folder, http)
    others = (index[other] for other in WALKED if other >= name)
    return first, [other for other in others if shares_a_row(first, other) and can_happen(other, first)]


def shares_a_row(act: Act, another: Act) -> bool:
    """Return whether two acts share a row. A query reads its whole partition."""
    return _meets(act.written, another.touched) or _meets(another.written, act.touched)


def _meets(written: frozenset[tuple[str, str]], touched: frozenset[tuple[str, str]]) -> bool:
    partitions = {pk for pk, sk in touched if sk == "*"}
    return any(key in touched or key[0] in partitions for key in written)


def can_happen(other: Act, first: Act) -> bool:
    """Return whether an act can happen. A page can be posted at any time; a job must be there, and due about then."""
    if other.kind == "page":
        return True
    row = world.find((f"JOB#{other.what[0]}", "JOB"), first.before)
    latest = (first.now + TOGETHER).strftime("%Y-%m-%dT%H:%M:%SZ")
    return row is not None and row["state"] == "waiting" and row["due_at"] <= latest


def check(first: Act, partners: list[Act], http, *, every: bool) -> None:
    wrong = [
        f"{first.key} and {other.key}, {violation}"
        for other in partners
        for violation in violations(first, other, http, every=every)
        if not declared.of_pair(first.key, other.key, violation)
    ]
    assert not wrong, f"{len(wrong)} violations:\n" + "\n".join(wrong[:40])


def violations(first: Act, other: Act, http, *, every: bool) -> Iterator[str]:
    in_turn = [
        pair(first, other, http, lambda acts: [acts[0](), acts[1]()]),
        pair(first, other, http, lambda acts: [acts[1](), acts[0]()][::-1]),
    ]
    alone = [
        pair(first, other, http, lambda acts: [acts[0](), ""]),
        pair(first, other, http, lambda acts: ["", acts[1]()]),
    ]
    for place in (0, 1):
        for step in _steps((first, other)[place]) if every else [1]:
            end, made = _interleaved(first, other, http, place, step)
            yield from (
                f"turn of {place} taken at call {step}: {difference}"
                for difference in _wrong(first, end, in_turn, alone)
            )
            if made <= step:
                break  # it had ended before the other began


MAX_PARTNERS = 4  # of an act, and
MAX_STEPS = 6  # calls at which the other has its turn, in `make prove` without SHARE


def _steps(act: Act) -> list[int]:
    return share(range(len(act.calls)), MAX_STEPS, act.key)


def _interleaved(first: Act, other: Act, http, place: int, step: int) -> tuple[End, int]:
    made = 0

    def turns(acts):
        nonlocal made
        outcomes, made = play(acts, place, step)
        return [str(outcome) if isinstance(outcome, str) else repr(outcome) for outcome in outcomes]

    return pair(first, other, http, turns), made


def _wrong(act: Act, end: End, in_turn: list[End], alone: list[End]) -> list[str]:
    """Return what differs from every end that is right; empty if there is one.

    An act that is asked to look again has changed nothing: then the other's end alone is right.
    """
    by_order = [list(differences(act, right, end)) for right in in_turn]
    for place, status in enumerate(end.page.split("\n")):
        if status.startswith("4"):
            right = alone[1 - place]
            by_order.append(
                [difference for difference in differences(act, right, end) if not difference.startswith("the page is")]
            )
    return min(by_order, key=len)[:3]


def test_a_code_that_is_not_spent_on_a_condition_is_found(http, tmp_path_factory, monkeypatch):
    """Typed twice at once it lets two browsers in."""
    from chalicelib.store import codes
    from chalicelib.store.table import update

    def use(who, challenge):
        return update(codes.code_key(who, challenge), put={"ends_at": codes.SPENT}, refusal=codes.CodeSpent)

    monkeypatch.setattr(codes, "use", use)
    folder = recording.shared_folder(tmp_path_factory)
    (typed,) = recording.find("page /code/{key}", folder, http, at_most=1)

    assert any("rows SESSION#" in difference for difference in violations(typed, typed, http, every=True))
