"""Size and time of a reply: no request about a rater takes more work, or more letters, for what the rater has done."""

from __future__ import annotations

import re

import pytest

from tests.people import scene
from tests.people.test_raters import AT, DID, P0, do
from tests.support import people
from tests.support.calls import count_calls
from tests.support.visitor import Visitor

_RANDOM = re.compile(r'value="[^"]{20,}"|nonce-\S+|/[a-z]+/[\w-]+\.[\w.-]{20,}')
NEW = {"address": P0, "new": "p0.new@example.org", "name": ""}


def measure(visitor: Visitor, url: str, typed: dict[str, str] | None = None) -> tuple[object, ...]:
    """Return the status, the length of the page and the calls to AWS, by name and in total."""
    with count_calls() as calls:
        if typed is None:
            visitor.open(url)
        else:
            visitor.post(url, typed)
    return visitor.status, len(_RANDOM.sub("", visitor.page)), dict(calls)


@pytest.mark.parametrize(
    ("part", "typed"),
    [
        ("link", {"address": P0}),
        ("link", {"address": P0.upper()}),
        ("void", {"address": P0, "delegate": ""}),
        ("void", {"address": P0, "delegate": "", "confirmed": "yes"}),
        ("revoke-links", {"address": P0}),
        ("revoke-links", {"address": P0, "confirmed": "yes"}),
        ("address", NEW),
    ],
)
def test_every_request_of_an_administrator_is_measured_alike(visitor, clock, aws, part, typed):
    """How long a reply takes is decided by its calls: the rest of it is the same code on the same rows."""
    measured = {}
    for what in DID:
        again = scene.start_again(visitor)
        do(visitor, again, what)
        visitor.let_in_administrator(again.now())
        page = f"{AT}/{part}"
        steps = [measure(visitor, page), measure(visitor, page, typed)]
        scene.settle(again)
        steps += [measure(visitor, url) for url in (page, AT, f"{AT}/delegate/{people.dana()}", f"{AT}/trail")]
        hub, chosen = people.link("dana delegate", "hub"), people.link("dana delegate", "nominate")
        measured[what] = [*steps, measure(visitor, hub), measure(visitor, chosen)]

    first, *others = measured.values()
    for other in others:
        assert other == first
    assert [step[0] for step in first] == [200] * len(first)
