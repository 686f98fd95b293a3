"""List the debriefs and reviews that a coach was reminded of and did not arrange, record or release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct

from chalicelib.admin.dashboard import Dashboard
from chalicelib.core.clock import moment
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Standing
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import working_days
from chalicelib.links.ends import end_of_programme_links
from chalicelib.meetings.effects import ARRANGE_DAYS, RECORD_DAYS, REVIEW_DAYS
from chalicelib.store.cohorts import DelegateLine, FeedbackState, SurveyStage
from chalicelib.threads.describe import describe_all
from chalicelib.threads.model import Task, Thread, Wait
from chalicelib.threads.records import load_meetings


class Late(Struct, frozen=True):
    """What a coach is late with.

    days         working days after which the administrators learn of it
    is_notified  whether they get an email about this one delegate on the morning after these days
    """

    what: str
    days: int
    is_notified: bool = False


LATE = {
    Task.ARRANGE: Late("The debrief is not arranged", ARRANGE_DAYS[-1], is_notified=True),
    Task.RECORD: Late("The debrief is not recorded", RECORD_DAYS[-1], is_notified=True),
    Task.RELEASE: Late("The report is not released", RECORD_DAYS[-1]),
    Task.ARRANGE_REVIEW: Late("The review is not arranged", REVIEW_DAYS[-1], is_notified=True),
    Task.RECORD_REVIEW: Late("The review is not recorded", RECORD_DAYS[-1], is_notified=True),
}
SECOND_DEBRIEF = Late("The second debrief is not recorded", ARRANGE_DAYS[-1])  # it has no meeting, and no reminder


class Overdue(Struct, frozen=True):
    """A delegate whose coach is late. was_emailed: an email of this morning or of an earlier one says so."""

    line: DelegateLine
    what: str
    was_emailed: bool


def list_overdue(board: Dashboard, now: datetime) -> Iterator[Overdue]:
    """Yield each delegate whose coach is late, once for the debrief and once for the review.

    No one is late once the pages of coaches have ended: nothing can be recorded any more.

    A call for each hundred rows of delegates who have a report to release, or whose survey has closed.
    """
    lines = [delegate.line for delegate in board.lines if _may_wait(delegate.line)] if may_record(board, now) else []
    records = load_meetings(board.cohort, board.programme, lines)
    days = working_days(board.programme.organisation, board.cohort.dates.closed)
    today = local_date(now, days.zone)
    for threads in describe_all(records, now, (Thread.DEBRIEF, Thread.REVIEW)):
        for wait, late in _list_late(threads.waits, threads.line):
            since = days.add(wait.since, late.days) if wait.since else date.max
            if since <= today:
                yield Overdue(threads.line, late.what, late.is_notified or since < today)


def may_record(board: Dashboard, now: datetime) -> bool:
    """Return whether the pages of coaches and facilitators are still open."""
    closes = [moment(delegate.line.closes_at) for delegate in board.lines if delegate.line.closes_at]
    return now < end_of_programme_links(board.programme, board.cohort.dates, closes)


def _may_wait(line: DelegateLine) -> bool:
    is_active = line.standing is Standing.ACTIVE
    return is_active and (line.may_wait_for_release or line.survey is SurveyStage.CLOSED)


def _list_late(waits: Sequence[Wait], line: DelegateLine) -> Iterator[tuple[Wait, Late]]:
    for wait in waits:
        is_second = wait.task is Task.RECORD and line.is_again and line.feedback is FeedbackState.REPORT_READY
        late = SECOND_DEBRIEF if is_second else LATE.get(wait.task)
        if wait.by is By.COACH and late:
            yield wait, late
