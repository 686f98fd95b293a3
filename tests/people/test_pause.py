"""A pause: nothing is asked about the delegate, their calendar is empty, and all of it goes on afterwards."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chalicelib.core.formatting import last_day
from chalicelib.core.model import Standing, Wave, WaveState
from chalicelib.core.state_machine import By
from chalicelib.people.loaded import find, find_by_address
from chalicelib.people.pause import Reason, plan_pause, plan_return
from chalicelib.people.planned import ActRefused, Asking, perform
from chalicelib.people.standing import PAUSE, STANDING
from chalicelib.store import audit_events, cohorts, delegates, emails, jobs, meetings, pauses
from chalicelib.store.impact_surveys import ImpactSurvey, Role, surveys_from
from chalicelib.store.jobs import JobState
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.store.table import query
from tests.people import scene
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails, sent_rows
from tests.workshops import dates

BY = "ada@example.org"
DANA, COACH, MANAGER = (people.person(name).email for name in ("dana delegate", "cleo coach", "mara manager"))


def pause(clock, until: date, why: str = "asked by phone"):
    planned = plan_pause(find_by_address(people.COHORT, DANA), until, Reason.LEAVE, Asking(BY, clock.now(), why))
    perform(planned, clock.now())
    drain(clock.now())
    return planned


def come_back(clock):
    perform(plan_return(find_by_address(people.COHORT, DANA), Asking(BY, clock.now())), clock.now())
    drain(clock.now())


def subjects(address: str) -> list[str]:
    return [email.subject for email in sent_emails(address)]


def standing() -> Standing:
    line = next(line for line in cohorts.list_lines(people.COHORT) if line.email == DANA)
    assert line.standing is delegates.find(people.dana()).standing
    return line.standing


def survey_due() -> date:
    job = jobs.find(f"impact#{people.dana()}")
    assert job.state is JobState.WAITING
    return job.due_at.date()


@pytest.fixture
def opened(clock, aws):
    people.opened(clock, chosen=people.raters(4, 0))
    return clock


def test_one_email_each_to_delegate_coach_and_manager_and_none_about_them_until_the_return(opened):
    clock = opened
    before = {address: len(sent_emails(address)) for address in (DANA, COACH, MANAGER, "p0@example.org")}
    pause(clock, date(2026, 9, 28))
    drain(clock.to(datetime.fromisoformat("2026-09-27T20:00:00Z")))
    new = {address: len(sent_emails(address)) - count for address, count in before.items()}

    assert new == {DANA: 1, COACH: 1, MANAGER: 1, "p0@example.org": 0}
    assert "paused" in subjects(DANA)[-1]
    assert standing() is Standing.PAUSED


def test_on_the_day_of_the_return_they_are_back_and_only_reminders_that_are_in_time_go_out(opened):
    clock = opened
    pause(clock, date(2026, 9, 28))
    drain(clock.to(datetime.fromisoformat("2026-09-28T08:00:00Z")))
    drain(clock.advance(minutes=5))

    assert standing() is Standing.ACTIVE
    assert list(query(pauses.PK)) == []
    assert "You are back" in " ".join(subjects(DANA)[-2:])
    assert len(sent_emails("p0@example.org")) <= 2  # the invitation, and the one reminder that is still in time
    drain(clock.to(people.CLOSE))
    assert len(sent_emails("p0@example.org")) > 1
    assert jobs.failed() == []


def test_an_early_return_sends_what_waits_at_once_if_it_is_still_of_use(opened):
    clock = opened
    pause(clock, date(2026, 10, 30))
    drain(clock.to(datetime.fromisoformat("2026-09-29T09:00:00Z")))  # reminders were due, and one still is
    count = len(sent_emails("p0@example.org"))
    come_back(clock)
    drain(clock.advance(minutes=5))

    assert standing() is Standing.ACTIVE
    assert len(sent_emails("p0@example.org")) == count + 1


def test_a_questionnaire_that_opens_in_the_pause_is_named_with_its_days_before_the_pause_is_confirmed(clock, aws):
    people.load(clock.now())
    drain(clock.now())
    wave = delegates.find_with_wave(people.dana(), Wave.BASELINE)[1]
    days = last_day(wave.closes_at, "Europe/London")
    effects = {
        until: plan_pause(find_by_address(people.COHORT, DANA), until, Reason.LEAVE, Asking(BY, clock.now())).effects
        for until in (wave.opens_at.date(), wave.opens_at.date() + timedelta(days=1))
    }

    assert [any(days in effect for effect in said) for said in effects.values()] == [False, True]


def test_the_wave_goes_on_and_closes_as_planned(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    pause(clock, date(2026, 12, 1))
    url = people.link("p0", "answer")
    people.send(people.answer_all(visitor, url), url)
    drain(clock.to(people.CLOSE + timedelta(hours=2)))

    assert delegates.find_with_wave(people.dana(), Wave.BASELINE)[1].state in (WaveState.HELD, WaveState.CLOSED)
    assert jobs.failed() == []


def test_the_survey_moves_by_the_length_of_the_pause_and_by_the_real_one_after_an_early_return(opened):
    clock = opened
    before = survey_due()
    pause(clock, date(2026, 10, 14))
    assert timedelta(days=29) <= survey_due() - before <= timedelta(days=32)  # 30 days, on a working day
    clock.advance(days=10)
    come_back(clock)

    assert timedelta(days=9) <= survey_due() - before <= timedelta(days=12)  # 10 days, on a working day
    assert delegates.find(people.dana()).survey_days == 10


def test_a_booked_debrief_is_cancelled_in_both_calendars_and_waits_for_new_times_on_return(opened):
    """Edge 19."""
    clock = opened
    slot = Slot(clock.now() + timedelta(days=30), 60)
    booked = Meeting(MeetingKind.DEBRIEF, MeetingState.BOOKED, "x", (), slot, "Room 4", sequence=0, revision=1)
    people.write(meetings.save(people.dana(), Meeting(MeetingKind.DEBRIEF), booked, clock.now()))
    pause(clock, date(2026, 9, 28))
    cancelled = [
        email
        for address in (DANA, COACH)
        for email in sent_emails(address)
        if email.row.startswith("meetings/cancelled")
    ]
    assert [email.to[0] for email in cancelled] == [DANA, COACH]
    for email in cancelled:
        (entry,) = [part["content"] for part in email.attachments if part["type"] == "text/calendar"]
        assert "METHOD:CANCEL" in entry
    assert meetings.find(people.dana(), MeetingKind.DEBRIEF).booked is None
    come_back(clock)

    meeting = meetings.find(people.dana(), MeetingKind.DEBRIEF)
    assert (meeting.state, meeting.booked) == (MeetingState.WAITING, None)
    assert jobs.find(f"meeting#{people.dana()}#debrief#arrange#{meeting.revision}#0")


def test_sessions_ahead_are_cancelled_and_come_back_with_new_uids(clock, aws):
    dates.announce(clock)
    first = uids("REQUEST")
    pause(clock, date(2026, 9, 28))
    drain(clock.advance(minutes=1))
    assert uids("CANCEL") == first
    come_back(clock)
    drain(clock.advance(minutes=1))
    again = uids("REQUEST") - first

    assert len(again) == len(first) == 2
    assert uids("CANCEL") == first


def test_a_return_names_the_sessions_that_were_missed(clock, aws):
    dates.announce(clock)
    pause(clock, date(2026, 11, 20))
    drain(clock.to(datetime.fromisoformat("2026-11-02T09:00:00Z")))  # after both sessions
    planned = scene.plan(clock, "return")
    come_back(clock)
    drain(clock.advance(minutes=5))

    (effect,) = [effect for effect in planned.effects if effect.startswith("They missed: ")]
    back = emails.find(next(row for row, _ in sent_rows(DANA) if row.startswith("people/returned#")))
    for session in ("day 1 of 2", "day 2 of 2"):
        assert session in effect
        assert session in back.words["missed"]


@pytest.mark.parametrize("sessions", [(dates.FIRST, dates.SECOND), ()], ids=["with sessions", "without"])
def test_the_preview_of_a_return_names_everyone_who_is_emailed(clock, aws, sessions):
    scene.open_cohort(clock, chosen=(), sessions=sessions)
    pause(clock, date(2026, 10, 5))
    drain(clock.advance(hours=1))
    count, planned = len(sent_emails()), scene.plan(clock, "return")
    come_back(clock)
    drain(clock.advance(days=1))
    about_return = [email for email in sent_emails()[count:] if not email.row.startswith("collect/")]

    assert {email.to[0] for email in about_return} == {recipient.email for recipient in planned.emails}
    assert not any(" 0 days" in effect for effect in planned.effects)


def test_a_pause_leaves_what_others_learn_about_dates_to_its_morning(clock, aws):
    """One delegate is paused on the day on which a session moved: the others hear of the session with the rest."""
    scene.open_cohort(clock, chosen=people.raters(4, 0), names=("dana delegate", "ann delegate"))
    clock.advance(hours=2)
    dates.change(clock, dates.FIRST, dates.plan("2026-10-28"))
    drain(clock.now())
    count = len(sent_emails())
    pause(clock, date(2026, 11, 20))

    assert {to for to, _ in scene.entries_since(count)} == {DANA}
    drain(clock.advance(days=1))
    assert {to for to, _ in scene.entries_since(count)} == {DANA, people.person("ann delegate").email}


def uids(method: str) -> set[str]:
    return {event.uid.value for event_method, event in dates.events() if event_method == method}


def test_the_audit_line_says_from_what_to_what_and_why_and_nothing_of_health(opened):
    clock = opened
    pause(clock, date(2026, 9, 28))
    (line,) = [row for row in audit_events.of_cohort(people.COHORT) if row["about"] == people.dana()]

    assert line["by"] == BY
    assert "from active to paused from" in line["act"]
    assert "28 September 2026 (leave; asked by phone)" in line["act"]


def test_a_pause_is_for_who_is_active_and_ends_after_today(opened):
    clock = opened
    with pytest.raises(ActRefused, match="after today"):
        pause(clock, clock.now().date())
    pause(clock, date(2026, 9, 28))
    with pytest.raises(ActRefused, match="paused already"):
        pause(clock, date(2026, 9, 29))
    assert not STANDING.allows(Standing.LEFT, PAUSE, By.ADMINISTRATOR)


def test_a_plan_that_is_not_performed_changes_nothing(opened):
    clock = opened
    before = list(delegates.load_rows(people.dana()))
    loaded = find(people.COHORT, people.dana())
    planned = plan_pause(loaded, date(2026, 9, 28), Reason.OTHER, Asking(BY, clock.now()))

    assert [recipient.role for recipient in planned.emails] == ["delegate", "coach", "line manager"]
    assert list(delegates.load_rows(people.dana())) == before


def test_a_survey_that_is_open_closes_later_by_the_length_of_the_pause(opened):
    clock = opened
    drain(clock.to(jobs.find(f"impact#{people.dana()}").due_at))
    before = {survey.role: survey.closes_at for survey in surveys()}
    drain(clock.advance(days=3))
    back = clock.now().date() + timedelta(days=30)
    pause(clock, back)

    assert {survey.role: survey.closes_at - before[survey.role] for survey in surveys()} == dict.fromkeys(
        Role, timedelta(days=30)
    )
    asked = len([row for row, _ in sent_rows(DANA) if row.startswith("impact/reminder")])
    drain(clock.to(before[Role.DELEGATE] + timedelta(minutes=1)))
    assert all(survey.is_open for survey in surveys()), "the job of the first closing day closes nothing"
    assert len([row for row, _ in sent_rows(DANA) if row.startswith("impact/reminder")]) == asked
    while clock.now().date() <= back + timedelta(days=3):
        drain(clock.advance(hours=6))
    assert len([row for row, _ in sent_rows(DANA) if row.startswith("impact/reminder")]) == asked + 1, "on the return"
    drain(clock.to(before[Role.DELEGATE] + timedelta(days=30, minutes=1)))
    assert not any(survey.is_open for survey in surveys())
    assert jobs.failed() == []


def surveys() -> list[ImpactSurvey]:
    return surveys_from(list(delegates.load_rows(people.dana())))
