"""List a coach's tasks, and where each of their delegates is in the year. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from chalicelib.core.formatting import name_sort_key
from chalicelib.core.model import Standing
from chalicelib.core.state_machine import By
from chalicelib.store.cohorts import DelegateLine, FeedbackState, KeyLoss
from chalicelib.threads.model import DelegateThreads, Task, Thread, Wait

STEPS = {
    FeedbackState.PLANNED: "The questionnaire has not opened yet",
    FeedbackState.COLLECTING: "Feedback is being collected",
    FeedbackState.HELD: "Few answers: the programme team decides whether to give more time",
    FeedbackState.SCORING: "The report is being made; you get an email",
}
WITHOUT_KEY = {
    KeyLoss.UNSETTLED: "A restore has lost the answers: the programme team decides what counts",
    KeyLoss.LOST: "A restore has lost the answers: there is no report",
}
STANDINGS = {
    Standing.LEFT: "Has left the programme",
    Standing.TRANSFERRED: "Is in another cohort now",
    Standing.PAUSED: "Paused: nothing to do until they return",
}
PATHS = {
    Task.READ_REPORT: "",
    Task.ARRANGE: "/meeting/debrief",
    Task.RECORD: "#record",
    Task.RELEASE: "/release",
    Task.ANSWER_AREA: "/areas",
    Task.ARRANGE_REVIEW: "/meeting/review",
    Task.RECORD_REVIEW: "/review-record",
}  # below the delegate's page


class Item(Struct, frozen=True):
    """One task of the coach, about one delegate. path: below the caseload."""

    line: DelegateLine
    what: str
    since: date | None
    path: str


class Person(Struct, frozen=True):
    """One delegate of the caseload, with where they are in the year."""

    line: DelegateLine
    words: tuple[str, ...]  # where they are
    is_over: bool


def list_tasks(threads_of_delegates: Iterable[DelegateThreads]) -> Mapping[Task, Sequence[Item]]:
    """Return the coach's tasks in the order of the year; within a kind, the one that has waited longest comes first."""
    waits = [
        (threads.line, wait)
        for threads in threads_of_delegates
        for wait in threads.waits_for(By.COACH)
        if _has_page(wait)
    ]
    waits.sort(key=lambda each: (each[1].sort_key, name_sort_key(each[0].name)))
    grouped = {task: [_item(line, wait) for line, wait in waits if wait.task is task] for task in Task}
    return {task: items for task, items in grouped.items() if items}


def _has_page(wait: Wait) -> bool:
    """Return whether the work is done below the caseload; a list of raters has a link of its own."""
    return wait.task in PATHS or wait.task is Task.READ_WORK


def _item(line: DelegateLine, wait: Wait) -> Item:
    path = f"/work/{wait.subject}" if wait.task is Task.READ_WORK else PATHS[wait.task]
    return Item(line, wait.what, wait.since, f"/{line.delegate_id}{path}")


def list_people(threads_of_delegates: Iterable[DelegateThreads]) -> tuple[Person, ...]:
    """Return everyone by name; who has finished comes last."""
    people = [Person(threads.line, describe_now(threads), threads.is_over) for threads in threads_of_delegates]
    return tuple(sorted(people, key=lambda person: (person.is_over, name_sort_key(person.line.name))))


def describe_now(threads: DelegateThreads) -> tuple[str, ...]:
    """Say where a delegate is: the 360 until its report is made, then every thread that has begun."""
    line = threads.line
    if line.standing in STANDINGS:
        return (STANDINGS[line.standing],)
    if line.without_key:
        return (WITHOUT_KEY[line.without_key],)
    if line.feedback in STEPS:
        return (_collecting(line),)
    begun = [view for view in threads.views if not view.is_ahead and view.thread is not Thread.FEEDBACK]
    return tuple(f"{view.thread.value}: {view.words[:1].lower()}{view.words[1:]}" for view in begun)


def _collecting(line: DelegateLine) -> str:
    step = STEPS[line.feedback]
    counted = [part for part in line.visible_counts if not part.named]
    invited, answered = sum(part.invited for part in counted), sum(part.answered for part in counted)
    is_open = line.feedback is FeedbackState.COLLECTING
    return f"{step}: {answered} or more of {invited} answers are in" if is_open and answered else step
