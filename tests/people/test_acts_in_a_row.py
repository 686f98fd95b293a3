"""Several acts of an administrator about one rater: no reply, command or trail depends on what the rater has done."""

from __future__ import annotations

import re

import pytest

from chalicelib.cli import parser
from chalicelib.core.model import InvitationState
from tests.people import scene
from tests.people.test_raters import AT, DID, P0
from tests.support import people
from tests.support.drain import drain

_RANDOM = re.compile(r'value="[^"]{20,}"|nonce-\S+|once" value="\S+"')
SEEN = {"confirmed": "yes"}
LINK, REVOKE = ("link", {"address": P0}), ("revoke-links", {"address": P0} | SEEN)
VOID = ("void", {"address": P0, "delegate": ""} | SEEN)
REVOKE_AS_JSON = ["cohort", "revoke-links", people.COHORT, P0, "--dry-run", "--json"]


def do_alone(visitor, clock, what: str) -> None:
    """Play what one rater does on the day before; no one else answers, so that no count changes."""
    if what == "declined":
        decline = people.link("p0", "decline")
        visitor.open(decline).post(decline, {"reason": "no_time"})
    elif what != "nothing":
        url = people.link("p0", "answer")
        people.answer_all(visitor, url)
        if what == "sent":
            people.send(visitor, url)
    drain(clock.now())
    drain(clock.advance(days=1))


@pytest.mark.parametrize(
    "acts",
    [(LINK, VOID, LINK), (VOID, LINK, REVOKE, LINK), (REVOKE, LINK, VOID, LINK, REVOKE, LINK), (VOID, VOID, LINK)],
    ids=lambda acts: ", ".join(act for act, _ in acts),
)
def test_no_reply_in_a_row_of_acts_depends_on_what_the_rater_did(visitor, clock, aws, capsys, acts):
    """A link that was sent again today is not sent once more: who declined must not have another number of links."""
    seen = {}
    for what in DID:
        again = scene.start_again(visitor)
        do_alone(visitor, again, what)
        visitor.let_in_administrator(again.now())
        capsys.readouterr()
        replies = []
        for part, typed in acts:
            visitor.open(f"{AT}/{part}").post(f"{AT}/{part}", typed)
            replies.append((visitor.status, visitor.url, _RANDOM.sub("", visitor.page)))
            scene.settle(again)
            parser.main(REVOKE_AS_JSON)
            replies.append(capsys.readouterr().out)
        replies += [
            _RANDOM.sub("", visitor.open(url).page) for url in (AT, f"{AT}/trail", f"{AT}/person/{people.dana()}")
        ]
        seen[what] = replies

    first, *others = seen.values()
    for other in others:
        assert other == first


def test_a_void_ends_the_links_of_who_declined_and_destroys_what_they_had_saved(visitor, clock, aws):
    """The wrong person may have declined, and could change their mind with the link that they have."""
    scene.open_cohort(clock, chosen=people.raters(9, 4))
    clock.advance(hours=2)
    url, decline = people.link("p0", "answer"), people.link("p0", "decline")
    people.answer_all(visitor, url)
    visitor.open(decline).post(decline, {"reason": "no_time"})
    visitor.let_in_administrator(clock.now())
    visitor.open(f"{AT}/void").post(f"{AT}/void", VOID[1])
    scene.settle(clock)

    row = scene.invitation("p0")
    assert (row.state, row.draft) == (InvitationState.DECLINED, {})
    assert (visitor.open(url).status, visitor.open(decline).status) == (410, 410)
