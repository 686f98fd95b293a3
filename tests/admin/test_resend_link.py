"""Send the same link once more, to the person it belongs to."""

import pytest

from chalicelib.admin import resend_link
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.store import audit_events
from chalicelib.store.audit_events import AuditEvent
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"


@pytest.mark.parametrize(
    ("name", "part"),
    [
        pytest.param("dana delegate", "hub", id="delegate"),
        pytest.param("cleo coach", "coach", id="coach"),
        pytest.param("p0", "inbox", id="rater"),
        pytest.param("mara manager", "inbox", id="manager"),
    ],
)
def test_a_person_gets_their_own_link_again_and_once_a_day(visitor, clock, name, part):
    people.opened(clock, chosen=people.raters(4, 0))
    clock.advance(days=1)
    before = len(sent_emails(people.person(name).email))

    assert resend_link.resend_link(people.COHORT, people.person(name).email.upper(), clock.now(), BY)
    assert not resend_link.resend_link(people.COHORT, people.person(name).email, clock.now(), BY)
    drain(clock.now())
    emails = sent_emails(people.person(name).email)[before:]

    assert ["here is your link" in str(email.message["Subject"]) for email in emails] == [True]
    assert visitor.open(people.link(name, part)).status == 200


def test_the_sponsor_gets_theirs(visitor, clock):
    people.opened(clock)
    resend_link.resend_link(people.COHORT, people.SPONSOR.email, clock.now(), BY)
    drain(clock.now())

    assert any("/sponsor/" in url for email in sent_emails(people.SPONSOR.email) for url in email.links)


@pytest.mark.parametrize("name", ["dana delegate", "cleo coach", "p0"])
def test_the_trail_says_whose_link_was_sent_again(visitor, clock, name):
    people.opened(clock, chosen=people.raters(4, 0))
    whose = people.person(name)
    resend_link.resend_link(people.COHORT, whose.email, clock.now(), BY)

    said = [audit_events.say_line(row) for row in audit_events.of_cohort(people.COHORT)]
    assert said.count(AuditEvent.SENT_LINK.say(who=whose.name)) == 1


def test_a_stranger_is_named_and_no_one_is_emailed(visitor, clock):
    people.opened(clock)

    with pytest.raises(AddressNotFound, match="who@example"):
        resend_link.resend_link(people.COHORT, "who@example.org", clock.now(), BY)
