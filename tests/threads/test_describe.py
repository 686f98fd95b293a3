"""What each thread says, who is to act, and that no thread depends on another's state."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import ERASED_ADDRESS, ERASED_NAME, Cohort, Person, Wave
from chalicelib.core.schedule import Session
from chalicelib.core.state_machine import By
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.assignments import WorkLine
from chalicelib.store.attendance import Attendance
from chalicelib.store.attendance import AttendanceState as State
from chalicelib.store.cohorts import DelegateLine, FeedbackState
from chalicelib.store.debriefs import Debrief
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState, Slot
from chalicelib.store.reports import ReportState, StoredReport
from chalicelib.threads.describe import Context, describe
from chalicelib.threads.model import Task, Thread
from chalicelib.threads.records import Record, Records
from tests.support import people
from tests.workshops.dates import plan

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
CLEO, ANN = Person("Cleo Coach", "cleo.coach@example.org"), "Ann Delegate"
LINE = DelegateLine(
    "ann", ANN, "ann@example.org", "Nursing", CLEO, "coach", FeedbackState.RELEASED, closes_at="2026-10-02T23:00:00Z"
)
SESSIONS = tuple(
    Session(f"s{number}", people.COHORT, "Europe/London", plan(day, milestone=milestone))
    for number, (day, milestone) in enumerate([("2026-10-22", "leading_self"), ("2026-12-01", "leading_others")])
)
REPORT = StoredReport("ann", Wave.BASELINE, "c", "facts", "html", "pdf", datetime(2026, 10, 5, 9, tzinfo=UTC))
RELEASED = replace(REPORT, state=ReportState.RELEASED, released_at="2026-10-20T09:00:00Z")
DEBRIEF = Debrief(date(2026, 10, 19), ("a",))
AREA = Area("a", "Ask before telling", review_by=date(2026, 12, 1))
SLOT = Slot(datetime(2026, 10, 19, 9, tzinfo=UTC), 60)
OPEN_SURVEY = ImpactSurvey(
    "ann", Role.DELEGATE, SurveyState.OPEN, NOW, datetime(2026, 12, 1, tzinfo=UTC), areas=(), answers={}
)


def context(now: datetime = NOW) -> Context:
    rules = people.programme()
    cohort = Cohort(
        people.COHORT,
        "Autumn",
        rules.id,
        rules.version,
        people.DATES,
        people.SPONSOR,
        facilitators=(people.FACILITATOR,),
    )
    return Context(Records(cohort, rules, SESSIONS, ()), now)


def work(assignment: str, state: str) -> WorkLine:
    return WorkLine("ann", "leading_self", assignment, state, NOW, 1, datetime(2026, 11, 3, 9, tzinfo=UTC))


def view(thread: Thread, record: Record, now: datetime = NOW):
    return next(candidate for candidate in describe(record, context(now)).views if candidate.thread is thread)


ATTENDED = {"s0": Attendance("s0", State.ATTENDED)}
QUIET = Record(LINE, RELEASED, True, DEBRIEF, marks=ATTENDED, areas=(AREA,))


@pytest.mark.parametrize(
    ("thread", "record", "by", "what", "since"),
    [
        pytest.param(
            Thread.FEEDBACK,
            Record(replace(LINE, feedback=FeedbackState.HELD)),
            By.ADMINISTRATOR,
            "give more time, or close",
            date(2026, 10, 2),
            id="held",
        ),
        pytest.param(
            Thread.FEEDBACK,
            Record(replace(LINE, feedback=FeedbackState.COLLECTING)),
            By.DELEGATE,
            "choose their raters",
            people.DATES.opens,
            id="no-list",
        ),
        pytest.param(
            Thread.DEBRIEF, Record(LINE, REPORT, True), By.COACH, "arrange the debrief", date(2026, 10, 5), id="made"
        ),
        pytest.param(
            Thread.DEBRIEF,
            Record(
                LINE, REPORT, True, meeting=Meeting(MeetingKind.DEBRIEF, MeetingState.OFFERED, slots=(SLOT,), since=NOW)
            ),
            By.DELEGATE,
            "choose a time for the debrief",
            NOW.date(),
            id="offered",
        ),
        pytest.param(
            Thread.DEBRIEF,
            Record(LINE, REPORT, True, meeting=Meeting(MeetingKind.DEBRIEF, MeetingState.BOOKED, booked=SLOT)),
            By.COACH,
            "record the debrief",
            date(2026, 10, 19),
            id="over",
        ),
        pytest.param(
            Thread.DEBRIEF,
            Record(LINE, REPORT, True, DEBRIEF),
            By.COACH,
            "release the report",
            date(2026, 10, 19),
            id="held",
        ),
        pytest.param(
            Thread.WORKSHOPS,
            replace(QUIET, marks={"s0": Attendance("s0", State.CATCH_UP, "Read it", date(2026, 11, 6))}),
            By.DELEGATE,
            "catch up on Leading Self",
            date(2026, 11, 6),
            id="catch-up",
        ),
        pytest.param(
            Thread.WORK,
            replace(QUIET, work={"vision": work("vision", "submitted")}),
            By.COACH,
            "read “Write a vision for your service”",
            date(2026, 11, 3),
            id="submitted",
        ),
        pytest.param(
            Thread.AREAS,
            replace(QUIET, areas=(replace(AREA, state=AreaState.ASKED),)),
            By.COACH,
            "answer 1 request to close an area",
            None,
            id="asked",
        ),
        pytest.param(
            Thread.AREAS,
            replace(QUIET, areas=(replace(AREA, review_by=date(2026, 11, 1)),)),
            By.DELEGATE,
            "review 1 area",
            date(2026, 11, 1),
            id="review-day",
        ),
        pytest.param(
            Thread.SURVEY, replace(QUIET, survey=OPEN_SURVEY), By.DELEGATE, "answer the survey", NOW.date(), id="survey"
        ),
        pytest.param(
            Thread.REVIEW,
            replace(QUIET, survey=replace(OPEN_SURVEY, state=SurveyState.CLOSED, closes_at=NOW)),
            By.COACH,
            "arrange the review",
            NOW.date(),
            id="review",
        ),
    ],
)
def test_a_thread_says_who_it_waits_for_since_when_and_for_what(thread, record, by, what, since):
    (wait,) = view(thread, record).waits

    assert (wait.by, wait.what, wait.since) == (by, what, since)
    assert wait.who


def test_a_report_that_the_coach_has_not_opened_waits_before_the_meeting():
    waits = view(Thread.DEBRIEF, Record(LINE, REPORT)).waits

    assert [(wait.task, wait.by) for wait in waits] == [(Task.READ_REPORT, By.COACH), (Task.ARRANGE, By.COACH)]


def test_a_second_report_waits_for_the_coach_until_its_debrief_is_recorded():
    second = replace(REPORT, wave=Wave.FOLLOWUP)
    held = Meeting(MeetingKind.DEBRIEF, MeetingState.HELD, revision=3)  # that of the first report
    record = Record(LINE, report=second, meeting=held, has_opened=True)
    views = {view.thread: view for view in describe(record, context()).views}

    assert [(wait.by, wait.task) for wait in views[Thread.DEBRIEF].waits] == [(By.COACH, Task.RECORD)]
    assert views[Thread.AREAS].words != describe(Record(LINE, report=REPORT), context()).views[4].words


@pytest.mark.parametrize(
    ("coach", "by"),
    [
        pytest.param(CLEO, By.COACH, id="there"),
        pytest.param(Person(ERASED_NAME, ERASED_ADDRESS), By.ADMINISTRATOR, id="erased"),
    ],
)
def test_what_a_coach_was_to_do_waits_for_the_administrator_once_the_coach_is_erased(coach, by):
    record = Record(replace(LINE, coach=coach), report=REPORT)
    views = {view.thread: view for view in describe(record, context()).views}

    assert {wait.by for wait in views[Thread.DEBRIEF].waits} == {by}


@pytest.mark.parametrize(
    ("now", "by"),
    [
        pytest.param(datetime(2026, 10, 23, 9, tzinfo=UTC), By.FACILITATOR, id="while-they-may-write"),
        pytest.param(NOW, By.ADMINISTRATOR, id="afterwards"),
    ],
)
def test_a_register_waits_for_the_facilitator_and_then_for_the_administrator(now, by):
    (wait,) = view(Thread.WORKSHOPS, replace(QUIET, marks={}), now).waits

    assert (wait.by, wait.what) == (by, "fill in the register of Leading Self")


def test_a_line_of_the_facilitators_part_alone_is_work_that_was_never_begun():
    observed = view(Thread.WORK, replace(QUIET, work={"vision": WorkLine("ann", "leading_self", "vision", "", None)}))

    assert observed == view(Thread.WORK, QUIET)


def test_a_draft_looks_like_work_that_was_never_begun():
    begun = view(Thread.WORK, replace(QUIET, work={"vision": work("vision", "draft")}))

    assert begun == view(Thread.WORK, QUIET)


def test_work_is_late_after_its_day_and_a_waived_piece_is_not_wanted():
    late = view(Thread.WORK, QUIET, datetime(2026, 11, 20, tzinfo=UTC))
    waived = view(Thread.WORK, replace(QUIET, work={"vision": work("vision", "waived")}), NOW)

    assert [(wait.by, wait.since) for wait in late.waits] == [(By.DELEGATE, date(2026, 11, 12))]
    assert (late.words, waived.words, waived.waits) == ("0 of 7", "0 of 6", ())


def test_who_has_left_waits_for_no_one():
    threads = describe(Record(replace(LINE, withdrawn=True), REPORT), context())

    assert (threads.waits, threads.is_over) == ((), True)


def test_nothing_waits_for_anyone_while_a_delegate_pauses():
    paused = replace(QUIET, line=replace(LINE, paused_until="2026-12-01"), report=REPORT, debrief=None)
    threads = describe(paused, context())

    assert (threads.waits, threads.is_over) == ((), False)


def test_the_administrators_decision_comes_first_then_what_has_waited_longest():
    held = replace(LINE, feedback=FeedbackState.HELD)
    late = replace(QUIET, line=held, areas=(replace(AREA, review_by=date(2026, 1, 1)),), survey=OPEN_SURVEY)

    assert [wait.by for wait in describe(late, context()).waits] == [By.ADMINISTRATOR, By.DELEGATE, By.DELEGATE]
    assert [wait.since for wait in describe(late, context()).waits][1:] == [date(2026, 1, 1), NOW.date()]


# --- one thread never changes another's state ---------------------------------------------------------------

MEETINGS = st.builds(Meeting, st.just(MeetingKind.DEBRIEF), st.sampled_from(list(MeetingState)), booked=st.just(SLOT))
REVIEWS = st.builds(Meeting, st.just(MeetingKind.REVIEW), st.sampled_from(list(MeetingState)), booked=st.just(SLOT))
OWN = {  # the fields of a record that a thread writes -> what they may hold
    Thread.FEEDBACK: {"line": st.builds(lambda s: replace(LINE, feedback=s), st.sampled_from(list(FeedbackState)))},
    Thread.DEBRIEF: {"meeting": MEETINGS, "debrief": st.sampled_from([None, DEBRIEF])},
    Thread.WORK: {
        "work": st.dictionaries(
            st.just("vision"), st.sampled_from(["draft", "submitted", "read"]).map(lambda state: work("vision", state))
        )
    },
    Thread.AREAS: {
        "areas": st.lists(
            st.builds(Area, st.just("a"), st.just("b"), state=st.sampled_from(list(AreaState))), max_size=2
        ).map(tuple)
    },
    Thread.REVIEW: {"review": REVIEWS},
}


@pytest.mark.parametrize("thread", list(OWN))
@given(data=st.data())
def test_nothing_that_one_thread_does_changes_the_others(thread, data):
    base = data.draw(st.sampled_from([QUIET, replace(QUIET, report=REPORT), replace(QUIET, survey=OPEN_SURVEY)]))
    moved = replace(base, **{name: data.draw(values) for name, values in OWN[thread].items()})
    before, after = (describe(record, context()) for record in (base, moved))

    others = [other_thread for other_thread in Thread if other_thread is not thread]
    assert [v for v in before.views if v.thread in others] == [v for v in after.views if v.thread in others]
