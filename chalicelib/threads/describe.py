"""Describe each thread of a delegate in a few words, and say who is to act. Each reads its own rows only. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.clock import moment
from chalicelib.core.formatting import last_date, local_date, plural, short_date
from chalicelib.core.model import Approver, Standing, Wave
from chalicelib.core.state_machine import By
from chalicelib.core.working_days import survey_opens_at
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.cohorts import FeedbackState, KeyLoss
from chalicelib.store.delegates import Approval
from chalicelib.store.meetings import Meeting, MeetingKind, MeetingState
from chalicelib.store.reports import ReportState
from chalicelib.threads.attending import describe_workshops
from chalicelib.threads.model import DelegateThreads, Task, Thread, ThreadView, Wait
from chalicelib.threads.records import Record, Records
from chalicelib.threads.working import describe_work
from chalicelib.waves.survey_thread import ASKED, state_of


class Context(Struct, frozen=True, dict=True):
    """What every thread is described with."""

    records: Records
    now: datetime

    @property
    def zone(self) -> str:
        return self.records.programme.organisation.timezone

    @cached_property
    def today(self) -> date:
        return local_date(self.now, self.zone)

    def day(self, at: datetime) -> date:
        return local_date(at, self.zone)


def describe_all(
    records: Records, now: datetime, threads: Sequence[Thread] = tuple(Thread)
) -> tuple[DelegateThreads, ...]:
    """Describe these threads of every delegate of a cohort, in the order of the records."""
    context = Context(records, now)
    return tuple(describe(record, context, threads) for record in records.delegates)


def describe(record: Record, context: Context, threads: Sequence[Thread] = tuple(Thread)) -> DelegateThreads:
    """Describe one delegate. Their standing comes first: nothing waits while it is paused, or after it has ended."""
    if record.line.standing in ENDED:
        return DelegateThreads(record.line, tuple(ThreadView(thread, "–", is_over=True) for thread in threads))
    views = [THREADS[thread](record, context) for thread in threads]
    if record.line.standing is Standing.PAUSED:
        views = [replace(view, waits=()) for view in views]
    if record.line.coach.is_erased:
        views = [replace(view, waits=tuple(map(_without_coach, view.waits))) for view in views]
    return DelegateThreads(record.line, tuple(views))


def _without_coach(wait: Wait) -> Wait:
    """Return what waits for a coach who was erased: for the administrator, who is to name another."""
    if wait.by is not By.COACH:
        return wait
    return replace(wait, task=Task.DECIDE, by=By.ADMINISTRATOR, who="You", what=f"name another coach, to {wait.what}")


ENDED = (Standing.LEFT, Standing.TRANSFERRED)


def _feedback(record: Record, context: Context) -> ThreadView:
    line, thread = record.line, Thread.FEEDBACK
    last = last_date(moment(line.closes_at), context.zone) if line.closes_at else None
    if line.without_key is KeyLoss.LOST:
        return ThreadView(thread, "Answers lost in a restore", is_over=True)
    if line.without_key:
        wait = Wait(Task.DECIDE, By.ADMINISTRATOR, "You", "settle answers that a restore has lost", last)
        return ThreadView(thread, "Answers lost in a restore", "bad", (wait,))
    if line.feedback is FeedbackState.HELD:
        wait = Wait(Task.DECIDE, By.ADMINISTRATOR, "You", "give more time, or close", last)
        if line.counts_hidden:
            return ThreadView(thread, "Not all answers are counted", "bad", (wait,), name="not-all-counted")
        return ThreadView(thread, "Too few answers", "bad", (wait,), name="too-few-answers")
    if line.feedback is FeedbackState.COLLECTING:
        until = f"Open until {short_date(last)}" if last else "Open"
        return ThreadView(thread, until, "", () if line.nominated else (_choice(record, context),))
    return _FEEDBACK_WORDS[line.feedback]


def _choice(record: Record, context: Context) -> Wait:
    """Say who holds a list of raters up: the delegate, or the person who is to approve it."""
    line, opened = record.line, context.records.cohort.dates.opens
    if record.approval is Approval.ASKED:
        to_coach = context.records.programme.raters_approved_by is Approver.COACH
        by, who = (By.COACH, line.coach.name) if to_coach else (By.MANAGER, "The line manager")
        return Wait(Task.APPROVE_RATERS, by, who, "approve the list of raters")
    words = "change their list of raters" if record.approval is Approval.CHANGE_WANTED else "choose their raters"
    return Wait(Task.CHOOSE_RATERS, By.DELEGATE, line.name, words, opened)


_FEEDBACK_WORDS = {
    FeedbackState.PLANNED: ThreadView(Thread.FEEDBACK, "Not open yet", is_ahead=True, name="not-open"),
    FeedbackState.SCORING: ThreadView(Thread.FEEDBACK, "Report being made"),
    FeedbackState.REPORT_READY: ThreadView(Thread.FEEDBACK, "Report made", "good", is_over=True),
    FeedbackState.RELEASED: ThreadView(Thread.FEEDBACK, "Report made", "good", is_over=True),
}


def _debrief(record: Record, context: Context) -> ThreadView:
    thread, report, coach = Thread.DEBRIEF, record.report, record.line.coach.name
    if report is None:
        return ThreadView(thread, "After the report", is_ahead=True)
    if report.state is ReportState.RELEASED:
        when = f" {short_date(context.day(moment(report.released_at)))}" if report.released_at else ""
        return ThreadView(thread, f"Released{when}", "good", is_over=True)
    made = context.day(report.made_at)
    unread = Wait(Task.READ_REPORT, By.COACH, coach, "read the report", made)
    first = () if record.has_opened else (unread,)
    if record.debrief is None and report.wave is Wave.FOLLOWUP:
        wait = Wait(Task.RECORD, By.COACH, coach, "record the second debrief", made)
        return ThreadView(thread, "Second report made", "warn", (*first, wait))
    if record.debrief:
        wait = Wait(Task.RELEASE, By.COACH, coach, "release the report", record.debrief.held_on)
        return ThreadView(thread, f"Held {short_date(record.debrief.held_on)}", "warn", (*first, wait))
    view = _meeting(thread, record.meeting, record, made, context)
    return replace(view, waits=(*first, *view.waits))


def _review(record: Record, context: Context) -> ThreadView:
    survey = record.survey
    if survey is None or survey.is_open:
        return ThreadView(Thread.REVIEW, "After the survey", is_ahead=True)
    return _meeting(Thread.REVIEW, record.review, record, context.day(survey.closes_at), context)


def _meeting(thread: Thread, meeting: Meeting, record: Record, ready: date, context: Context) -> ThreadView:
    """Describe a meeting. ready: the day from which it can be arranged."""
    since = context.day(meeting.since) if meeting.since else ready
    noun, arrange, _ = _MEETINGS[meeting.kind]
    if meeting.state is MeetingState.WAITING:
        wait = Wait(arrange, By.COACH, record.line.coach.name, f"arrange the {noun}", since)
        return ThreadView(thread, "Not arranged", "warn", (wait,))
    if meeting.state is MeetingState.OFFERED:
        wait = Wait(Task.CHOOSE_TIME, By.DELEGATE, record.line.name, f"choose a time for the {noun}", since)
        return ThreadView(thread, "Times offered", "", (wait,))
    if meeting.booked and meeting.state is MeetingState.BOOKED:
        return _booked(thread, meeting, meeting.booked.ends, record, context)
    is_held = meeting.state is MeetingState.HELD
    return ThreadView(thread, "Held" if is_held else "Cancelled", "good" if is_held else "", is_over=True)


def _booked(thread: Thread, meeting: Meeting, ends: datetime, record: Record, context: Context) -> ThreadView:
    day = context.day(ends)
    if ends > context.now:
        return ThreadView(thread, f"Booked {short_date(day)}")
    noun, _, task = _MEETINGS[meeting.kind]
    wait = Wait(task, By.COACH, record.line.coach.name, f"record the {noun}", day)
    return ThreadView(thread, "Not recorded", "warn", (wait,))


_MEETINGS = {
    MeetingKind.DEBRIEF: ("debrief", Task.ARRANGE, Task.RECORD),
    MeetingKind.REVIEW: ("review", Task.ARRANGE_REVIEW, Task.RECORD_REVIEW),
}


def _areas(record: Record, context: Context) -> ThreadView:
    if record.report is None or record.report.state is not ReportState.RELEASED:
        is_second = record.wave is Wave.FOLLOWUP
        return ThreadView(Thread.AREAS, "After the second debrief" if is_second else "After the debrief", is_ahead=True)
    live = [area for area in record.areas if area.is_live]
    done = sum(area.state is AreaState.DONE for area in record.areas)
    words = ", ".join([f"{len(live)} open"] + ([f"{done} done"] if done else []))
    waits = tuple(_area_waits(record, live, context.today))
    return ThreadView(Thread.AREAS, words, "warn" if waits else "" if live else "good", waits, is_over=not live)


def _area_waits(record: Record, live: Sequence[Area], today: date) -> Iterator[Wait]:
    line = record.line
    asked = sum(area.state is AreaState.ASKED for area in live)
    due = [area.review_by for area in live if area.review_by and area.review_by < today]
    if asked:
        what = f"answer {plural(asked, 'request', 'requests')} to close an area"
        yield Wait(Task.ANSWER_AREA, By.COACH, line.coach.name, what)
    unapproved = sum(area.waits_for_approval and area.state is AreaState.AGREED for area in live)
    if unapproved:
        what = f"approve the words of {plural(unapproved, 'area', 'areas')} for others"
        yield Wait(Task.APPROVE_WORDS, By.DELEGATE, line.name, what)
    if due:
        what = f"review {plural(len(due), 'area', 'areas')}"
        yield Wait(Task.LOOK_AGAIN, By.DELEGATE, line.name, what, min(due))


def _survey(record: Record, context: Context) -> ThreadView:
    thread, survey = Thread.SURVEY, record.survey
    if survey is None:
        opens = survey_opens_at(context.records.programme, context.records.cohort.dates)
        return ThreadView(thread, f"From {short_date(context.day(opens))}", is_ahead=True)
    if survey.sent:
        return ThreadView(thread, "Sent", "good", is_over=not survey.is_open)
    if state_of(survey) not in ASKED:
        return ThreadView(thread, "Closed, not sent", is_over=True)
    wait = Wait(Task.ANSWER_SURVEY, By.DELEGATE, record.line.name, "answer the survey", context.day(survey.opened_at))
    return ThreadView(thread, f"Open until {short_date(last_date(survey.closes_at, context.zone))}", "", (wait,))


def _workshops(record: Record, context: Context) -> ThreadView:
    return describe_workshops(record, context.records, context.now)


def _work(record: Record, context: Context) -> ThreadView:
    return describe_work(record, context.records, context.now)


THREADS: dict[Thread, Callable[[Record, Context], ThreadView]] = {
    Thread.FEEDBACK: _feedback,
    Thread.DEBRIEF: _debrief,
    Thread.WORKSHOPS: _workshops,
    Thread.WORK: _work,
    Thread.AREAS: _areas,
    Thread.SURVEY: _survey,
    Thread.REVIEW: _review,
}
