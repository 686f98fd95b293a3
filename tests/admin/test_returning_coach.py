"""A coach who leaves and comes back: links that were revoked stay closed, and new emails lead to the caseload."""

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change, resend_link, revoke_links
from chalicelib.core.model import Person
from chalicelib.links.kinds import COACH
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, delegates
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
CLEO = people.person("cleo coach")
NORA = Person("Nora Coach", "nora.coach@example.org")


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    return visitor


def hand_to(coach, clock, how):
    if how == "file":
        entry = replace(people.entry("dana delegate"), coach=coach)
        load_cohort(cohorts.find(people.COHORT), people.programme(), (entry,), {}, clock.now(), BY)
    else:
        before = delegates.find(people.dana()).coach
        address_change.change_address(people.COHORT, before.email, coach.email, clock.now(), BY, name=coach.name)
    drain(clock.advance(minutes=1))
    clock.advance(hours=25)
    drain(clock.now())


def opens(visitor, clock, url, coach=CLEO):
    visitor.let_in(coach.email, clock.now())
    return visitor.open(url).status


@pytest.mark.parametrize("how", ["file", "address"])
@pytest.mark.parametrize("revoked", [True, False])
def test_the_link_of_today_opens_and_a_revoked_one_stays_closed(opened, clock, how, revoked):
    first = COACH.url(people.COHORT, CLEO, 1)
    assert opens(opened, clock, first) == 200
    if revoked:
        revoke_links.revoke_links(people.COHORT, CLEO.email, clock.now(), BY)
        drain(clock.now())
    hand_to(NORA, clock, how)
    assert opens(opened, clock, first) != 200
    hand_to(CLEO, clock, how)

    dana = delegates.find(people.dana())
    version = cohorts.coach_link(cohorts.find(people.COHORT), CLEO)
    assert (dana.coach, dana.coach_link) == (CLEO, version)
    assert version == 1 + revoked
    assert (opens(opened, clock, first) == 200) is not revoked
    assert opens(opened, clock, COACH.url(people.COHORT, CLEO, version)) == 200


@pytest.mark.parametrize("how", ["file", "address"])
def test_a_link_that_is_revoked_while_they_are_away_stays_closed(opened, clock, how):
    """The other coach's links are revoked: each coach has a version of their own."""
    hand_to(NORA, clock, how)
    revoke_links.revoke_links(people.COHORT, NORA.email, clock.now(), BY)
    drain(clock.now())
    hand_to(CLEO, clock, how)
    assert opens(opened, clock, COACH.url(people.COHORT, CLEO, 1)) == 200
    hand_to(NORA, clock, how)

    assert delegates.find(people.dana()).coach_link == 2
    assert opens(opened, clock, COACH.url(people.COHORT, NORA, 1), NORA) != 200
    assert opens(opened, clock, COACH.url(people.COHORT, NORA, 2), NORA) == 200


@pytest.mark.parametrize("how", ["file", "address"])
def test_a_lost_link_that_is_sent_again_after_the_return_opens(opened, clock, how):
    revoke_links.revoke_links(people.COHORT, CLEO.email, clock.now(), BY)
    drain(clock.now())
    hand_to(NORA, clock, how)
    hand_to(CLEO, clock, how)
    resend_link.resend_link(people.COHORT, CLEO.email, clock.now(), BY)
    drain(clock.now())

    (link,) = [link for link in sent_emails(CLEO.email)[-1].links if "/coach/" in link]
    assert opens(opened, clock, link) == 200
