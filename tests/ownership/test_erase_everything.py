"""After an erasure no row and no document holds the person's name or any address that they ever had."""

from __future__ import annotations

import pytest

from chalicelib.admin import address_change, resend_link
from chalicelib.ownership import erase_person
from chalicelib.people import leave
from chalicelib.store import jobs, objects
from chalicelib.store.marshal import Row
from chalicelib.store.table import scan
from tests.people import scene
from tests.support import people
from tests.support.drain import drain

SECOND, THIRD = "second@example.org", "third@example.org"


def held(words: set[str]) -> set[tuple[str, str]]:
    """Return (row or document, word) for everything stored that holds a word."""
    in_rows = {(row["pk"] + " " + row["sk"], word) for row in scan() for word in words if _has(row, word)}
    documents = {name: objects.load(name).decode("utf-8", "replace") for name in objects.list_names("")}
    return in_rows | {(name, word) for name, text in documents.items() for word in words if word in text}


def _has(row: Row, word: str) -> bool:
    return word in str(row)


def settle(clock) -> None:
    drain(clock.now())
    drain(clock.advance(days=2))


@pytest.mark.parametrize("who", ["dana delegate", "cleo coach", "mara manager", "mo facilitator", "p0"])
def test_no_row_or_document_holds_a_name_or_an_address_of_any_time(visitor, clock, who):
    scene.open_cohort(clock, chosen=people.raters(4, 4))
    first = people.person(who)
    address_change.change_address(people.COHORT, first.email, SECOND, clock.now(), scene.BY, name="Newly Named")
    settle(clock)
    resend_link.resend_link(people.COHORT, SECOND, clock.now(), scene.BY)
    settle(clock)
    address_change.change_address(people.COHORT, SECOND, THIRD, clock.now(), scene.BY, why="married")
    settle(clock)
    if who == "dana delegate":
        leave.leave(people.dana(), clock.now(), scene.BY)
        settle(clock)
    drain(clock.to(people.CLOSE))

    erase_person.erase(THIRD, clock.advance(days=1))

    assert held({first.name, first.email, "Newly Named", SECOND, THIRD}) == set()
    drain(clock.advance(days=3))
    assert jobs.failed() == []
