"""A caseload lists what waits for the coach first, and then everyone."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.model import AnswerCount, Person
from chalicelib.core.state_machine import By
from chalicelib.debrief.next_steps import PATHS, STEPS, describe_now, list_people, list_tasks
from chalicelib.store.cohorts import DelegateLine, FeedbackState
from chalicelib.threads.model import DelegateThreads, Task, Thread, ThreadView, Wait

LINE = DelegateLine("id", "Ann", "ann@example.org", "Nursing", Person("Cleo", "cleo@example.org"), "coach")
COACHS = [*PATHS, Task.READ_WORK]
waits = st.builds(
    Wait,
    st.sampled_from(COACHS),
    st.sampled_from([By.COACH, By.DELEGATE]),
    st.just("Cleo"),
    st.just("read it"),
    st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2026, 12, 1))),
    st.just("vision"),
)
threads = st.builds(
    lambda name, views: DelegateThreads(
        replace(LINE, name=name), (ThreadView(Thread.WORK, "0 of 7", waits=tuple(views)),)
    ),
    st.sampled_from(["Ann", "Ben", "Cas"]),
    st.lists(waits, max_size=4),
)


def test_every_state_before_the_report_is_said_in_words():
    assert set(STEPS) == set(FeedbackState) - {FeedbackState.REPORT_READY, FeedbackState.RELEASED}


@given(st.lists(threads, max_size=6))
def test_every_task_of_the_coach_is_listed_once_and_no_one_elses(caseload):
    tasks = list_tasks(caseload)
    wanted = [wait for delegate_threads in caseload for wait in delegate_threads.waits if wait.by is By.COACH]

    assert sum(map(len, tasks.values())) == len(wanted)
    assert list(tasks) == [task for task in Task if task in tasks]
    for items in tasks.values():
        days = [item.since or date.max for item in items]
        assert days == sorted(days)


@given(st.lists(threads, max_size=6))
def test_everyone_is_on_the_list_of_people_by_name(caseload):
    names = [person.line.name for person in list_people(caseload) if not person.is_over]

    assert sorted(person.line.name for person in list_people(caseload)) == sorted(
        delegate_threads.line.name for delegate_threads in caseload
    )
    assert names == sorted(names)


def test_one_line_says_where_someone_is():
    counted = (AnswerCount(("manager",), 1, 1, named=True), AnswerCount(("peer",), 9, 4))
    collecting = replace(LINE, feedback=FeedbackState.COLLECTING, counted=counted)
    released = replace(LINE, feedback=FeedbackState.RELEASED)
    begun = (ThreadView(Thread.DEBRIEF, "Released 9 Feb"), ThreadView(Thread.REVIEW, "Later", is_ahead=True))

    assert describe_now(DelegateThreads(collecting, ())) == (
        "Feedback is being collected: 4 or more of 9 answers are in",
    )
    assert describe_now(DelegateThreads(released, begun)) == ("Debrief: released 9 Feb",)
    assert describe_now(DelegateThreads(replace(LINE, withdrawn=True), ())) == ("Has left the programme",)
