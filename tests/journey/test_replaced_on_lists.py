"""Lists, planned waves and emails to approvers follow a person whose address, coach or line manager changes."""

from datetime import datetime

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change as replacing
from chalicelib.core.model import Approver, Wave
from chalicelib.emails import delivery_events
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import cohorts, delegates
from infra.local import outbox
from tests.journey.test_choosing import PEERS, emails
from tests.journey.test_followup import asked, baseline_closed, planned
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
NEW = "new.address@example.org"
OPENS = datetime.fromisoformat("2027-05-31T08:01:00Z")
WAITS = "is waiting for you"


def move(clock, old, new=NEW):
    replacing.change_address(people.COHORT, old, new, clock.now(), BY)
    drain(clock.now())


def days_pass(clock, days=8):
    for _ in range(days):
        drain(clock.advance(days=1))


def file_says(clock, **changes):
    """Load a file that names other people for the delegate."""
    entry = replace(people.entry("dana delegate"), **changes)
    cohort = cohorts.find(people.COHORT)
    rules = replace(people.programme(), id=cohort.programme_id, raters_approved_by=approves(cohort))
    load_cohort(cohort, rules, (entry,), {}, clock.advance(minutes=1), BY)
    drain(clock.now())


def approves(cohort):
    return Approver(cohort.programme_id.removeprefix("approving-")) if "approving" in cohort.programme_id else None


# --- the approver of a list ---------------------------------------------------------------------------


@pytest.fixture(params=list(Approver))
def approver(request, visitor, clock):
    """Their address, once the delegate's list lies with them."""
    rules = replace(people.programme(), id=f"approving-{request.param.value}", raters_approved_by=request.param)
    people.opened(clock, rules=rules)
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"group": "peer", "list": PEERS})
    visitor.open(f"{choose}/check")
    visitor.post(f"{choose}/send", {"fewer": "yes"})
    drain(clock.now())
    email = people.person({"coach": "cleo coach", "manager": "mara manager"}[request.param.value]).email
    assert to_approve(email)
    return email


def to_approve(address):
    return [message for message in sent_emails(address) if any("/approve/" in url for url in message.links)]


def approve_link(address):
    return next(url for url in to_approve(address)[-1].links if "/approve/" in url)


def test_an_approvers_emails_follow_their_address(visitor, clock, approver):
    before, sent = approve_link(approver), len(to_approve(approver))
    move(clock, approver)

    assert to_approve(NEW) == []
    drain(clock.advance(days=1, minutes=1))
    assert len(to_approve(NEW)) == 1  # asked as soon as the new address is let in, not only reminded days later
    days_pass(clock)
    assert len(to_approve(approver)) == sent
    assert len(emails(WAITS, NEW)) == 1
    assert visitor.open(before).status == 410
    assert visitor.open(approve_link(NEW)).status == 200
    visitor.post(approve_link(NEW), {"decision": "approve"})
    drain(clock.now())
    drain(clock.advance(days=3))  # the next working morning
    assert sent_emails("p0@example.org")


def test_an_approver_whose_address_bounced_is_emailed_no_more(clock, approver):
    delivery_events.record_delivery_event(outbox.bounce(to_approve(approver)[0], clock.now()), clock.now())
    drain(clock.now())
    sent = len(to_approve(approver))
    days_pass(clock)

    assert emails(WAITS, approver) == []
    assert len(to_approve(approver)) == sent


def test_an_approver_whose_address_bounced_is_asked_and_reminded_under_the_new_one(clock, approver):
    delivery_events.record_delivery_event(outbox.bounce(to_approve(approver)[0], clock.now()), clock.now())
    drain(clock.now())
    move(clock, approver)
    days_pass(clock)

    assert len(to_approve(NEW)) == 2
    assert len(emails(WAITS, NEW)) == 1


def test_a_list_that_is_sent_to_an_address_that_takes_no_email_waits_for_another(visitor, clock, approver):
    delivery_events.record_delivery_event(outbox.bounce(to_approve(approver)[0], clock.now()), clock.now())
    drain(clock.now())
    choose = people.link("dana delegate", "nominate")
    visitor.open(choose).post(choose, {"back": "yes"})
    visitor.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    sent = len(to_approve(approver))
    days_pass(clock, 4)
    assert len(to_approve(approver)) == sent

    move(clock, approver)
    assert len(to_approve(NEW)) == 1


def test_a_delegates_new_address_leaves_the_approver_a_link_that_works(visitor, clock, approver):
    before = approve_link(approver)
    move(clock, people.person("dana delegate").email)

    assert visitor.open(before).status == 410
    assert approve_link(approver) != before
    assert visitor.open(approve_link(approver)).status == 200
    days_pass(clock, 4)
    assert visitor.open(approve_link(approver)).status == 200  # the reminder's


def test_another_approver_in_a_file_is_asked_and_the_one_before_no_more(visitor, clock, approver):
    before, sent = approve_link(approver), len(to_approve(approver))
    other = people.person("nora next")
    file_says(clock, **{approver.partition(".")[2].partition("@")[0]: other})

    assert len(to_approve(other.email)) == 1
    days_pass(clock)
    assert len(to_approve(approver)) == sent
    assert len(emails(WAITS, other.email)) == 1
    assert visitor.open(before).status == 410
    assert visitor.open(approve_link(other.email)).status == 200


# --- a follow-up that is planned ----------------------------------------------------------------------


def test_a_planned_follow_up_asks_a_rater_under_the_new_address(aws, clock):
    planned(clock)
    old = people.person("p0").email
    move(clock, old)
    drain(clock.to(OPENS))
    drain(clock.advance(hours=1))

    assert old not in asked(Wave.FOLLOWUP)
    assert NEW in asked(Wave.FOLLOWUP)
    assert old not in {rater.person.email for rater in delegates.find_nomination(people.dana(), Wave.FOLLOWUP).raters}
    assert len(sent_emails(NEW)) == 1


def test_a_planned_follow_up_asks_a_manager_under_the_new_address(aws, clock):
    planned(clock)
    old = people.person("mara manager").email
    move(clock, old)
    drain(clock.to(OPENS))

    assert old not in asked(Wave.FOLLOWUP)
    assert asked(Wave.FOLLOWUP)[NEW].group == "manager"


def test_an_address_that_a_planned_follow_up_lists_already_is_refused(aws, clock):
    planned(clock)
    nomination = delegates.find_nomination(people.dana(), Wave.FOLLOWUP)
    extra = replace(nomination.raters[1], person=people.person("extra person"))
    people.write(
        delegates.save_nomination(replace(nomination, raters=(*nomination.raters, extra)), nomination.revision)
    )

    with pytest.raises(replacing.ReplaceRefused, match="answer twice"):
        replacing.change_address(people.COHORT, people.person("p0").email, extra.person.email, clock.now(), BY)


def test_who_is_only_on_a_planned_list_is_found_and_gets_no_notice(aws, clock):
    planned(clock)
    nomination = delegates.find_nomination(people.dana(), Wave.FOLLOWUP)
    extra = replace(nomination.raters[1], person=people.person("extra person"))
    people.write(
        delegates.save_nomination(replace(nomination, raters=(*nomination.raters, extra)), nomination.revision)
    )
    move(clock, extra.person.email)
    drain(clock.to(OPENS))

    assert NEW in asked(Wave.FOLLOWUP)
    assert sent_emails(extra.person.email) == []


def test_another_manager_in_a_file_is_asked_by_what_is_planned_and_not_by_what_is_open(aws, clock):
    baseline_closed(clock)
    other = people.person("nora next")
    file_says(clock, manager=other)
    assert other.email not in asked(Wave.BASELINE)


@pytest.mark.parametrize("when", ["before the opening", "before the follow-up"])
def test_another_manager_in_a_file_is_asked_instead_where_no_one_was_asked_yet(aws, clock, when):
    other, old = people.person("nora next"), people.person("mara manager")
    if when == "before the opening":
        people.load(clock.now(), chosen=people.raters(4, 0))
        drain(clock.now())
        wave = Wave.BASELINE
    else:
        planned(clock)
        wave = Wave.FOLLOWUP
    file_says(clock, manager=other)
    drain(clock.to(people.OPENING if wave is Wave.BASELINE else OPENS))
    drain(clock.advance(minutes=1))

    assert asked(wave)[other.email].group == "manager"
    assert old.email not in asked(wave)
