"""The threads of a delegate's year, and what one of them waits for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from chalicelib.core.model import Standing
from chalicelib.core.state_machine import By
from chalicelib.store.cohorts import DelegateLine


class Thread(StrEnum):
    """In the order of the year."""

    FEEDBACK = "360"
    DEBRIEF = "Debrief"
    WORKSHOPS = "Workshops"
    WORK = "Work"
    AREAS = "Areas"
    SURVEY = "Survey"
    REVIEW = "Review"


class Task(StrEnum):
    """What someone may have to do. The value heads a list of such tasks."""

    DECIDE = "Too few answers"
    CHOOSE_RATERS = "Raters to choose"
    APPROVE_RATERS = "Lists of raters to approve"
    READ_REPORT = "Reports to read"
    ARRANGE = "Debriefs to arrange"
    CHOOSE_TIME = "Times to choose"
    RECORD = "Debriefs to record"
    RELEASE = "Reports to release"
    FILL_REGISTER = "Registers to fill in"
    SET_CATCH_UP = "Absences to settle"
    CATCH_UP = "Workshops to catch up on"
    READ_WORK = "Work to read"
    CHANGE_WORK = "Work to change"
    SUBMIT_WORK = "Work to submit"
    ANSWER_AREA = "Development areas to answer"
    APPROVE_WORDS = "Words for others to approve"
    LOOK_AGAIN = "Development areas to review"
    ANSWER_SURVEY = "Surveys to answer"
    ARRANGE_REVIEW = "Review sessions to arrange"
    RECORD_REVIEW = "Review sessions to record"
    REPAIR = "Other problems"


class Wait(Struct, frozen=True):
    """Something that one person is to do.

    who      their name
    what     an imperative: "offer times for the debrief"
    since    the local day since when it waits; None if no row says so
    subject  the id of the assignment or session it is about; empty for other threads
    """

    task: Task
    by: By
    who: str
    what: str
    since: date | None = None
    subject: str = ""

    @property
    def sort_key(self) -> tuple[bool, date]:
        """Sort decisions of the administrator first, then by how long it has waited."""
        return self.by is not By.ADMINISTRATOR, self.since or date.max


class ThreadView(Struct, frozen=True):
    """One thread of one delegate.

    kind      of the pill that shows the words
    is_over   nothing more comes
    is_ahead  it has not begun
    name      how a test finds the pill
    """

    thread: Thread
    words: str
    kind: str = ""
    waits: tuple[Wait, ...] = ()
    is_over: bool = False
    is_ahead: bool = False
    name: str = ""


class DelegateThreads(Struct, frozen=True):
    """All threads of one delegate."""

    line: DelegateLine
    views: tuple[ThreadView, ...]

    @property
    def waits(self) -> tuple[Wait, ...]:
        """Return what waits, the most urgent first."""
        return tuple(sorted((wait for view in self.views for wait in view.waits), key=lambda wait: wait.sort_key))

    @property
    def first(self) -> Wait | None:
        return next(iter(self.waits), None)

    @property
    def is_over(self) -> bool:
        return self.line.standing in (Standing.LEFT, Standing.TRANSFERRED) or all(view.is_over for view in self.views)

    def waits_for(self, by: By) -> Sequence[Wait]:
        return [wait for wait in self.waits if wait.by is by]
