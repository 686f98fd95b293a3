"""What a coach is late with is in the administrators' list, with the act that helps, and is emailed once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from chalicelib.admin.home import list_needs
from chalicelib.admin.overdue import LATE, SECOND_DEBRIEF
from chalicelib.core.model import Delegate, Wave
from chalicelib.core.working_days import working_days
from chalicelib.meetings.effects import plan_reminders
from chalicelib.store import cohorts, debriefs, delegates, impact_surveys, meetings, reports
from chalicelib.store.cohorts import FeedbackState, SurveyStage
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.store.reports import StoredReport
from chalicelib.threads.model import Task
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import days_of

HOME = f"{BASE_URL}/admin"
MADE = people.OPENING.replace(day=16)  # a Wednesday
DEBRIEF, REVIEW = MeetingKind.DEBRIEF, MeetingKind.REVIEW
BOOKED = Slot(MADE.replace(day=21, hour=13), 60)  # the Monday after


def at(day: int, month: int = 9) -> datetime:
    return MADE.replace(day=day, month=month)


@pytest.fixture
def reported(aws, clock):
    """One delegate whose report is with the coach."""
    people.opened(clock)
    clock.to(MADE)
    report_made(Wave.BASELINE)


def report_made(wave: Wave) -> None:
    report = StoredReport(people.dana(), wave, "c" * 64, *people.documents_of(people.dana()), MADE)
    line = cohorts.change_line(dana(), put=cohorts.set_feedback(FeedbackState.REPORT_READY), wave=wave)
    people.write(reports.add(report), line)


def second_report() -> None:
    people.write(cohorts.change_line(dana(), put=cohorts.set_feedback(FeedbackState.RELEASED)))
    people.write(cohorts.add_line(dana(), Wave.FOLLOWUP, people.CLOSE))
    report_made(Wave.FOLLOWUP)


def followup_opened() -> None:
    """Ask again while the first report is still with the coach."""
    book()
    people.write(cohorts.add_line(dana(), Wave.FOLLOWUP, people.CLOSE))


def dana() -> Delegate:
    delegate = delegates.find(people.dana())
    assert delegate
    return delegate


def booked(kind: MeetingKind = DEBRIEF) -> Meeting:
    return Meeting(kind, MeetingState.BOOKED, booked=BOOKED, revision=1, since=MADE)


def book(kind: MeetingKind = DEBRIEF) -> None:
    days = working_days(people.programme().organisation)
    writes = [meetings.save(people.dana(), Meeting(kind), booked(kind), MADE)]
    people.write(*writes, *plan_reminders(dana(), booked(kind), BOOKED, days, MADE))


def offer() -> None:
    offered = Meeting(DEBRIEF, MeetingState.OFFERED, slots=(BOOKED,), revision=1, since=MADE)
    people.write(meetings.save(people.dana(), Meeting(DEBRIEF), offered, MADE))


def record() -> None:
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(date(2026, 9, 21), ()), ()))


def close_survey() -> None:
    """Close the survey at the beginning of the Wednesday, long after the release."""
    opened_at, closes_at = MADE - timedelta(days=20), MADE.replace(hour=0)
    survey = ImpactSurvey(people.dana(), Role.DELEGATE, SurveyState.CLOSED, opened_at, closes_at, ())
    closed = {"survey": SurveyStage.CLOSED} | cohorts.set_feedback(FeedbackState.RELEASED)
    people.write(impact_surveys.add(survey), cohorts.change_line(dana(), put=closed))


def book_review() -> None:
    close_survey()
    book(REVIEW)


def pause() -> None:
    people.write(cohorts.change_line(dana(), put={"paused_until": "2026-12-01"}))


def leave() -> None:
    people.write(cohorts.change_line(dana(), put={"withdrawn": True}))


def listed(now: datetime) -> list[str]:
    return [need.what for needs in list_needs(now).values() for need in needs]


@pytest.mark.parametrize(
    ("scene", "what", "late_on"),
    [
        (None, LATE[Task.ARRANGE], at(30)),  # 10 working days after the report
        (book, LATE[Task.RECORD], at(28)),  # 5 working days after the debrief
        (followup_opened, LATE[Task.RECORD], at(28)),
        (record, LATE[Task.RELEASE], at(28)),
        (second_report, SECOND_DEBRIEF, at(30)),
        (close_survey, LATE[Task.ARRANGE_REVIEW], at(2, month=10)),  # 12 after the survey has closed
        (book_review, LATE[Task.RECORD_REVIEW], at(28)),
    ],
)
def test_what_a_coach_is_late_with_is_listed_once_from_a_day_on_until_it_is_done(reported, scene, what, late_on):
    if scene:
        scene()

    assert listed(late_on - timedelta(days=1)) == []
    assert listed(late_on) == [what.what]
    assert listed(late_on + timedelta(days=300)) == [what.what]


def test_no_one_is_late_once_the_pages_of_coaches_have_ended(reported):
    """They end twelve months after the day of the six-month survey: nothing can be recorded any more."""
    assert listed(at(30).replace(year=2028, month=5)) != []
    assert listed(at(30).replace(year=2028, month=5) + timedelta(days=1)) == []


@pytest.mark.parametrize("scene", [offer, pause, leave])
def test_no_one_is_late_with_what_waits_for_someone_else(reported, scene):
    scene()

    assert listed(at(30)) == []


def test_the_list_leads_to_the_act_that_helps(reported, visitor, clock):
    clock.to(at(30))
    visitor.let_in_administrator(clock.now()).open(HOME)
    (remind,) = visitor.links("to=coach")
    visitor.open(remind)

    assert visitor.status == 200
    assert f'value="{dana().coach.email}"' in visitor.page


def mornings(clock, until: datetime) -> None:
    while clock.now() < until:
        drain(clock.advance(minutes=55))  # the list is made shortly before the morning
        drain(clock.advance(minutes=5))


def test_it_is_emailed_once_by_name(reported, clock):
    book()
    mornings(clock, at(30))

    assert days_of("meetings/not_recorded") == ["2026-09-28"]
    assert days_of("admin/needs") == []


def test_what_has_no_email_of_its_own_is_in_the_list_of_one_morning(reported, clock):
    record()
    mornings(clock, at(30))

    assert days_of("admin/needs") == ["2026-09-28"]
