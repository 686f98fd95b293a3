"""The approver of a list that waits learns once that its deadline has moved, and no reminder names the old day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.more_time import plan_questionnaires
from chalicelib.core.formatting import day, day_and_time
from chalicelib.core.model import Wave
from chalicelib.jobs.kinds import HANDLERS, JobKind
from chalicelib.programme import move_dates
from chalicelib.programme.move_dates import Moved
from chalicelib.store import delegates, jobs
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
COACH = people.person("cleo coach").email
LATER, STILL_LATER = date(2026, 10, 9), date(2026, 10, 16)


@pytest.fixture
def waiting(visitor, clock):
    """Wait with a list of one peer for the coach, on the Monday of the opening."""
    people.send_list_to_coach(visitor, clock)


def extend(clock, last: date = LATER) -> None:
    close_or_extend.extend(people.COHORT, people.person("dana delegate").email, last, clock.now(), BY)
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


# --- previews -----------------------------------------------------------------------------------------------------


def preview(clock) -> str:
    """Preview more time; then a later last day of the cohort, which gives the same."""
    board = load_dashboard(people.COHORT, clock.now())
    return " ".join(plan_questionnaires(board, board.lines, LATER, "", clock.now()).emails)


def preview_move(clock) -> str:
    return move_dates.plan(people.COHORT, Moved.CLOSES, LATER, clock.now()).emailed


BOTH = pytest.mark.parametrize("previewed", [preview, preview_move])


@BOTH
def test_a_preview_names_who_approves_a_list_that_waits(waiting, clock, previewed):
    assert "Cleo Coach, who approves 1 list" in previewed(clock)


@BOTH
def test_a_preview_names_no_approver_once_the_list_is_decided(waiting, visitor, clock, previewed):
    approve = people.link("cleo coach", "approve")
    visitor.open(approve).post(approve, {"decision": "approve"})
    drain(clock.now())

    assert "Cleo Coach" not in previewed(clock)


def test_the_approver_is_emailed_at_the_hour_of_the_preview(waiting, clock):
    """On a Saturday; the delegate, too, hears on Monday morning."""
    drain(clock.advance(days=5))
    said, monday = preview(clock), datetime.fromisoformat("2026-09-21T08:00:00Z")
    assert said.count(f"on {day_and_time(monday, 'Europe/London')}") == 2
    extend(clock)
    before = len(reminders())
    drain(clock.to(monday))

    assert len(reminders()) == before + 1


def test_a_move_emails_the_approver_that_its_preview_names(waiting, clock):
    move_dates.move(move_dates.plan(people.COHORT, Moved.CLOSES, LATER, clock.now()), "", BY, clock.now())
    drain(clock.now())

    assert len(reminders()) == 1


@pytest.mark.parametrize(
    "own", [{"own_dates": True}, {"without_key": True}, {"closes_at": people.CLOSE + timedelta(days=21)}]
)
def test_a_move_names_no_approver_for_a_questionnaire_that_gets_no_more_time(waiting, clock, own):
    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    people.write(delegates.change_as_read(wave, own))

    assert "Cleo Coach" not in preview_move(clock)


def test_a_move_of_another_date_names_no_approver(waiting, clock):
    planned = move_dates.plan(people.COHORT, Moved.SURVEY, date(2027, 6, 14), clock.now())

    assert planned.approvers == ""
