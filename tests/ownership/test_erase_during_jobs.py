"""A person is erased while any job runs: after the second look nothing of them is left, and no email goes to them.

Each kind of job that the code knows runs as it ran in the play, and the erasure comes just before one of its writes.
"""

from __future__ import annotations

import logging
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

import pytest
from chalice.test import Client

import chalicelib.core.clock
from chalicelib.cli.person import MAX_RUN_SECONDS
from chalicelib.jobs.kinds import JobKind
from chalicelib.ownership import erase_person
from chalicelib.ownership.erase_person import Begun, EraseRefused, PersonUnknown
from chalicelib.store import objects
from infra.local.record import running
from tests.faults import recording
from tests.support import people, world
from tests.support.calls import watched_by
from tests.support.conflicts import WRITES
from tests.support.drain import drain, run_row
from tests.support.effort import FACTOR
from tests.support.emails import sent_emails
from tests.support.quick_scan import QuickScan
from tests.support.recorder import Act

WHO = (
    *("mara manager", "cleo coach", "p0", "p2", "p3", "p4", "p5", "e0", "mo facilitator", "sponsor", "new sponsor"),
    *("dev delegate", "dana delegate", "dora delegate", "nora new", "nick new"),
)
OF_OTHERS = "reports/"  # frozen documents of delegates keep the names of the people around them
COMMAND = ""  # no function: an operator's shell has the rights of a person
AFTERWARDS = timedelta(hours=3)  # follow-on jobs and repeats
MAX_WALKED = 3  # orders of a kind in `make prove` without SHARE
TRIES = 5  # orders for each that is walked: some are refused
SAMPLE = [kind for kind in JobKind if zlib.crc32(kind.id.encode()) % 8 == 0]
REFUSED = (JobKind.DROP_COPY,)  # it names a delegate who takes part, and no one else


@pytest.fixture
def http(aws):
    from app import app

    logging.disable(logging.CRITICAL)
    with Client(app) as client, watched_by(QuickScan()):
        yield client.http
    logging.disable(logging.NOTSET)
    chalicelib.core.clock.use(None)


class Before:
    """Do something just before a write of what runs. `writes` counts them."""

    def __init__(self, number: int, act: Any) -> None:
        self.writes, self._number, self._act, self._is_acting = 0, number, act, False

    def before(self, service: str, operation: str, context: dict[str, Any]) -> None:
        if operation not in WRITES or self._is_acting:
            return
        self.writes += 1
        if self.writes == self._number:
            self._is_acting = True
            self._act()
            self._is_acting = False

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass


@pytest.mark.parametrize("kind", SAMPLE, ids=lambda kind: kind.id)
def test_an_erasure_during_a_job_leaves_nothing(http, tmp_path_factory, kind):
    check(kind, http, tmp_path_factory, at_most=1)


@pytest.mark.prove
@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.id)
def test_an_erasure_before_each_write_of_each_kind_of_job_leaves_nothing(http, tmp_path_factory, kind):
    check(kind, http, tmp_path_factory, at_most=MAX_WALKED)


def check(kind: JobKind, http, tmp_path_factory, at_most: int) -> None:
    """Walk that many orders in which the person can be erased: a refusal changes nothing, and shows nothing."""
    acts = recording.find(f"job {kind.id}", recording.shared_folder(tmp_path_factory), http, at_most=1)
    assert acts, f"let tests/faults/plays.py do an action that adds a job `{kind.id}`"
    (act,) = acts
    orders = [(who, write) for who in near(act) for write in range(1, writes_of(act) + 1)]
    Random(kind.id).shuffle(orders)
    most = max(1, round(at_most * FACTOR))
    walks = ((who, write, left_of(act, who, write)) for who, write in orders[: most * TRIES])
    walked = list(islice((walk for walk in walks if walk[2] is not None), most))
    wrong = [f"{who} before write {write}: {place}" for who, write, left in walked for place in left or ()]
    assert not wrong, "\n".join(wrong[:20])
    assert walked or kind in REFUSED, "no one could be erased"


def near(act: Act) -> list[str]:
    """Return who is named in a row that the job reads or writes: they can come into what it writes."""
    partitions = {pk for pk, sk in act.touched if sk == "*"}
    world.put_back(act.before)
    rows = [row for row in world.all_rows() if (row["pk"], row["sk"]) in act.touched or row["pk"] in partitions]
    text = str(rows)
    return [who for who in WHO if people.person(who).email in text]


def writes_of(act: Act) -> int:
    return sum(call in WRITES for call in act.calls)


def left_of(act: Act, who: str, write: int) -> list[str] | None:
    """Run the job, erase the person before one of its writes, look again when it has ended, and go on.

    Return where they are left; None if the erasure was refused.
    """
    world.put_back(act.before)
    now, person = act.now, people.person(who)
    chalicelib.core.clock.use(lambda: now)
    begun: list[Begun] = []

    def erase() -> None:
        with running(COMMAND), suppress(EraseRefused, PersonUnknown):  # refused: nothing has changed
            begun.append(erase_person.begin(person.email, now))

    with watched_by(Before(write, erase)):
        run_row({"pk": f"JOB#{act.what[0]}", "kind": act.name}, now)
    if not begun:
        return None
    erase_person.look_again(begun[0], now)
    sent = len(sent_emails())
    for later in (now + timedelta(seconds=MAX_RUN_SECONDS), now + AFTERWARDS):
        drain(later)
    emails = [message for message in sent_emails()[sent:] if person.email in message.addresses]
    return [*(f"an email to {person.email}" for _ in emails), *places_of(who)]


def places_of(who: str) -> Iterator[str]:
    """Yield rows and documents that name a person. Names such as “P0” are in other texts too."""
    person = people.person(who)
    names = [person.email, *([person.name] if " " in who else [])]
    naming = re.compile("|".join(rf"(?<![\w.-]){re.escape(name)}(?![\w-])" for name in names))
    yield from (f"{row['pk']} {row['sk']}" for row in world.all_rows() if naming.search(str(row)))
    for name in objects.list_names(""):
        if not name.startswith(OF_OTHERS) and naming.search(objects.load(name).decode("utf-8", "replace")):
            yield name


def test_an_email_that_a_job_writes_after_the_first_look_is_seen(http, tmp_path_factory, monkeypatch):
    """That a meeting was not arranged is said with the coach's name, to the administrator."""
    monkeypatch.setattr(erase_person, "look_again", lambda begun, now: 0)
    (act,) = recording.find("job meeting", recording.shared_folder(tmp_path_factory), http, at_most=1)

    assert any(left_of(act, "cleo coach", write) for write in range(1, writes_of(act) + 1))
