"""Emails are found by the delegate or cohort they are about, also those that an earlier release stored."""

from datetime import timedelta

import pytest

from chalicelib.admin import address_change, close_or_extend
from chalicelib.admin.void_answers import void
from chalicelib.core.model import Wave
from chalicelib.emails import delivery_events
from chalicelib.emails.kinds import CancelledBy
from chalicelib.emails.waiting import list_cancelled_by
from chalicelib.people import leave
from chalicelib.store import delegates, emails, invitations, waiting_emails
from chalicelib.store.table import Key, delete, scan, update
from infra.local import outbox
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
NEW = "new.address@example.org"


def due():
    """Ids of emails that wait, as the index has them."""
    return {row["id"] for row in scan() if row["sk"] == "MAIL" and "due_shard" in row}


def test_every_email_is_listed_and_one_query_finds_what_waits(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))

    stored = {row["id"] for row in scan() if row["sk"] == "MAIL"}
    listed = [row["sk"].partition("#")[2] for row in scan() if row["pk"].startswith("EMAILS#") and "#" in row["sk"]]
    assert sorted(listed) == sorted(stored)
    assert {email.id for email in waiting_emails.list_waiting(people.dana(), people.COHORT)} == due()
    of_p0 = invitations_of("p0")
    assert set(waiting_emails.list_ids(people.dana(), of_p0.id)) == {name for name in stored if of_p0.id in name}


def invitations_of(name):
    asked_list = invitations.of_delegate(people.dana(), Wave.BASELINE)
    return next(invitation for invitation in asked_list if invitation.rater.email == people.person(name).email)


def as_an_earlier_release_stored_it():
    """Take away the lists, and name the emails in the invitations."""
    for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE):
        names = tuple(people.reminders_of(invitation))
        people.write(
            update(invitations.key_of(invitation), put={"reminders": names}, refusal=invitations.InvitationMissing)
        )
    for row in list(scan()):
        if row["pk"].startswith("EMAILS#"):
            people.write(delete(Key(row["pk"], row["sk"])))
        if row["sk"] == "MAIL" and "suppressed" in row:
            gone = update(emails.key(row["id"]), remove=["suppressed"], refusal=emails.EmailMissing)
            people.write(gone)


def test_emails_of_an_earlier_release_are_found_and_listed(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))
    as_an_earlier_release_stored_it()

    assert {email.id for email in waiting_emails.list_waiting(people.dana())} == due() > set()
    listed = {row["sk"] for row in scan() if row["pk"] == f"EMAILS#{people.dana()}"}
    assert {
        waiting_emails.COMPLETE,
        *(f"{invitations_of('p0').id}#{name}" for name in people.reminders_of(invitations_of("p0"))),
    } <= listed


def test_a_withdrawal_cancels_emails_of_an_earlier_release(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))
    as_an_earlier_release_stored_it()
    leave.leave(people.dana(), clock.now(), BY)
    drain(clock.now())

    assert [name for name in due() if people.dana() in name] == []


def test_a_new_address_revives_what_an_earlier_release_stopped(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))
    reminders = set(people.reminders_of(invitations_of("p0")))
    bounced(clock)
    as_an_earlier_release_stored_it()
    assert due().isdisjoint(reminders)

    replaced(clock)

    assert reminders <= due()


def bounced(clock):
    event = outbox.bounce(sent_emails(people.person("p0").email)[0], clock.now())
    delivery_events.record_delivery_event(event, clock.now())
    drain(clock.now())


def replaced(clock):
    address_change.change_address(people.COHORT, people.person("p0").email, NEW, clock.now(), BY)
    drain(clock.now())


def test_a_new_address_revives_no_email_with_an_earlier_deadline(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))
    clock.advance(days=1)
    old = set(people.reminders_of(invitations_of("p0")))
    extend(clock)
    bounced(clock)
    replaced(clock)

    waiting = {name for name in due() if name in people.reminders_of(moved())}
    assert waiting
    assert waiting.isdisjoint(old)


def moved():
    return next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == NEW
    )


def extend(clock):
    last_day = people.DATES.closes + timedelta(days=7)
    close_or_extend.extend(people.COHORT, people.person("dana delegate").email, last_day, clock.now(), BY)
    drain(clock.now())


def test_a_close_deletes_reminders_of_earlier_links_and_rejected_ones(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))
    clock.advance(days=1)
    void(people.COHORT, people.person("p0").email, clock.now(), BY)
    drain(clock.now())
    rejected = people.reminders_of(invitations_of("p1"))[0]
    columns = {"state": emails.EmailState.REFUSED, "due_shard": "refused"}
    people.write(update(emails.key(rejected), put=columns, refusal=emails.EmailMissing))
    drain(clock.to(people.CLOSE))
    publish(clock)

    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state.value == "closed"
    assert list_cancelled_by(CancelledBy.ANSWER, people.dana()) == []
    kinds = ("collect/reminder", "collect/self_reminder", "collect/extended")
    assert [row["id"] for row in scan() if row["sk"] == "MAIL" and row["template"] in kinds] == []
    assert not any({"emails_planned", "reminders"} & row.keys() for row in scan())


def test_a_close_leaves_a_reminder_whose_delivery_is_unknown(clock, aws):
    """SES may still send it and say so; docs/threat-model.md says that it stays."""
    people.opened(clock, chosen=people.raters(4, 0))
    reminder = people.reminders_of(invitations_of("p1"))[0]
    drain(clock.to(people.CLOSE))
    sending = {"state": emails.EmailState.SENDING, "attempt": "x", "due_at": clock.now() + timedelta(minutes=30)}
    people.write(update(emails.key(reminder), put=sending, refusal=emails.EmailMissing))
    publish(clock)

    assert emails.find(reminder).state is emails.EmailState.SENDING
    assert list_cancelled_by(CancelledBy.ANSWER, people.dana(), invitation=invitations_of("p2").id) == []


def publish(clock):
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())


def test_an_answer_is_refused_if_emails_were_planned_since_it_was_read(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))
    read = invitations_of("p0")
    people.write(invitations.plan_emails(read))

    boxes = invitations.Boxes({}, {}, {})
    for act in (lambda: invitations.send(read, boxes), lambda: invitations.decline(read, "other")):
        with pytest.raises(invitations.InvitationChanged):
            people.write(act())
    people.write(invitations.send(invitations_of("p0"), boxes))
