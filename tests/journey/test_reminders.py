"""Reminders go to those who have not answered, while they still can, and to no one else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib.admin import close_or_extend, remind
from chalicelib.emails.compose import context
from chalicelib.emails.render import render
from chalicelib.store import emails
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

DANA = people.person("dana delegate").email


def reminded(name: str) -> list[str]:
    """Subjects of the reminders that a person was sent, also of those in a digest."""
    sent_list = [emails.find(message.row) for message in sent_emails(people.person(name).email)]
    items = [item for email in sent_list for item in (map(emails.find, email.items) if email.items else [email])]
    return [render(item.template, context(item)).subject for item in items if item.template.endswith("reminder")]


def run_days(clock, until: datetime) -> None:
    """Every hour's work, day by day."""
    while clock.now() < until:
        drain(clock.to(min(until, clock.now() + timedelta(hours=1))))


def test_an_early_close_stops_reminders(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    drain(clock.advance(days=1))
    for name in ("p0", "p1", "p2", "p3", "mara manager"):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url), url)
    close_or_extend.close_now(people.COHORT, DANA, clock.now())
    run_days(clock, people.CLOSE)

    assert reminded("p4") == reminded("dana delegate") == []


def test_a_questionnaire_that_waits_for_a_decision_reminds_no_one(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    close_or_extend.close_now(people.COHORT, DANA, clock.advance(days=1))
    run_days(clock, people.CLOSE)

    assert reminded("p4") == reminded("dana delegate") == []


def test_no_one_is_reminded_when_an_outage_ends_after_the_close(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    drain(clock.to(people.CLOSE + timedelta(hours=1)))

    assert reminded("p4") == reminded("dana delegate") == []


def test_an_outage_over_several_reminders_sends_the_last_alone(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    drain(clock.to(people.CLOSE - timedelta(hours=12)))

    assert len(reminded("p4")) == len(reminded("dana delegate")) == 1


@pytest.fixture
def with_the_coach(visitor, clock):
    """Leave a list with its approver."""
    people.send_list_to_coach(visitor, clock)


def test_no_one_is_asked_to_choose_raters_while_their_list_is_being_approved(with_the_coach, clock):
    drain(clock.advance(days=1))
    remind.remind_delegate(people.dana(), clock.now(), "ada@example.org")
    run_days(clock, clock.now() + timedelta(days=6))

    assert not [subject for subject in reminded("dana delegate") if "choose" in subject]


def test_an_early_close_stops_the_reminder_to_choose_and_that_to_the_approver(with_the_coach, clock):
    close_or_extend.close_now(people.COHORT, DANA, clock.advance(hours=1))
    run_days(clock, clock.now() + timedelta(days=6))

    assert reminded("cleo coach") == []


def test_an_early_close_stops_the_reminder_to_choose(visitor, clock):
    people.opened(clock)
    close_or_extend.close_now(people.COHORT, DANA, clock.advance(hours=1))
    run_days(clock, clock.now() + timedelta(days=6))

    assert reminded("dana delegate") == []


def test_a_questionnaire_that_opens_late_leaves_time_to_choose_raters(visitor, clock):
    people.load(clock.now())
    drain(clock.now())
    drain(clock.to(people.OPENING + timedelta(days=7)))
    assert reminded("dana delegate") == []

    run_days(clock, clock.now() + timedelta(days=5))
    assert len([subject for subject in reminded("dana delegate") if "please choose" in subject.casefold()]) == 1
