"""Opening, last day and impact survey move until they have come: each delegate, job and email follows once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.cli.parser import main
from chalicelib.core.model import Wave, WaveState
from chalicelib.core.working_days import BEFORE_EMAILS
from chalicelib.people import leave
from chalicelib.programme.apply_dates import apply_dates
from chalicelib.programme.move_dates import Moved, MoveRefused, move, plan
from chalicelib.store import audit_events, catalogue, cohorts, delegates, jobs
from infra.local.outbox import Accepted
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
LATER = date(2026, 9, 21)  # a Monday, a week after the opening
MANAGER = people.person("mara manager").email
DANA = people.person("dana delegate").email


def move_to(what: Moved, to: date, now: datetime, why: str = "The launch moved.") -> None:
    move(plan(people.COHORT, what, to, now), why, BY, now)


def notices(to: str) -> list[str]:
    return [email.message["Subject"] for email in sent_emails(to) if "have moved" in email.message["Subject"]]


def text_of(email: Accepted) -> str:
    """Return the words of the plain part, on one line."""
    return " ".join(email.message.get_body(("plain",)).get_content().split())


def trail() -> list[str]:
    return [row["act"] for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("moved")]


@pytest.fixture
def loaded(aws, clock):
    people.load(clock.now())
    drain(clock.now())


def test_the_reason_of_a_move_holds_no_web_address(loaded, clock):
    with pytest.raises(MoveRefused, match="web or email address"):
        move_to(Moved.OPENS, LATER, clock.now(), "See www.cheap-loans.example")

    assert trail() == []


def test_a_later_opening_moves_the_wave_and_its_job_and_notifies_both(loaded, clock):
    move_to(Moved.OPENS, LATER, clock.now())
    drain(clock.now())
    assert notices(DANA) == []  # it waits for the next morning
    drain(clock.advance(days=1, minutes=5))

    assert notices(DANA) == ["Dates of Maximising Potential have moved"]
    assert notices(MANAGER) == ["Dates of Maximising Potential have moved for Dana Delegate"]
    (email,) = [email for email in sent_emails(DANA) if "have moved" in email.message["Subject"]]
    assert "The 360 opens on Monday 21 September 2026 instead of Monday 14 September 2026." in text_of(email)
    assert "The launch moved." in text_of(email)
    assert trail() == ["moved the opening of the questionnaire from 2026-09-14 to 2026-09-21: The launch moved."]

    drain(clock.to(people.OPENING + timedelta(minutes=5)))
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.PLANNED
    drain(clock.to(people.OPENING + timedelta(days=7)))
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.OPEN


def test_a_line_manager_of_several_delegates_reads_one_item_that_names_them(aws, clock):
    people.load(clock.now(), names=("dana delegate", "dev delegate", "dora delegate"))
    drain(clock.now())
    move_to(Moved.OPENS, LATER, clock.now())
    drain(clock.now())
    drain(clock.advance(days=1, minutes=5))

    (email,) = [email for email in sent_emails(MANAGER) if "have moved" in email.message["Subject"]]
    assert text_of(email).count("instead of Monday 14 September 2026") == 1
    assert "Dana Delegate, Dev Delegate and Dora Delegate" in text_of(email)


def test_moved_and_moved_back_before_the_emails_went_out_sends_nothing(loaded, clock):
    move_to(Moved.OPENS, LATER, clock.now())
    drain(clock.now())
    move_to(Moved.OPENS, people.DATES.opens, clock.advance(minutes=10))
    drain(clock.now())
    drain(clock.advance(days=2))

    assert (notices(DANA), notices(MANAGER)) == ([], [])
    assert len(trail()) == 2
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].opens_at == people.OPENING


def test_two_moves_before_the_emails_went_out_are_one_email_from_the_first_date(loaded, clock):
    move_to(Moved.OPENS, date(2026, 9, 16), clock.now())
    drain(clock.now())
    move_to(Moved.OPENS, LATER, clock.advance(minutes=10))
    drain(clock.now())
    drain(clock.advance(days=1, minutes=5))

    assert len(notices(DANA)) == 1
    (email,) = [email for email in sent_emails(DANA) if "have moved" in email.message["Subject"]]
    assert "Monday 21 September 2026 instead of Monday 14 September 2026" in text_of(email)


def test_the_job_may_run_twice(loaded, clock):
    move_to(Moved.OPENS, LATER, clock.now())
    (job,) = [job for job in jobs.waiting(clock.now()) if job.kind == "apply_dates"]
    apply_dates(job, clock.now())
    apply_dates(job, clock.now())
    drain(clock.advance(days=1, minutes=5))
    assert len(notices(DANA)) == 1


def test_a_later_last_day_gives_everyone_time_and_announces_it(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    move_to(Moved.CLOSES, date(2026, 10, 9), clock.advance(days=3))
    drain(clock.now())
    drain(clock.advance(days=1, minutes=5))

    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    assert wave.closes_at == people.CLOSE + timedelta(days=7)
    assert any("9 October" in text_of(email) for email in sent_emails(people.person("p0").email))
    assert len(notices(DANA)) == 1
    drain(clock.to(people.CLOSE + timedelta(hours=1)))
    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state is WaveState.OPEN


def test_a_delegate_with_more_time_keeps_it(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    close_or_extend.extend(people.COHORT, DANA, date(2026, 10, 23), clock.advance(days=1))
    move_to(Moved.CLOSES, date(2026, 10, 9), clock.advance(days=1))
    drain(clock.now())
    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    assert wave.closes_at == people.CLOSE + timedelta(days=21)


def test_the_survey_moves_with_its_summary(loaded, clock):
    move_to(Moved.SURVEY, date(2027, 6, 14), clock.now())
    drain(clock.now())

    morning = datetime.fromisoformat("2027-06-14T08:00:00Z")
    assert jobs.find(f"impact#{people.dana()}").due_at == morning - BEFORE_EMAILS
    assert jobs.find(f"summary#{people.COHORT}").due_at == datetime.fromisoformat("2027-07-13T08:00:00Z")
    drain(clock.advance(days=1, minutes=5))
    (email,) = [email for email in sent_emails(DANA) if "have moved" in email.message["Subject"]]
    assert "The survey about results opens on Monday 14 June 2027 instead of Monday 31 May 2027." in text_of(email)


def test_a_questionnaire_that_closed_early_is_not_mentioned_when_the_survey_moves(aws, clock):
    """Its end may be the day on which the last rater answered."""
    people.opened(clock, chosen=people.raters(4, 0))
    close_or_extend.publish_with_few_answers(people.COHORT, DANA, clock.advance(days=3))
    drain(clock.advance(minutes=10))
    move_to(Moved.SURVEY, date(2027, 6, 14), clock.now())
    drain(clock.now())
    drain(clock.advance(days=3))

    for address in (DANA, MANAGER):
        (text,) = [text for email in sent_emails(address) if "14 June 2027" in (text := text_of(email))]
        assert "last day to answer" not in text


def test_who_has_dates_of_their_own_hears_only_of_the_survey(loaded, clock):
    key = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    people.write(delegates.change_as_read(key, {"own_dates": True, "opens_at": key.opens_at + timedelta(days=7)}))
    move_to(Moved.SURVEY, date(2027, 6, 14), clock.now())
    drain(clock.now())
    drain(clock.advance(days=1, minutes=5))

    (email,) = [email for email in sent_emails(DANA) if "have moved" in email.message["Subject"]]
    assert "14 June 2027" in text_of(email)
    assert "The 360 opens" not in text_of(email)


def test_no_one_who_has_left_gets_a_notice(loaded, clock):
    leave.leave(people.dana(), clock.now(), BY)
    move_to(Moved.OPENS, LATER, clock.advance(minutes=1))
    drain(clock.now())
    drain(clock.advance(days=1, minutes=5))
    assert (notices(DANA), notices(MANAGER)) == ([], [])


@pytest.mark.parametrize(
    ("what", "to", "fault"),
    [
        pytest.param(Moved.OPENS, date(2026, 9, 1), "after today", id="past"),
        pytest.param(Moved.OPENS, date(2026, 10, 12), "before it opens", id="after-the-last-day"),
        pytest.param(Moved.CLOSES, date(2026, 9, 11), "before it opens", id="closes-before-it-opens"),
        pytest.param(Moved.CLOSES, date(2026, 11, 30), "must end after", id="closes-after-the-end"),
        pytest.param(Moved.SURVEY, date(2026, 11, 27), "after the end of the programme", id="survey-before-the-end"),
    ],
)
def test_dates_that_cannot_be_are_refused(loaded, clock, what, to, fault):
    with pytest.raises(MoveRefused, match=fault):
        plan(people.COHORT, what, to, clock.now())


def test_what_has_come_cannot_move(aws, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    with pytest.raises(MoveRefused, match="opened on Monday 14 September 2026"):
        plan(people.COHORT, Moved.OPENS, LATER, clock.now())
    with pytest.raises(MoveRefused, match="can only move to a later day"):
        plan(people.COHORT, Moved.CLOSES, date(2026, 9, 25), clock.now())
    drain(clock.to(people.CLOSE + timedelta(hours=1)))
    with pytest.raises(MoveRefused, match="has closed for a delegate"):
        plan(people.COHORT, Moved.CLOSES, date(2026, 10, 9), clock.now())


def test_a_move_that_was_planned_on_other_dates_is_refused(loaded, clock):
    planned = plan(people.COHORT, Moved.OPENS, LATER, clock.now())
    move_to(Moved.CLOSES, date(2026, 10, 9), clock.now())
    with pytest.raises(MoveRefused, match="changed just now"):
        move(planned, "", BY, clock.now())
    assert cohorts.find(people.COHORT).dates.opens == people.DATES.opens


def test_a_day_off_is_asked_about(loaded, clock):
    planned = plan(people.COHORT, Moved.OPENS, date(2026, 9, 19), clock.now())
    assert planned.questions == ("Saturday 19 September 2026 is not a working day. Is that right?",)
    assert planned.lines[0] == (
        "The opening of the questionnaire moves from Monday 14 September 2026 to Saturday 19 September 2026."
    )


def test_the_command_shows_a_move_and_then_makes_it(loaded, clock, capsys):
    words = ["cohort", "move", people.COHORT, "--opens", "--to", "2026-09-21", "--why", "The launch moved."]
    assert main([*words, "--dry-run"]) == 0
    assert "1 delegate and their line managers get an email." in capsys.readouterr().out
    assert trail() == []
    assert main(words) == 0
    assert len(trail()) == 1


def test_the_command_refuses_an_hour_for_a_day(loaded, clock, capsys):
    assert main(["cohort", "move", people.COHORT, "--survey", "--to", "2027-06-14T10:00"]) != 0
    assert "has no hour" in capsys.readouterr().err


def test_two_moves_whose_jobs_run_in_the_same_second_end_in_one_notice(loaded, clock):
    move_to(Moved.CLOSES, date(2026, 10, 9), clock.now())
    move_to(Moved.OPENS, LATER, clock.advance(seconds=1))
    drain(clock.now())
    assert not jobs.failed()
    drain(clock.advance(days=1))

    assert notices(DANA) == ["Dates of Maximising Potential have moved"]
    (email,) = [email for email in sent_emails(DANA) if "have moved" in email.message["Subject"]]
    assert "opens on Monday 21 September 2026" in text_of(email)
    assert "is Friday 9 October 2026" in text_of(email)


@pytest.mark.parametrize("what", Moved)
def test_the_list_of_cohorts_has_the_date_that_was_moved(loaded, clock, what):
    to = {Moved.OPENS: LATER, Moved.CLOSES: date(2026, 10, 9), Moved.SURVEY: date(2027, 12, 1)}[what]
    move_to(what, to, clock.now())

    (entry,) = catalogue.everything().cohorts
    assert getattr(entry.dates, what.value) == to


def test_a_second_move_within_the_same_second_is_refused_in_words(loaded, clock):
    move_to(Moved.OPENS, LATER, clock.now())

    with pytest.raises(MoveRefused, match="changed just now"):
        move_to(Moved.SURVEY, date(2027, 9, 27), clock.now())

    assert len(trail()) == 1
