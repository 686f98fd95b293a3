"""The approver of a list that waits learns once that its deadline has moved, and no reminder names the old day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.more_time import plan_questionnaires
from chalicelib.core.formatting import day
from chalicelib.jobs.kinds import HANDLERS, JobKind
from chalicelib.store import delegates, jobs
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

COACH = people.person("cleo coach").email
LATER, STILL_LATER = date(2026, 10, 9), date(2026, 10, 16)


@pytest.fixture
def waiting(visitor, clock):
    """Wait with a list of one peer for the coach, on the Monday of the opening."""
    people.send_list_to_coach(visitor, clock)


def extend(clock, last: date = LATER) -> None:
    close_or_extend.extend(people.COHORT, people.person("dana delegate").email, last, clock.now(), "ada@example.org")
    drain(clock.now())


def reminders():
    return [email for email in sent_emails(COACH) if email.row.startswith("nominate/approve_reminder#")]


def test_the_approver_is_notified_once_of_each_later_day(waiting, clock):
    extend(clock)
    assert len(reminders()) == 1
    assert all(day(LATER) in " ".join(reminders()[0].part(kind).split()) for kind in ("plain", "html"))

    extend(clock, STILL_LATER)
    assert len(reminders()) == 2
    assert day(STILL_LATER) in " ".join(reminders()[1].part("plain").split())


def test_a_repeat_of_the_job_emails_no_one_again(waiting, clock):
    extend(clock)
    chosen = delegates.find_nomination(people.dana(), delegates.LATEST_FIRST[-1])
    name = JobKind.ASK_APPROVER.job_id(people.dana(), "baseline", f"{chosen.revision}", "1")
    assert HANDLERS[JobKind.ASK_APPROVER.id](jobs.find(name), clock.now()) == []
    assert len(reminders()) == 1


def test_the_reminder_that_waits_names_the_later_day(waiting, clock):
    extend(clock)
    drain(clock.to(people.OPENING + timedelta(days=4)))

    assert len(reminders()) == 2
    assert day(LATER) in " ".join(reminders()[1].part("plain").split())
    assert day(people.DATES.closes) not in " ".join(reminders()[1].part("plain").split())


def test_no_one_is_notified_once_the_list_is_decided(waiting, visitor, clock):
    approve = people.link("cleo coach", "approve")
    visitor.open(approve).post(approve, {"decision": "approve"})
    extend(clock)

    assert reminders() == []


def test_the_preview_names_who_approves_a_list_that_waits(waiting, clock):
    board = load_dashboard(people.COHORT, clock.now())
    planned = plan_questionnaires(board, board.lines, LATER, "", clock.now())

    assert any("approves 1 list" in line for line in planned.emails)
