"""Who was removed and is on the list again: one mailbox has one live invitation, and no one shows who declined."""

from datetime import date, datetime

import pytest

from chalicelib.admin import schedule_followup
from chalicelib.core.model import InvitationState, Wave
from chalicelib.store import cohorts, invitations, jobs
from tests.people import scene
from tests.support import people
from tests.support.drain import drain

OPENS, CLOSES = date(2027, 5, 31), date(2027, 6, 18)


def send_list(visitor, clock, typed: str) -> None:
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": typed})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    assert visitor.status == 200
    people.invited(clock)
    assert jobs.failed() == []


@pytest.mark.parametrize(("removed", "corrected"), [("p0", "p1"), ("p1", "p0"), ("p2", "p3"), ("p3", "p2")])
def test_an_address_that_now_belongs_to_another_rater_is_not_asked_twice(visitor, clock, removed, corrected):
    scene.open_cohort(clock)
    address = people.person(removed).email
    scene.change(clock, "rater-remove", rater=address)
    scene.change(clock, "rater-correct", rater=people.person(corrected).email, name="", email=address)
    send_list(visitor, clock, "New <new.one@example.org>")

    live = [
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == address and invitation.state is not InvitationState.REVOKED
    ]
    assert len(live) == 1


def followed_up(visitor, clock, *, declines: bool) -> int:
    """Return how many peers are counted in a follow-up after P5 was removed and put back."""
    people.opened(clock, chosen=people.raters(6, 0))
    if declines:
        link = people.link("p5", "decline")
        visitor.open(link).post(link, {"reason": "no_time"})
    for name in ("p0", "p1", "p2", "p3", "p4", "dana delegate"):
        answer = people.link(name, "answer")
        people.send(people.answer_all(visitor, answer), answer)
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=10))
    schedule_followup.plan(people.COHORT, OPENS, CLOSES, clock.to(datetime.fromisoformat("2027-05-17T09:00:00Z")))
    drain(clock.now())
    drain(clock.to(datetime.fromisoformat("2027-05-31T08:00:00Z")))
    drain(clock.advance(hours=2))
    address = people.person("p5").email
    scene.change(clock, "rater-remove", rater=address)
    send_list(visitor, clock, f"P5 <{address}>")
    return cohorts.list_lines(people.COHORT)[0].groups["peer"].invited


@pytest.mark.parametrize("declines", [True, False])
def test_who_declined_before_and_is_put_back_counts_as_everyone_else(visitor, clock, declines):
    assert followed_up(visitor, clock, declines=declines) == 6
