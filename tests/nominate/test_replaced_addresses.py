"""One person is asked once about a delegate, after any change of their address and of the list."""

from __future__ import annotations

import pytest

from chalicelib.admin import address_change
from chalicelib.core.model import ERASED_ADDRESS, InvitationState, RaterEntry, Wave
from chalicelib.links.kinds import NOMINATE
from chalicelib.ownership import erase_person
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, delegates, invitations
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
OLD, NEW = "p0@example.org", "new@elsewhere.example.org"
ADDED = RaterEntry("peer", people.person("p9"))


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    clock.advance(days=1)
    return visitor


def move(clock) -> None:
    address_change.change_address(people.COHORT, OLD, NEW, clock.now(), BY)
    drain(clock.advance(minutes=1))


def by_page(visitor, clock) -> None:
    url = NOMINATE.url(delegates.find(people.dana()))
    visitor.open(url).post(url, {"group": "peer", "list": "P9 <p9@example.org>"})
    visitor.open(f"{url}/check").post(f"{url}/send", {"fewer": "yes"})
    people.invited(clock)


def by_file(visitor, clock) -> None:
    entry = people.entry("dana delegate")
    load_cohort(
        cohorts.find(people.COHORT), people.programme(), (entry,), {entry.person.email: (ADDED,)}, clock.now(), by=BY
    )
    drain(clock.advance(minutes=1))


def asked() -> list[str]:
    return sorted(invitation.rater.email for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE))


@pytest.mark.parametrize("grow", [by_page, by_file])
def test_a_list_that_grows_asks_no_one_again_whose_address_was_replaced(opened, clock, grow):
    move(clock)
    before = asked()
    grow(opened, clock)

    assert asked() == sorted([*before, "p9@example.org"])
    assert before.count(NEW) == 1


def test_a_list_that_grows_asks_no_one_again_who_declined_and_whose_address_was_replaced(opened, clock):
    opened.open(people.link("p0", "decline"))
    opened.post(opened.url, {"reason": "not_comfortable"})
    move(clock)
    emails = len(sent_emails(NEW))
    by_page(opened, clock)

    asked_list = [
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == NEW
    ]
    assert [invitation.state for invitation in asked_list] == [InvitationState.DECLINED]
    assert len(sent_emails(NEW)) == emails


@pytest.mark.parametrize("typed", [{"list": f"P Zero <{OLD}>"}, {"name": "P Zero", "email": OLD}])
def test_an_address_that_was_replaced_cannot_be_put_on_the_list_again(opened, clock, typed):
    move(clock)
    url = NOMINATE.url(delegates.find(people.dana()))
    opened.open(url).post(url, {"group": "peer", **typed})

    assert opened.status == 400
    assert "address-replaced" in opened.messages
    assert "p0@example.org" in opened.page
    raters = delegates.find_nomination(people.dana(), Wave.BASELINE).raters
    assert OLD not in [rater.person.email for rater in raters]


def test_someone_who_was_erased_is_not_asked_when_the_list_grows(opened, clock):
    erase_person.erase(OLD, clock.now())
    before = asked()
    by_page(opened, clock)

    assert asked() == sorted([*before, "p9@example.org"])
    assert sent_emails(ERASED_ADDRESS) == []
