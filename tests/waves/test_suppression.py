"""An address that bounced gets no further email, about anyone, until it is replaced."""

from datetime import timedelta
from itertools import product

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change, close_or_extend
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.core.model import Person, Wave
from chalicelib.emails import delivery_events
from chalicelib.emails.kinds import LEASE, load_kinds
from chalicelib.emails.samples import SAM, sample
from chalicelib.emails.send import send
from chalicelib.store import cohorts, emails, invitations
from chalicelib.store.emails import EmailState
from chalicelib.store.table import scan, transact
from infra.local import outbox
from tests.journey.conftest import visitor
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

__all__ = ["visitor"]

LOST = people.person("p0").email
NEW = "new.address@example.org"


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0), names=("dana delegate", "dora delegate"))
    clock.advance(days=1)
    return visitor


def record_event(clock, event=outbox.bounce, **more):
    delivery_events.record_delivery_event(event(sent_emails(LOST)[0], clock.now(), **more), clock.now())
    drain(clock.now())


def waiting(address=LOST):
    return [row["id"] for row in scan() if row["sk"] == "MAIL" and "due_shard" in row and row["to"]["email"] == address]


@pytest.mark.parametrize("event", [outbox.bounce, outbox.complaint])
def test_what_waits_for_it_is_cancelled_about_every_delegate(opened, clock, event):
    others = len(waiting("p1@example.org"))
    assert len(waiting()) == others > 2

    record_event(clock, event)

    assert waiting() == []
    assert len(waiting("p1@example.org")) == others


def test_an_email_of_any_kind_that_waits_for_it_is_cancelled(opened, clock):
    delegates = [line.delegate_id for line in cohorts.list_lines(people.COHORT)]
    due_at, lost = clock.now() + timedelta(days=1), Person("P", LOST)
    for kind, about in product(load_kinds(), delegates):
        queued = replace(sample(kind, about, to=lost), due_at=due_at)
        other = replace(sample(kind, about, "other"), due_at=due_at)
        transact(emails.add_all([queued, other]))
    record_event(clock)

    assert waiting() == []
    assert len(waiting(SAM.email)) == len(delegates) * len(load_kinds())


def test_an_unconfirmed_email_is_not_sent_to_it_once_more(opened, clock):
    unconfirmed = sample("collect/extended", people.dana(), to=Person("P", LOST))
    transact(emails.add(unconfirmed))
    emails.claim(unconfirmed.id, "attempt", clock.now(), clock.now() + LEASE)
    record_event(clock)
    clock.advance(hours=2)
    send(unconfirmed.id, "once more", clock.now())

    assert emails.find(unconfirmed.id).state is EmailState.CANCELLED


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_bounce_that_may_pass_is_shown_and_stops_nothing(opened, clock, kind):
    before = waiting()

    record_event(clock, kind=kind)

    assert waiting() == before
    bounces = cohorts.list_bounces(people.COHORT)
    assert [bounce.is_lost for bounce in bounces] == [False, False], "one email asked about both delegates"
    lines = [line for line in load_dashboard(people.COHORT, clock.now()).lines if line.bounces]
    assert [delegate.status.words for delegate in lines] == ["1 email did not arrive"] * 2
    assert all(delegate.may_remind for delegate in lines), "a reminder reaches them too"


def test_no_later_email_is_sent_to_it(opened, clock):
    record_event(clock)
    close_or_extend.extend(
        people.COHORT, "dana.delegate@example.org", people.DATES.closes + timedelta(days=7), clock.now()
    )
    drain(clock.now())
    drain(clock.to(people.CLOSE + timedelta(days=10)))

    assert len(sent_emails(LOST)) == 1  # the first about both delegates, before the bounce was known
    assert len(sent_emails("p1@example.org")) > 1


def test_an_event_reported_twice_changes_nothing_more(opened, clock):
    record_event(clock)
    record_event(clock)

    assert len(cohorts.list_bounces(people.COHORT)) == 2  # one about each delegate


def test_another_address_gets_what_was_still_to_come(opened, clock):
    record_event(clock)
    address_change.change_address(people.COHORT, LOST, NEW, clock.now(), "ada@example.org")
    drain(clock.now())

    wanted = {
        email
        for line in cohorts.list_lines(people.COHORT)
        for invitation in invitations.of_delegate(line.delegate_id, Wave.BASELINE)
        for email in people.reminders_of(invitation)
        if invitation.rater.email == NEW
    }
    assert set(waiting(NEW)) == wanted
    assert len(wanted) > 2
