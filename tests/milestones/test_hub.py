"""What a delegate's page says of raters, and of the year as it goes on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from chalicelib.core.model import AnswerCount, Wave, WaveState
from chalicelib.milestones import on_hub
from chalicelib.milestones.hub import open_hub
from chalicelib.milestones.rater_progress import Progress, progress
from chalicelib.people.planned import perform
from chalicelib.store import attendance
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.store.meetings import save as save_meeting
from chalicelib.store.reports import ReportState, StoredReport
from chalicelib.web.timeline import ItemState, Timeline, leave_out_pause, load_items, make_timeline
from tests.people import scene
from tests.support import people
from tests.support.drain import drain
from tests.workshops import dates


def test_the_page_names_the_raters_that_were_counted_and_no_one_who_is_shown_by_name():
    parts = (
        AnswerCount(("manager",), 1, 1, named=True),
        AnswerCount(("peer", "direct_report"), 8, 4),
        AnswerCount(("other",), 6, 0),
    )

    assert progress(people.programme(), parts) == (
        Progress("Peers and direct reports", "4 or more of 8", 8, 4),
        Progress("Other colleagues and partners", "a few or none of 6", 6, 0),
    )


@pytest.fixture
def dana(aws, clock):
    """Load and announce a cohort with two sessions of the first workshop."""
    dates.announce(clock)
    return people.link("dana delegate", "hub").rsplit("/", 1)[1]


def timeline(token: str, now: datetime, **changes: object) -> Timeline:
    hub = open_hub(token)
    hub = replace(hub, wave=replace(hub.wave, **changes))
    view = hub.view(now)
    return make_timeline([*on_hub.list_items(hub, view), *load_items(view)])


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def titles(items) -> list[str]:
    return [item.title for item in items]


def test_only_who_is_on_the_programme_reads_that_answers_are_lost(dana):
    lost = timeline(dana, at("2026-10-05"), state=WaveState.WITHDRAWN)
    hub = open_hub(dana)
    left = replace(
        hub,
        delegate=replace(hub.delegate, withdrawn=True),
        wave=replace(hub.wave, state=WaveState.WITHDRAWN),
    )

    assert on_hub.LOST in titles(lost.done)
    assert on_hub.LOST not in titles(on_hub.list_items(left, left.view(at("2026-10-05"))))


def test_choosing_raters_comes_first_while_the_questionnaire_is_open(dana):
    drawn_timeline = timeline(dana, at("2026-09-15"), state=WaveState.OPEN)

    assert titles(drawn_timeline.now) == [on_hub.CHOOSE]
    assert drawn_timeline.first.when == date(2026, 10, 2)


@pytest.mark.parametrize("state", [WaveState.PLANNED, WaveState.HELD, WaveState.CLOSED])
def test_nothing_waits_for_the_delegate_when_the_questionnaire_is_not_open(dana, state):
    assert timeline(dana, at("2026-09-15"), state=state).first is None


def test_a_session_is_ahead_until_it_is_over_and_says_what_is_recorded(dana):
    before = timeline(dana, at("2026-10-22"), state=WaveState.CLOSED)
    session = dates.sessions()[0]
    people.write(attendance.save(people.dana(), Attendance(session.id), Attendance(session.id, State.ATTENDED)))
    after = timeline(dana, at("2026-10-23"), state=WaveState.CLOSED)

    assert "Leading Self, day 1 of 2" in titles(before.next)
    assert [item.words for item in after.done if item.title == "Leading Self, day 1 of 2"] == ["Attended."]


def test_an_absence_with_a_way_to_catch_up_waits_until_it_is_made_up_for(dana):
    session = dates.sessions()[0]
    absent = Attendance(session.id, State.CATCH_UP, "Watch the recording", date(2026, 11, 20))
    people.write(attendance.save(people.dana(), Attendance(session.id), absent))
    drawn_timeline = timeline(dana, at("2026-10-24"), state=WaveState.CLOSED)

    item = next(element for element in drawn_timeline.now if element.title == "Catch up on Leading Self, day 1 of 2")
    assert (item.when, item.is_late) == (date(2026, 11, 20), False)
    assert "Watch the recording" in item.words


def test_work_opens_with_the_workshop_and_is_late_after_its_day(dana, clock):
    dates.change(clock, *dates.BOTH, dates.plan("2026-11-19", milestone="leading_others"))
    title = people.programme().milestones[0].assignments[0].title
    closed = timeline(dana, at("2026-10-01"), state=WaveState.CLOSED)
    due = timeline(dana, at("2026-10-23"), state=WaveState.CLOSED)
    late = timeline(dana, at("2026-11-18"), state=WaveState.CLOSED)

    assert title in titles(closed.next)
    assert [item.is_late for item in due.now if item.title == title] == [False]
    assert [item.is_late for item in late.now if item.title == title] == [True]


def test_work_of_a_workshop_without_any_session_left_waits_for_a_date(dana, clock):
    dates.change(clock, dates.plan("2026-11-19", milestone="leading_others"))
    title = people.programme().milestones[0].assignments[0].title

    for day in ("2026-10-01", "2026-11-18"):
        waits = next(item for item in timeline(dana, at(day), state=WaveState.CLOSED).next if item.title == title)
        assert waits.when is None
    dates.change(clock, *dates.BOTH)
    assert title in titles(timeline(dana, at("2026-10-23"), state=WaveState.CLOSED).now)


def test_times_that_the_coach_offers_come_before_everything(dana, clock):
    slot = Slot(at("2026-10-20"), 60)
    offered = Meeting(MeetingKind.DEBRIEF, MeetingState.OFFERED, slots=(slot,), revision=1)
    people.write(save_meeting(people.dana(), Meeting(MeetingKind.DEBRIEF), offered, clock.now()))
    hub = open_hub(dana)
    report = {"sk": "REPORT#baseline"}
    view = replace(hub, rows=(*hub.rows, report)).view(at("2026-10-05"))

    drawn_timeline = make_timeline(load_meetings(view))
    assert (drawn_timeline.first.label, drawn_timeline.first.when) == ("Choose a time", date(2026, 10, 20))
    assert drawn_timeline.first.state is ItemState.NOW


def booked(clock, starts: datetime) -> None:
    meeting = Meeting(MeetingKind.DEBRIEF, MeetingState.BOOKED, booked=Slot(starts, 60), revision=1)
    people.write(save_meeting(people.dana(), Meeting(MeetingKind.DEBRIEF), meeting, clock.now()))


@pytest.mark.parametrize(
    ("day", "name", "when"), [("2026-10-19", "", date(2026, 10, 20)), ("2026-10-21", "not-recorded", None)]
)
def test_a_debrief_that_no_one_has_recorded_is_not_to_come(dana, clock, day, name, when):
    booked(clock, at("2026-10-20"))
    hub = open_hub(dana)
    (item,) = load_meetings(replace(hub, rows=(*hub.rows, {"sk": "REPORT#baseline"})).view(at(day)))

    assert (item.state, item.name, item.when) == (ItemState.NEXT, name, when)


@pytest.mark.parametrize(
    ("state", "title"),
    [
        pytest.param(WaveState.HELD, "Your raters answer", id="too-few-answers"),
        pytest.param(WaveState.CLOSED, "Your report", id="the-coach-has-the-report"),
    ],
)
def test_what_someone_else_has_now_comes_before_what_has_a_day(dana, state, title):
    assert titles(timeline(dana, at("2026-10-05"), state=state).next)[0] == title


@pytest.mark.parametrize("state", [WaveState.OPEN, WaveState.CLOSED])
def test_a_second_report_is_under_way_once_its_questionnaire_has_closed(dana, state):
    hub = open_hub(dana)
    first = StoredReport(people.dana(), Wave.BASELINE, "c", "f", "h", "p", at("2026-10-05"), ReportState.RELEASED)
    hub = replace(hub, report=first, wave=replace(hub.wave, wave=Wave.FOLLOWUP, state=state))
    items = list(on_hub.list_items(hub, hub.view(at("2027-04-05"))))

    assert [item.state for item in items if item.title == "Your report"] == [ItemState.DONE]
    assert [item.is_under_way for item in items if item.name == "with-coach"] == [True] * (state is WaveState.CLOSED)


def test_a_paused_delegate_is_asked_for_nothing_and_sees_no_session_before_they_are_back(visitor, dana, clock):
    pause = scene.plan(clock, "pause", until="2026-10-23", reason="leave")
    perform(pause, clock.now())
    drain(clock.to(people.OPENING))
    visitor.open(people.link("dana delegate", "hub"))

    assert {"paused", "back"} <= visitor.messages
    assert visitor.page.count('id="first"') == 0
    items = load_items(open_hub(dana).view(clock.now()))
    days = [item.when for item in leave_out_pause(items, date(2026, 10, 23)) if item.label == "How to join"]
    assert days == [date(2026, 10, 23)]
    visitor.let_in(people.person("cleo coach").email, clock.now())
    assert "paused" in visitor.open(f"{people.coach_url()}/{people.dana()}").messages


def test_a_workshop_is_of_the_days_that_take_place(dana, clock):
    milestone = people.programme().milestones[0]
    assert open_hub(dana).days_of(milestone) == 2
    dates.change(clock, dates.BOTH[0])
    assert open_hub(dana).days_of(milestone) == 1
    dates.change(clock)
    assert open_hub(dana).days_of(milestone) == milestone.days


def load_meetings(view):
    from chalicelib.meetings.on_hub import list_items

    return list_items(view)


def test_the_page_has_one_thing_to_do_first_and_leads_to_each_workshop(visitor, dana):
    visitor.open(people.link("dana delegate", "hub"))
    assert visitor.page.count('id="first"') <= 1
    for milestone in people.programme().milestones:
        assert visitor.links(f"/milestone/{milestone.id}")
    visitor.open(visitor.links("/milestone/leading_self")[0])
    assert (visitor.status, len(visitor.links("/calendar/"))) == (200, 2)
