"""Another sponsor opens every document that was made for the cohort; the former one opens none."""

from __future__ import annotations

import pytest

from chalicelib.links.kinds import SPONSOR
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.sponsor.final.facts import final_bytes
from chalicelib.store import cohorts, summaries
from chalicelib.store.summaries import Summary
from tests.people import scene
from tests.people.scene import BY, NORA
from tests.sponsor import final_example
from tests.support import people
from tests.support.drain import drain
from tests.support.visitor import Visitor

SAM = people.SPONSOR.email
NAMES = (summaries.START, *map(summaries.name_of, (1, 2, 3)))


@pytest.fixture
def made(visitor, clock):
    """Three editions and the cohort at the start are made, and the sponsor has opened them."""
    people.load(clock.now())
    for edition, name in enumerate(NAMES):
        documents = {"facts": final_bytes(final_example.final()), "html": f"<p>{name}</p>".encode()}
        files = summaries.save_documents(people.COHORT, name, documents)
        stored = Summary(people.COHORT, name, "c", files["facts"], files["html"], clock.now(), max(edition, 1))
        people.write(summaries.add(stored))
    scene.settle(clock)
    return visitor


def link() -> str:
    return SPONSOR.url(cohorts.find(people.COHORT))


def list_opened(visitor: Visitor, url: str, nonce: str) -> list[str]:
    """Return the names of the documents to which the page's form gives a link."""
    opened = []
    for name in NAMES:
        visitor.post(url, {"summary": name, "kind": "html"}, nonce=nonce)
        if f"/sponsor/{people.COHORT}/{name}/" in visitor.headers.get("Location", ""):
            opened.append(name)
    return opened


def change_sponsor(clock) -> None:
    act, asking = find_cohort_act("sponsor"), Asking(BY, clock.now(), "asked by phone")
    perform(act.plan(find_cohort(people.COHORT), {"name": "Nora New", "email": NORA}, asking), clock.now())
    drain(clock.now())
    drain(clock.advance(days=2))  # what holds a new person's codes has ended


def test_a_new_sponsor_opens_each_edition_and_the_former_one_none(made, clock):
    """The former one is still signed in, has the page open, and knows the new link too."""
    former, present, old = made, Visitor(made.client), link()
    nonce = former.let_in(SAM, clock.now()).open(old).nonce
    assert list_opened(former, old, nonce) == [*NAMES]
    change_sponsor(clock)
    page = present.let_in(NORA, clock.now()).open(link()).page
    former.let_in(SAM, clock.now())

    assert list_opened(present, link(), present.nonce) == [*NAMES]
    assert all(f'value="{name}"' in page for name in NAMES)
    assert [list_opened(former, url, nonce) for url in (old, link())] == [[], []]
    assert former.open(old).status == 410
