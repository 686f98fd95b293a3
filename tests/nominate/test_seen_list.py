"""A list is approved, sent back or sent only as its page showed it."""

from __future__ import annotations

import re

import pytest

from chalicelib.admin import address_change
from chalicelib.core.model import Person, RaterEntry, Wave
from chalicelib.nominate.seen_list import find_changes, write_seen
from chalicelib.store import delegates, invitations
from tests.support import people
from tests.support.drain import drain
from tests.support.visitor import Visitor

OWN_MAILBOX = "M1 <m1@mine.example.org>"


@pytest.fixture
def request_link(visitor, clock) -> str:
    """Return the coach's link to a list of one peer, P0."""
    people.send_list_to_coach(visitor, clock)
    return people.link("cleo coach", "approve")


@pytest.fixture
def other(visitor) -> Visitor:
    """Open a second browser, or a second tab."""
    return Visitor(visitor.client)


def send_again(delegate: Visitor, clock, *acts: dict[str, str]) -> None:
    """Let the delegate take the list back, change it and send it again."""
    choose = people.link("dana delegate", "nominate")
    for act in ({"back": "yes"}, *acts):
        delegate.open(choose).post(choose, act)
        assert delegate.status == 200
    delegate.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    assert "with-approver" in delegate.messages
    drain(clock.now())


def changes(visitor: Visitor) -> dict[str, str]:
    """Return what the page says is new or gone on the list, of one person each."""
    return dict(re.findall(r'<li data-change="(\w+)"><b>[^<]+</b>: ([^(<]+?)(?: \(|<)', visitor.page))


def asked() -> list[str]:
    return sorted(
        invitation.rater.email
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.group == "peer"
    )


@pytest.mark.parametrize("decision", ["approve", "change"])
def test_an_approver_decides_only_about_the_list_that_they_have_seen(visitor, other, clock, request_link, decision):
    visitor.open(request_link)
    send_again(other, clock, {"group": "peer", "list": OWN_MAILBOX}, {"remove": "p0@example.org"})
    visitor.post(request_link, {"decision": decision, "remark": "A remark on the old list."})

    assert (visitor.status, "changed" in visitor.messages, " checked" in visitor.page) == (409, True, False)
    assert changes(visitor) == {"new": "M1, m1@mine.example.org", "gone": "P0, p0@example.org"}
    assert visitor.areas() == ["A remark on the old list."]
    drain(clock.now())
    assert asked() == []

    visitor.post(request_link, {"decision": "approve"})
    assert "approved" in visitor.messages
    drain(clock.now())
    assert asked() == ["m1@mine.example.org"]


def test_the_same_list_that_was_taken_back_and_sent_again_is_approved(visitor, other, clock, request_link):
    visitor.open(request_link)
    send_again(other, clock)
    visitor.post(request_link, {"decision": "approve"})
    drain(clock.now())

    assert asked() == ["p0@example.org"]


def test_an_address_that_an_administrator_replaces_meanwhile_is_looked_at_again(visitor, clock, request_link):
    visitor.open(request_link)
    address_change.change_address(people.COHORT, "p0@example.org", "new@example.org", clock.now(), "ada@example.org")
    drain(clock.now())
    visitor.post(request_link, {"decision": "approve"})

    assert (visitor.status, "changed" in visitor.messages) == (409, True)
    drain(clock.now())
    assert asked() == []


UNKNOWN_GROUP = '[{"group":"no","person":{"name":"A","email":"a@example.org"}}]'


@pytest.mark.parametrize("seen", ["", "{", '[{"group":"peer"}]', UNKNOWN_GROUP])
def test_a_form_that_does_not_say_what_it_showed_is_shown_again(visitor, clock, request_link, seen):
    visitor.open(request_link).post(request_link, {"decision": "approve", "seen": seen})

    assert (visitor.status, changes(visitor)["new"]) == (409, "P0, p0@example.org")


def test_a_change_is_shown_also_where_the_form_has_another_fault(visitor, other, clock, request_link):
    visitor.open(request_link)
    send_again(other, clock, {"group": "peer", "list": OWN_MAILBOX})
    visitor.post(request_link)

    assert (visitor.status, "M1, m1@mine.example.org" in visitor.page) == (409, True)


def test_a_delegate_sends_only_the_list_that_they_have_checked(visitor, other, clock):
    people.opened(clock)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": "P0 <p0@example.org>"})
    visitor.open(f"{choose}/check")
    other.open(choose).post(choose, {"group": "peer", "list": "Wrong <wrong@example.org>"})
    visitor.post(f"{choose}/send", {"fewer": "yes"})

    assert (visitor.status, changes(visitor)) == (409, {"new": "Wrong, wrong@example.org"})
    assert delegates.find_nomination(people.dana(), Wave.BASELINE).sent_raters == 0

    visitor.post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())
    assert asked() == ["p0@example.org", "wrong@example.org"]


def test_a_changed_name_or_group_is_a_change_and_the_order_is_none():
    first, second = (RaterEntry("peer", Person(name, f"{name}@example.org")) for name in ("ann", "ben"))
    renamed = RaterEntry("peer", Person("Anna", "ann@example.org"))
    moved = RaterEntry("report", Person("ben", "ben@example.org"))

    assert not find_changes(write_seen([first, second]), [second, first])
    changes = find_changes(write_seen([first, second]), [renamed, moved])
    assert (changes.new, changes.gone) == ((renamed, moved), ())
    assert find_changes(write_seen([first, second]), [first]).gone == (second,)
