"""Who saved answers reads them at their own link, until the close: the first column of “Who can see what”."""

from __future__ import annotations

import pytest

from chalicelib.links.kinds import HUB
from chalicelib.store import delegates
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain

__all__ = ["visitor"]

CANARY = "Canary of a comment."
WRITERS = ("p0", "mara manager", "dana delegate")
STEPS = ("", "/page/comments", "/review", "/thanks")


@pytest.fixture(params=WRITERS)
def written(request, visitor, clock):
    """Have one person answer and send. Return who it was."""
    people.opened(clock, chosen=people.raters(4, 0))
    url = people.link(request.param, "answer")
    people.send(people.answer_all(visitor, url, comment=CANARY), url)
    return request.param


def pages_of(who: str) -> list[str]:
    answering, lists = people.link(who, "answer"), "hub" if who == "dana delegate" else "inbox"
    return [*(f"{answering}{step}" for step in STEPS), people.link(who, lists)]


def texts(visitor, urls: list[str]) -> str:
    return "".join(visitor.open(url).page for url in urls)


def test_the_own_link_shows_saved_answers_until_the_close_and_no_other_link_does(written, visitor, clock):
    others = [url for who in (*WRITERS, "p1") if who != written for url in pages_of(who)]
    coach, administrator = f"{people.coach_url()}/{people.dana()}", f"{BASE_URL}/admin/cohort/{people.COHORT}"
    assert CANARY in texts(visitor, pages_of(written))
    assert CANARY not in texts(visitor, [*others, HUB.url(delegates.find(people.dana()))])
    visitor.let_in(people.person("cleo coach").email, clock.now())
    assert CANARY not in texts(visitor, [coach])
    visitor.let_in_administrator(clock.now())
    assert CANARY not in texts(visitor, [administrator, f"{administrator}/delegate/{people.dana()}"])
    visitor.cookies.clear()

    clock.to(people.CLOSE)
    assert CANARY not in texts(visitor, pages_of(written)), "before the job that closes it has run"
    drain(clock.now())
    drain(clock.advance(minutes=10))
    assert CANARY not in texts(visitor, [*pages_of(written), *others])
    assert "closed-after-answers" in visitor.open(people.link(written, "answer")).messages
