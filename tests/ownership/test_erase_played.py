"""After a year of a cohort, an erased person is in nothing stored: neither name nor address nor words."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice.test import Client

import chalicelib.core.clock
from chalicelib.ownership import erase_person
from chalicelib.people import leave
from chalicelib.store import cohorts, objects
from chalicelib.store.table import scan
from tests.faults import plays, recording
from tests.support import people, world
from tests.support.canaries import texts
from tests.support.drain import drain

WORDS = {
    "new sponsor": ("Sam Sponsor", "sponsor@example.org"),
    "dana delegate": tuple(plays.VISION.values()),
    "mara manager": ("An hour a week",),
}
DELEGATES = ("dana delegate", "dora delegate")
FORMER = {"new sponsor": ("sponsor@example.org",)}  # an address of another cohort, where no one replaced it
OF_OTHERS = "reports/"  # frozen documents of delegates keep the names of the people around them
OTHERS = ("p0", "p1", "mara manager", "cleo coach", "mo facilitator", "new sponsor")


@pytest.fixture
def now(aws, tmp_path_factory):
    """Put back the world of the play as late as it is whole: before what was kept long enough is deleted."""
    from app import app

    logging.disable(logging.CRITICAL)
    with Client(app) as client:
        folder = recording.shared_folder(tmp_path_factory)
        acts = recording.index(folder, client.http)
        name = max((act.now, name) for name, act in acts.items() if act.now < plays.FORGET_AT)[1]
        (act,) = recording.find(name, folder, client.http, at_most=1)
    world.put_back(act.before)
    chalicelib.core.clock.use(lambda: act.now)
    yield act.now
    logging.disable(logging.NOTSET)
    chalicelib.core.clock.use(None)


@pytest.mark.parametrize("who", [*DELEGATES, *OTHERS])
def test_nothing_of_an_erased_person_is_left(now, tmp_path, who):
    person = people.person(who)
    named = {person.name, person.email} if " " in who else {person.email}  # other texts hold a name such as “P0”
    wanted = {*named, *WORDS.get(who, ())}
    assert holding(named, tmp_path), "the play has nothing of them"
    if who in DELEGATES:
        line = next(line for line in cohorts.list_lines(plays.COHORT) if line.email == person.email)
        if not line.withdrawn:
            leave.leave(line.delegate_id, now, "ada@example.org")
            drain(now)

    for email in (person.email, *FORMER.get(who, ())):
        erase_person.erase(email, now)
    drain(now)

    left = holding(wanted, tmp_path)
    assert {place for place in left if who in DELEGATES or not place[0].startswith(OF_OTHERS)} == set()


def holding(words: set[str], folder: Path) -> set[tuple[str, str]]:
    """Return (row or document, word) for everything stored that holds a word, also packed."""
    plain = {word: "".join(word.split()).casefold() for word in words}
    stored = [(f"{row['pk']} {row['sk']}", f"{row}") for row in scan()]
    stored += [(name, text) for name in objects.list_names("") for text in _texts(name, folder)]
    return {
        (place, word)
        for place, text in stored
        for word, sought in plain.items()
        if sought in "".join(text.split()).casefold()
    }


def _texts(name: str, folder: Path) -> Iterator[str]:
    data = objects.load(name)
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for part in archive.namelist():
                yield part + archive.read(part).decode("utf-8", "replace")
    file = folder / f"file{Path(name).suffix}"
    file.write_bytes(data)
    yield from texts(file)
